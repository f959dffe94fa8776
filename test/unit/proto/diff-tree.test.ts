import { describe, expect, test } from 'vitest';
import {
  buildDiffTree,
  type ComparedFunction,
  type DiffTree,
  type FunctionChange,
  pruneDiffTree,
  type SideStacks,
} from '../../../proto/src/index.ts';
import { stacksFromFolded } from '../../support/server-fake-store.ts';

/** Changes of functions by name: self on both sides; `was` is the name before. */
function changesOf(
  selfs: Readonly<Record<string, readonly [base: number, head: number, was?: string]>>,
) {
  const functions: ComparedFunction[] = [];
  const add = (name: string) =>
    functions.push({ id: idOf(name), name, file: '', kind: 'user' }) - 1;
  const changes = Object.entries(selfs).map(([name, [base, head, was]]) => ({
    func: add(name),
    movedFrom: was === undefined ? -1 : add(was),
    self: { base, head },
  })) as unknown as FunctionChange[];
  return { functions, changes };
}

const idOf = (name: string) => stacksFromFolded(`${name} 1`).frames.functionId[0]!;

const stacksOf = (folded: string): SideStacks => {
  const { frames, stacks, values } = stacksFromFolded(folded);
  return { functionId: frames.functionId, stacks, values };
};

/** `name base>head`, two spaces per level. */
function lines(tree: DiffTree, { functions, changes }: ReturnType<typeof changesOf>): string[] {
  const depth: number[] = [];
  return tree.parent.map((parent, row) => {
    depth[row] = parent < 0 ? 0 : depth[parent]! + 1;
    const change = changes[tree.func[row]!];
    const name = change === undefined ? 'all' : functions[change.func]!.name;
    return `${'  '.repeat(depth[row]!)}${name} ${tree.baseTotal[row]}>${tree.headTotal[row]}`;
  });
}

describe('the tree of both sides', () => {
  test('splits what was measured of a function as its stacks are', () => {
    const measured = changesOf({ main: [0, 0], parse: [8, 12], load: [2, 2] });
    const tree = buildDiffTree({
      ...measured,
      base: stacksOf('main;parse 100\nmain;load 70\nmain;load;parse 300'),
      head: stacksOf('main;parse 10\nmain;load 7\nmain;load;parse 10'),
    });
    expect(lines(tree, measured)).toEqual([
      'all 10>14',
      '  main 10>14',
      '    parse 2>6',
      '    load 8>8',
      '      parse 6>6',
    ]);
  });

  test('a function that moved is one with what it was', () => {
    const measured = changesOf({ main: [1, 1], parseRules: [5, 6, 'parse'] });
    const tree = buildDiffTree({
      ...measured,
      base: stacksOf('main 1\nmain;parse 5'),
      head: stacksOf('main 1\nmain;parseRules 5'),
    });
    expect(lines(tree, measured)).toEqual(['all 6>7', '  main 6>7', '    parseRules 5>6']);
  });

  test('keeps what has no stack, and drops stacks that hold no CPU', () => {
    const measured = changesOf({ main: [1, 1], rare: [0, 3] });
    const tree = buildDiffTree({ ...measured, base: stacksOf('main 1\nmain;idle 90'), head: null });
    expect(lines(tree, measured)).toEqual(['all 1>4', '  main 1>1', '  rare 0>3']);
  });

  test('what is folded stays in the totals of its callers', () => {
    const measured = changesOf({ main: [1, 2], a: [6, 6], b: [1, 2], c: [1, 0] });
    const stacks = stacksOf('main 1\nmain;a 1\nmain;b 1\nmain;b;c 1');
    const whole = buildDiffTree({ ...measured, base: stacks, head: stacks });
    const pruned = pruneDiffTree(whole, 3);
    expect(lines(pruned.tree, measured)).toEqual(['all 9>10', '  main 9>10', '    a 6>6']);
    expect(pruned).toMatchObject({
      folded: [0, 2, 0],
      foldedNodes: 2,
      foldedBase: 2,
      foldedHead: 2,
    });
  });
});
