import { expect, test } from 'vitest';
import { SpanWriter } from '../../../server/src/spans/span-writer.ts';
import type { Insert } from '../../../server/src/storage/engine.ts';

/** An engine that refuses so many inserts. */
function harness(refusals: number) {
  const inserts: Insert[] = [];
  const dropped: number[] = [];
  let left = refusals;
  const engine = {
    async insert(insert: Insert) {
      inserts.push(insert);
      if (left-- > 0) throw new Error('away');
    },
  };
  const errors: string[] = [];
  const writer = new SpanWriter({
    engine,
    log: { info: () => {}, error: (_, text) => errors.push(text) },
    onDropped: (rows) => dropped.push(rows),
    retryMs: 1,
  });
  return { writer, inserts, dropped, errors };
}

test('lines that come together are one insert', async () => {
  const { writer, inserts } = harness(0);
  writer.add(['a\n']);
  writer.add(['b\n', 'c\n']);
  await writer.flush();
  expect(inserts.map(({ tsv }) => tsv)).toEqual(['a\nb\nc\n']);
});

test('an insert that failed is done again with the same rows and token', async () => {
  const { writer, inserts, dropped, errors } = harness(2);
  writer.add(['a\n']);
  const flushed = writer.flush();
  await new Promise((resolve) => setImmediate(resolve));
  writer.add(['b\n']); // While the first is under way: its token stands for its rows.
  await flushed;
  expect(inserts.map(({ tsv }) => tsv)).toEqual(['a\n', 'a\n', 'a\n', 'b\n']);
  expect(new Set(inserts.slice(0, 3).map(({ token }) => token)).size).toBe(1);
  expect(inserts[3]!.token).not.toBe(inserts[0]!.token);
  expect([dropped, errors.length]).toEqual([[], 2]);
});

test('past its memory, and when it is closed, what is lost is counted', async () => {
  const { writer, dropped } = harness(Number.POSITIVE_INFINITY);
  const line = 'x'.repeat(2 ** 20);
  for (let mebibyte = 0; mebibyte < 40; mebibyte++) writer.add([line]);
  const lost = () => dropped.reduce((sum, rows) => sum + rows, 0);
  expect(lost()).toBeGreaterThanOrEqual(8);
  await writer.close();
  expect(lost()).toBe(40);
});
