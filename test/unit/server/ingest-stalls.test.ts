import { expect, test } from 'vitest';
import { Repairs } from '../../../server/src/ingest/repairs.ts';
import { mixed, StackCache, type StackRow } from '../../../server/src/ingest/stack-cache.ts';
import { StallRows } from '../../../server/src/ingest/stall-rows.ts';

const START_SECONDS = 1_795_176_000;
const WINDOW = { startSeconds: START_SECONDS, seconds: 15, atArrival: false };
const stallAt = (seconds: number) => ({
  from: BigInt(START_SECONDS + seconds) * 1_000_000_000n,
  durationMs: 250,
  traceId: null,
  spanId: null,
  endpoint: '',
});

function stackOf(...names: string[]): StackRow {
  const cache = new StackCache();
  const rows = names.map((name) =>
    cache.place({ name, file: 'src/a.ts', systemName: '', line: 1 }, 0),
  );
  return cache.stack(Int32Array.from(rows), rows.length, rows.reduce(mixed, 0));
}

test('a stall has the stacks of its samples, most ticks first', () => {
  const rows = new StallRows([stallAt(1), stallAt(5)]);
  const [json, sort] = [stackOf('main', 'json'), stackOf('main', 'sort')];
  rows.add(1, json, 3);
  rows.add(1, sort, 4);
  rows.add(1, json, 2);
  const found = rows.rows(WINDOW, new Repairs());
  expect(found.map(({ stackNumbers }) => stackNumbers)).toEqual([
    [],
    [json.stackNumber, sort.stackNumber],
  ]);
});

test('of many stacks the largest 16 stay', () => {
  const rows = new StallRows([stallAt(1)]);
  for (let i = 1; i <= 20; i++) rows.add(0, stackOf(`f${i}`), i);
  const [row] = rows.rows(WINDOW, new Repairs());
  expect(row!.stackNumbers).toHaveLength(16);
  expect(row!.stackNumbers[0]).toBe(stackOf('f20').stackNumber);
});

test.each([
  ['0', 0],
  ['1', 1],
  ['2', -1],
  ['-1', -1],
  ['one', -1],
  [undefined, -1],
])('label %j names stall %i', (label, index) => {
  expect(new StallRows([stallAt(1), stallAt(2)]).indexOf(label)).toBe(index);
});

test.each([
  [-10, 1],
  [15, 1],
  [-3_601, 0],
  [17, 0],
])('a stall %i s after the start of the window: %i kept', (seconds, kept) => {
  const repairs = new Repairs();
  expect(new StallRows([stallAt(seconds)]).rows(WINDOW, repairs)).toHaveLength(kept);
  expect(repairs.total).toBe(1 - kept);
});
