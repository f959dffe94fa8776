import type { FlamegraphAnswer, FunctionsAnswer } from '@flamehouse/proto';

/** Self and total of every function of a tree; recursion counts once, from its outermost frame. */
export function functionsOfGraph(answer: FlamegraphAnswer): FunctionsAnswer {
  const { nodes, frames, foldedNodes, foldedValue, ...head } = answer;
  const first = new Map<string, number>(); // function id -> the first frame of it
  frames.functionId.forEach((id, frame) => {
    if (!first.has(id)) first.set(id, frame);
  });
  const keyOf = frames.functionId.map((id) => first.get(id)!);
  const self = new Map<number, number>();
  const total = new Map<number, number>();
  nodes.frame.forEach((frame, node) => {
    if (frame < 0) return;
    const key = keyOf[frame]!;
    self.set(key, (self.get(key) ?? 0) + nodes.self[node]!);
    if (!isBelow(answer, keyOf, node, key))
      total.set(key, (total.get(key) ?? 0) + nodes.total[node]!);
  });
  const rows = [...total.keys()];
  const pick = <T>(column: readonly T[]): T[] => rows.map((frame) => column[frame]!);
  return {
    ...head,
    rows: rows.length,
    functions: {
      id: pick(frames.functionId),
      name: pick(frames.name),
      file: pick(frames.file),
      package: pick(frames.package),
      kind: pick(frames.kind),
      self: rows.map((frame) => self.get(frame) ?? 0),
      total: rows.map((frame) => total.get(frame)!),
    },
  };
}

/** Whether a caller of the node is the same function. */
function isBelow(
  { nodes }: FlamegraphAnswer,
  keyOf: readonly number[],
  node: number,
  key: number,
): boolean {
  for (let at = nodes.parent[node]!; at >= 0; at = nodes.parent[at]!) {
    const frame = nodes.frame[at]!;
    if (frame >= 0 && keyOf[frame] === key) return true;
  }
  return false;
}
