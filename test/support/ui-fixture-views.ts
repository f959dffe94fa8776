import {
  applyTransformStep,
  buildCallTree,
  calleesOf,
  callersOf,
  type FlamegraphAnswer,
  type FunctionsAnswer,
  invert,
  isFunction,
  parseTransformStep,
  type StackTable,
  sumByFunction,
  transformStacks,
} from '@flamehouse/proto';
import { fakeId } from './ui-fixture-tree.ts';

/** The stacks of a drawn tree: what a node does not pass on ends there. */
function stacksOf(answer: FlamegraphAnswer): StackTable {
  const { nodes, frames } = answer;
  const paths: number[][] = [];
  const own = nodes.total.slice();
  nodes.parent.forEach((parent, node) => {
    const frame = nodes.frame[node]!;
    paths.push([...(paths[parent] ?? []), ...(frame < 0 ? [] : [frame])]);
    if (parent >= 0) own[parent]! -= nodes.total[node]!;
  });
  const kept = own.flatMap((value, node) =>
    value > 1e-6 && paths[node]!.length > 0 ? [node] : [],
  );
  return {
    frames,
    stacks: kept.map((node) => paths[node]!),
    values: kept.map((node) => own[node]!),
  };
}

function draw(head: FlamegraphAnswer, { frames, stacks, values }: StackTable): FlamegraphAnswer {
  const tree = buildCallTree(stacks, values);
  const path: string[] = [];
  const id = tree.parent.map((parent, row) => {
    path.push(parent < 0 ? 'all' : `${path[parent]};${frames.id[tree.func[row]!]}`);
    return parent < 0 ? '0'.repeat(16) : fakeId(path[row]!);
  });
  return {
    ...head,
    total: tree.total[0] ?? 0,
    foldedNodes: 0,
    foldedValue: 0,
    frames,
    nodes: {
      id,
      parent: [...tree.parent],
      frame: [...tree.func],
      self: [...tree.self],
      total: [...tree.total],
      folded: tree.parent.map(() => 0),
    },
  };
}

const stepped = (answer: FlamegraphAnswer, x: readonly string[]): StackTable =>
  x.map(parseTransformStep).reduce(applyTransformStep, stacksOf(answer));

/** An answer as `view` and `x` want it, with the transforms that the server uses. */
export function viewOf(
  answer: FlamegraphAnswer,
  view: string,
  x: readonly string[],
): FlamegraphAnswer {
  const table = stepped(answer, x);
  return draw(
    answer,
    view === 'bottom-up' ? { ...table, ...transformStacks(table, [invert]) } : table,
  );
}

/** One half of a sandwich. */
export function halfOf(
  answer: FlamegraphAnswer,
  functionId: string,
  half: 'callers' | 'callees',
  x: readonly string[],
): FlamegraphAnswer {
  const table = stepped(answer, x);
  const of = half === 'callers' ? callersOf : calleesOf;
  const test = isFunction(table.frames, functionId);
  return draw(answer, { ...table, ...transformStacks(table, [of(test)]) });
}

/** The exact table after steps. */
export function functionsAfter(answer: FlamegraphAnswer, x: readonly string[]): FunctionsAnswer {
  const { frames, stacks, values } = stepped(answer, x);
  const ids = [...new Set(frames.functionId)];
  const rowOf = new Map(ids.map((id, row) => [id, row]));
  const sums = sumByFunction(
    stacks,
    values,
    frames.functionId.map((id) => rowOf.get(id)!),
    ids.length,
  );
  const rows = ids
    .map((_, row) => row)
    .filter((row) => sums.total[row]! > 0)
    .sort((a, b) => sums.self[b]! - sums.self[a]!);
  const first = rows.map((row) => frames.functionId.indexOf(ids[row]!));
  const pick = <T>(column: readonly T[]): T[] => first.map((frame) => column[frame]!);
  const { nodes, foldedNodes, foldedValue, ...head } = answer;
  return {
    ...head,
    total: Array.from(values).reduce((sum, value) => sum + value, 0),
    rows: rows.length,
    functions: {
      id: pick(frames.functionId),
      name: pick(frames.name),
      file: pick(frames.file),
      package: pick(frames.package),
      kind: pick(frames.kind),
      self: rows.map((row) => sums.self[row]!),
      total: rows.map((row) => sums.total[row]!),
    },
  };
}
