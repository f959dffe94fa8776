import { expect, test } from 'vitest';
import type { SampleContext } from '../../../agent/src/sample-context.ts';
import { SliceRows, TickLabels } from '../../../agent/src/tick-labels.ts';

const contextOf = (name: string): SampleContext => ({ work: null, span: null, labels: { name } });
const node = (name: string, hitCount: number) => ({ name, scriptName: 'app.js', hitCount });
const tick = (context: unknown, micros = 0) => ({ context, timestamp: BigInt(micros) });

test('ticks are grouped by context, node after node, whichever path set it', () => {
  const labels = new TickLabels(null);
  const [a, b] = [contextOf('a'), contextOf('b')];
  const [hot, cold] = [node('hot', 4), node('cold', 1)];
  for (const context of [a, { ref: b }, a, undefined]) {
    expect(labels.generate({ node: hot, context: tick(context) })).toEqual({});
  }
  labels.generate({ node: hot });
  labels.generate({ node: cold, context: tick({ ref: undefined }) });
  labels.generate({ node: cold });
  expect(labels.groups).toEqual([
    [
      { context: a, stall: -1, ticks: 2 },
      { context: b, stall: -1, ticks: 1 },
    ],
    [],
  ]);
  const rows = new SliceRows();
  rows.add([0], 4, labels.groups[0]!);
  expect({ ticks: rows.ticks, contexts: rows.contexts }).toEqual({
    ticks: [2, 1, 1],
    contexts: [a, b, null],
  });
});

test('idle ticks are read from the node, and a node without a sample takes no place', () => {
  const labels = new TickLabels(null);
  const idle = { name: '(idle)', scriptName: '', hitCount: 70 };
  const hot = node('hot', 1);
  labels.generate({ node: idle, context: tick(contextOf('a')) });
  labels.generate({ node: hot, context: tick(undefined) });
  labels.generate({ node: hot });
  expect(labels.idleTicks).toBe(70);
  expect(labels.groups).toEqual([[]]);
});

test('ticks inside a stall are apart, with a context or without', () => {
  const labels = new TickLabels((micros) => (micros >= 100 ? 3 : -1));
  const a = contextOf('a');
  const hot = node('hot', 3);
  labels.generate({ node: hot, context: tick(a, 99) });
  labels.generate({ node: hot, context: tick(a, 100) });
  labels.generate({ node: hot, context: tick(undefined, 101) });
  labels.generate({ node: hot });
  expect(labels.groups).toEqual([
    [
      { context: a, stall: -1, ticks: 1 },
      { context: a, stall: 3, ticks: 1 },
      { context: null, stall: 3, ticks: 1 },
    ],
  ]);
});

test('no more ticks are given out than the node has', () => {
  const rows = new SliceRows();
  rows.add([0], 2, [{ context: contextOf('a'), stall: -1, ticks: 5 }]);
  expect(rows.ticks).toEqual([2]);
});
