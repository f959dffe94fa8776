import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FlamegraphAnswer } from '../../proto/src/index.ts';
import { flamegraphAnswer } from '../../server/src/routes/flamegraph-answer.ts';
import { functionsAnswer } from '../../server/src/routes/functions-answer.ts';
import { stacksFromFolded } from '../support/server-fake-store.ts';

const SELECTION = { service: 'shop', type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds' };

/** Folded text of some stacks over a few names, so that prefixes and recursion are common. */
const folded = fc
  .array(
    fc.tuple(
      fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 7 }),
      fc.integer({ min: 1, max: 1_000 }),
    ),
    { minLength: 1, maxLength: 25 },
  )
  .map((stacks) => stacks.map(([names, value]) => `${names.join(';')} ${value}`).join('\n'));

/** What must hold for every answer, however much was folded. */
function checkAnswer({ nodes, frames, total, foldedValue, foldedNodes }: FlamegraphAnswer): void {
  const count = nodes.id.length;
  expect(new Set(nodes.id).size).toBe(count);
  expect(nodes.self.reduce((sum, value) => sum + value, 0) + foldedValue).toBe(total);
  expect(nodes.folded.reduce((sum, value) => sum + value, 0)).toBe(foldedNodes);
  const children = nodes.self.map(() => 0);
  nodes.parent.forEach((parent, row) => {
    expect(parent).toBeLessThan(row);
    if (parent >= 0) children[parent]! += nodes.total[row]!;
    if (row > 0) expect(frames.id[nodes.frame[row]!]).toMatch(/^[0-9a-f]{16}$/);
  });
  children.forEach((sum, row) => {
    const missing = nodes.total[row]! - nodes.self[row]! - sum;
    if (nodes.folded[row] === 0) expect(missing).toBe(0);
    else expect(missing).toBeGreaterThan(0);
  });
}

test('property: pruning changes no number that is left, and folded value is told', async () => {
  await fc.assert(
    fc.asyncProperty(folded, fc.integer({ min: 1, max: 40 }), async (text, maxNodes) => {
      const stacks = stacksFromFolded(text);
      const whole = await flamegraphAnswer(SELECTION, stacks, { maxNodes: 131_072 });
      const pruned = await flamegraphAnswer(SELECTION, stacks, { maxNodes });
      checkAnswer(whole);
      checkAnswer(pruned);
      expect(pruned.nodes.id.length).toBe(Math.min(maxNodes, whole.nodes.id.length));
      pruned.nodes.id.forEach((id, row) => {
        const same = whole.nodes.id.indexOf(id);
        expect(whole.nodes.total[same]).toBe(pruned.nodes.total[row]);
        expect(whole.nodes.self[same]).toBe(pruned.nodes.self[row]);
      });
    }),
  );
});

test('property: `root` of any node is the part of the whole below it', async () => {
  await fc.assert(
    fc.asyncProperty(folded, fc.nat(), async (text, pick) => {
      const stacks = stacksFromFolded(text);
      const whole = await flamegraphAnswer(SELECTION, stacks, { maxNodes: 131_072 });
      const at = pick % whole.nodes.id.length;
      const root = whole.nodes.id[at]!;
      const part = await flamegraphAnswer(SELECTION, stacks, { maxNodes: 131_072, root });
      checkAnswer(part);
      expect(part.total).toBe(whole.nodes.total[at]);
      expect(part.nodes.id[0]).toBe(root);
      const below = new Set([at]);
      whole.nodes.parent.forEach((parent, row) => {
        if (below.has(parent)) below.add(row);
      });
      expect([...below].map((row) => whole.nodes.id[row]).sort()).toEqual(
        [...part.nodes.id].sort(),
      );
    }),
  );
});

test('property: self values of functions and of packages sum to the total of the flame graph', async () => {
  await fc.assert(
    fc.asyncProperty(folded, async (text) => {
      const stacks = stacksFromFolded(text);
      const { total } = await flamegraphAnswer(SELECTION, stacks, { maxNodes: 1 });
      for (const groupBy of [{}, { groupBy: 'package' as const }]) {
        const options = { limit: 10_000, offset: 0, sort: 'self' as const, ...groupBy };
        const { functions, total: sum } = functionsAnswer(SELECTION, stacks, options);
        expect(sum).toBe(total);
        expect(functions.self.reduce((a, b) => a + b, 0)).toBe(total);
        for (const value of functions.total) expect(value).toBeLessThanOrEqual(total);
      }
    }),
  );
});
