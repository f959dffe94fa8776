import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  buildDiffTree,
  type ComparedFunction,
  type DiffTree,
  type FunctionChange,
  pruneDiffTree,
  type SideStacks,
} from '../../proto/src/index.ts';

const FUNCTIONS = 6;
const functions = Array.from(
  { length: FUNCTIONS },
  (_, i): ComparedFunction => ({ id: `f${i}`, name: `f${i}`, file: '', kind: 'user' }),
);

/** Frames 0 to 5 are the compared functions, frame 6 is idle. */
const side = fc
  .array(
    fc.tuple(
      fc.array(fc.integer({ min: 0, max: FUNCTIONS }), { minLength: 1, maxLength: 5 }),
      fc.double({ min: 0.001, max: 1e6, noNaN: true }),
    ),
    { maxLength: 30 },
  )
  .map(
    (rows): SideStacks => ({
      functionId: [...functions.map(({ id }) => id), 'idle'],
      stacks: rows.map(([stack]) => stack),
      values: rows.map(([, value]) => value),
    }),
  );
const size = fc.oneof(fc.constant(0), fc.double({ min: 1e-6, max: 1e4, noNaN: true }));
const sizes = fc.array(fc.tuple(size, size), { minLength: FUNCTIONS, maxLength: FUNCTIONS });

function selfOf(tree: DiffTree, func: number, column: Float64Array): number {
  return column.reduce((sum, value, row) => (tree.func[row] === func ? sum + value : sum), 0);
}

test('property: every function keeps what was measured of it, and totals are sums', () => {
  fc.assert(
    fc.property(side, side, sizes, fc.integer({ min: 1, max: 40 }), (base, head, selfs, most) => {
      const changes = selfs.map(([before, after], func) => ({
        func,
        movedFrom: -1,
        self: { base: before, head: after },
      })) as unknown as FunctionChange[];
      const whole = buildDiffTree({ functions, changes, base, head });
      selfs.forEach(([before, after], func) => {
        expect(selfOf(whole, func, whole.baseSelf)).toBeCloseTo(before, 6);
        expect(selfOf(whole, func, whole.headSelf)).toBeCloseTo(after, 6);
      });
      const { tree, folded, foldedNodes, foldedBase, foldedHead } = pruneDiffTree(whole, most);
      expect(tree.parent.length).toBe(Math.min(most, whole.parent.length));
      expect(tree.parent.length + foldedNodes).toBe(whole.parent.length);
      expect(folded.reduce((sum, count) => sum + count, 0)).toBe(foldedNodes);
      for (const [total, self, all, lost] of [
        [tree.baseTotal, tree.baseSelf, whole.baseTotal, foldedBase],
        [tree.headTotal, tree.headSelf, whole.headTotal, foldedHead],
      ] as const) {
        expect(total[0]).toBe(all[0]);
        const inside = [...self];
        for (let row = tree.parent.length - 1; row > 0; row--) {
          expect(tree.parent[row]).toBeLessThan(row);
          expect(total[row]).toBeLessThanOrEqual(total[tree.parent[row]!]!);
          inside[tree.parent[row]!]! += inside[row]!;
        }
        expect(inside[0]! + lost).toBeCloseTo(total[0]!, 6);
      }
    }),
    { numRuns: 60 },
  );
});
