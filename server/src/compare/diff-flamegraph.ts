import {
  buildDiffTree,
  type DiffFlamegraphAnswer,
  type DiffFlamegraphSide,
  type DiffTree,
  type FunctionChange,
  hash64,
  pruneDiffTree,
  ROOT_NODE_ID,
  type SideStacks,
} from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import type { SelectedStacks } from '../storage/profile-store.ts';
import { sideNames } from './diff-answer.ts';
import type { DiffResult } from './run-diff.ts';
import type { AskedSide } from './side.ts';

/** Both sides of a comparison as one call tree, with what the comparison says of each function. */
export async function diffFlamegraph(
  sides: { readonly base: AskedSide; readonly head: AskedSide },
  { input, comparison, kept, stacks }: DiffResult,
  options: { readonly type: string; readonly maxNodes: number },
): Promise<DiffFlamegraphAnswer> {
  const changes = comparison.functions;
  const whole = buildDiffTree({
    functions: input.functions,
    changes,
    base: sideStacks(stacks[0]),
    head: sideStacks(stacks[1]),
  });
  await giveWay();
  const { tree, ...folded } = pruneDiffTree(whole, options.maxNodes);
  await giveWay();
  const used = [...new Set(tree.func.filter((row) => row >= 0))];
  const rowOf = new Map(used.map((change, row) => [change, row]));
  const idOf = (change: number) => input.functions[changes[change]!.func]!.id;
  const names = sideNames(sides);
  const side = (which: 'base' | 'head'): DiffFlamegraphSide => ({
    name: names[which],
    service: sides[which].selection.service,
    from: kept[which]?.from ?? 0,
    to: kept[which]?.to ?? 0,
    cost: comparison[which].cost,
    total: tree[`${which}Total`][0]!,
  });
  return {
    type: options.type,
    normaliser: comparison.normaliser,
    base: side('base'),
    head: side('head'),
    foldedNodes: folded.foldedNodes,
    foldedBase: folded.foldedBase,
    foldedHead: folded.foldedHead,
    functions: {
      ...describe(
        used.map((change) => changes[change]!),
        input.functions,
      ),
      package: packagesOf(used.map(idOf), stacks),
    },
    nodes: {
      id: nodeIds(tree, idOf),
      parent: tree.parent,
      function: tree.func.map((change) => rowOf.get(change) ?? -1),
      baseSelf: [...tree.baseSelf],
      headSelf: [...tree.headSelf],
      baseTotal: [...tree.baseTotal],
      headTotal: [...tree.headTotal],
      folded: folded.folded,
    },
  };
}

function describe(
  used: readonly FunctionChange[],
  functions: DiffResult['input']['functions'],
): Omit<DiffFlamegraphAnswer['functions'], 'package'> {
  return {
    id: used.map(({ func }) => functions[func]!.id),
    name: used.map(({ func }) => functions[func]!.name),
    file: used.map(({ func }) => functions[func]!.file),
    kind: used.map(({ func }) => functions[func]!.kind),
    state: used.map(({ state }) => state),
    origin: used.map(({ origin }) => origin),
    significant: used.map(({ self, total, origin }) => self.flagged || total.flagged || origin > 0),
    effect: used.map(({ total }) => total.effect),
  };
}

const sideStacks = (selected: SelectedStacks | null): SideStacks | null =>
  selected === null
    ? null
    : {
        functionId: selected.frames.functionId,
        stacks: selected.stacks,
        values: selected.values,
      };

/** Ids of all rows: each is the hash of its caller's id and its function's id. */
function nodeIds(tree: DiffTree, idOf: (change: number) => string): string[] {
  const ids = [ROOT_NODE_ID];
  for (let row = 1; row < tree.parent.length; row++) {
    ids.push(hash64([ids[tree.parent[row]!]!, idOf(tree.func[row]!)]));
  }
  return ids;
}

/** The package of each function; stacks know it, minutes do not. */
function packagesOf(ids: readonly string[], stacks: DiffResult['stacks']): string[] {
  const known = new Map<string, string>();
  for (const selected of stacks) {
    selected?.frames.functionId.forEach((id, frame) => {
      known.set(id, selected.frames.package[frame]!);
    });
  }
  return ids.map((id) => known.get(id) ?? '');
}
