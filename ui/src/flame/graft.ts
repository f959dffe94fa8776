import type { FlamegraphAnswer, FrameColumns } from '@flamehouse/proto';

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer V)[] ? V[] : T[K] };

/** Adds frames of another answer and says which row each of them got. */
function mergeFrames(into: Mutable<FrameColumns>, from: FrameColumns): (frame: number) => number {
  const rowOf = new Map(into.id.map((id, row) => [id, row]));
  const rows = from.id.map((id, frame) => {
    const known = rowOf.get(id);
    if (known !== undefined) return known;
    into.functionId.push(from.functionId[frame]!);
    into.name.push(from.name[frame]!);
    into.file.push(from.file[frame]!);
    into.package.push(from.package[frame]!);
    into.kind.push(from.kind[frame]!);
    into.line.push(from.line[frame]!);
    return into.id.push(id) - 1;
  });
  return (frame) => rows[frame]!;
}

const copyFrames = (frames: FrameColumns): Mutable<FrameColumns> => ({
  id: [...frames.id],
  functionId: [...frames.functionId],
  name: [...frames.name],
  file: [...frames.file],
  package: [...frames.package],
  kind: [...frames.kind],
  line: [...frames.line],
});

/**
 * Replace what is below one node by a more detailed answer for it (`root=`).
 *
 * Shape   returns `base` itself when the node is missing in either answer, or when its total differs:
 *         then the two were not made from the same samples and must not be mixed.
 */
export function graftAnswer(
  base: FlamegraphAnswer,
  detail: FlamegraphAnswer,
  nodeId: string,
): FlamegraphAnswer {
  const at = base.nodes.id.indexOf(nodeId);
  const from = detail.nodes.id.indexOf(nodeId);
  if (at < 0 || from < 0 || base.nodes.total[at] !== detail.nodes.total[from]) return base;

  const frames = copyFrames(base.frames);
  const frameOf = mergeFrames(frames, detail.frames);
  const nodes = {
    id: [] as string[],
    parent: [] as number[],
    frame: [] as number[],
    self: [] as number[],
    total: [] as number[],
    folded: [] as number[],
  };
  const copy = (
    source: FlamegraphAnswer['nodes'],
    node: number,
    parent: number,
    frame: number,
  ): number => {
    nodes.parent.push(parent);
    nodes.frame.push(frame);
    nodes.self.push(source.self[node]!);
    nodes.total.push(source.total[node]!);
    nodes.folded.push(source.folded[node]!);
    return nodes.id.push(source.id[node]!) - 1;
  };

  const newRow = new Int32Array(base.nodes.id.length).fill(-1);
  base.nodes.parent.forEach((parent, node) => {
    if (node === 0) newRow[0] = copy(base.nodes, 0, -1, base.nodes.frame[0]!);
    else if (parent !== at && newRow[parent]! >= 0)
      newRow[node] = copy(base.nodes, node, newRow[parent]!, base.nodes.frame[node]!);
  });
  const target = newRow[at]!;
  nodes.folded[target] = detail.nodes.folded[from]!;
  const detailRow = new Int32Array(detail.nodes.id.length).fill(-1);
  detailRow[from] = target;
  detail.nodes.parent.forEach((parent, node) => {
    if (node !== from && parent >= 0 && detailRow[parent]! >= 0)
      detailRow[node] = copy(
        detail.nodes,
        node,
        detailRow[parent]!,
        frameOf(detail.nodes.frame[node]!),
      );
  });
  return { ...base, frames, nodes };
}
