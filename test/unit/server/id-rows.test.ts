import { expect, test } from 'vitest';
import { IdRows } from '../../../server/src/storage/id-rows.ts';

test('ids are numbered in the order they come, and found again past every growth', () => {
  const rows = new IdRows();
  const ids = BigUint64Array.from({ length: 5_000 }, (_, i) => BigInt(i) * 0x9e37_79b9_7f4a_7c15n);
  ids.forEach((id, row) => {
    expect(rows.add(id)).toBe(row);
  });
  expect(rows.add(ids[17]!)).toBe(17);
  expect(rows.count).toBe(5_000);
  expect([...rows.rowsOf(ids)]).toEqual(Array.from(ids, (_, row) => row));
});

test('ids that share a half are different, and 0 is an id', () => {
  const rows = new IdRows();
  const ids = BigUint64Array.of(0n, 1n, 1n << 32n, (1n << 32n) | 1n, 1n << 63n);
  for (const id of ids) rows.add(id);
  expect([...rows.rowsOf(ids)]).toEqual([0, 1, 2, 3, 4]);
  expect([...rows.rowsOf(BigUint64Array.of(2n, 1n << 62n))]).toEqual([-1, -1]);
});
