import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  nativeBlock,
  numberColumn,
  TextDictionary,
} from '../../server/src/storage/native-block.ts';
import { Random } from '../bench/verdict/random.ts';
import { openTestStorage, type TestStorage } from '../support/server-storage.ts';
import { agentUpload } from '../support/server-upload.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const midnight = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;

let storage: TestStorage;
beforeAll(async () => {
  storage = await openTestStorage();
});
afterAll(() => storage.close());

async function rows(sql: string): Promise<readonly (readonly unknown[])[]> {
  return storage.engine.rows({ sql, values: {} });
}

test('sums by minute and hour are those of the rows, over hours, days, gauges and many uploads of a segment', async () => {
  const seed = Number(process.env['SEED'] ?? 7);
  const random = new Random(seed);
  const uploads = Array.from({ length: 60 }, (_, number) => {
    const line = () => {
      const stack = `main;step-${random.below(9)}`;
      const values = `1 ${Math.floor(random.uniform() * 3e14)} ${Math.floor(random.uniform() * 3e14)}`;
      return `${stack} | ${values} | endpoint=GET /${random.below(3)}`;
    };
    return agentUpload({
      service: `shop-${number % 3}`,
      // Around midnight, which is the end of an hour and of a day; three windows of a minute.
      startMs: midnight + (random.below(720) - 360) * 15_000,
      cpu: Array.from({ length: 1 + random.below(30) }, line).join('\n'),
      heap: `main;step-${random.below(9)} | ${Math.floor(random.uniform() * 1e15)}`,
      meta: { instance: `one-${number % 7}`, version: `v${number % 2}`, environment: 'test' },
    });
  });
  await Promise.all(uploads.map((upload) => storage.ingest.accept(upload)));
  await storage.ingest.flush();
  expect(await rows('SELECT uniqExact(_part) > 1, sum(rolled_up) = count() FROM samples')).toEqual([
    [1, 1],
  ]);
  for (const [table, time, startOf] of [
    ['samples_1m', 'minute', 'toStartOfMinute'],
    ['samples_1h', 'hour', 'toStartOfHour'],
  ]) {
    const place = 'service, type, environment, version, endpoint, stack_id';
    const different = await rows(`
      SELECT ${place}, time, sum(v0) AS v, sum(w0) AS w, sum(sign) AS s FROM (
        SELECT ${place}, ${startOf}(window_start, 'UTC') AS time, if(gauge = 0, toInt128(value), 0) AS v0,
          if(gauge = 1, toInt128(value) * seconds, 0) AS w0, 1 AS sign FROM samples
        UNION ALL
        SELECT ${place}, ${time} AS time, -toInt128(value), -toInt128(weighted), 0 AS sign FROM ${table}
      ) GROUP BY ALL HAVING v != 0 OR w != 0 OR s = 0`);
    expect(different, `SEED=${seed}`).toEqual([]);
    expect(Number((await rows(`SELECT count() FROM ${table}`))[0]![0])).toBeGreaterThan(50);
  }
});

test.each([3, 300, 70_000])(
  'a block with %i different texts is read as it was written',
  async (count) => {
    const table = `block_of_${count}`;
    await storage.engine.define(
      `CREATE TABLE IF NOT EXISTS ${table} (n UInt64, t LowCardinality(String)) ENGINE = MergeTree ORDER BY n`,
    );
    const dictionary = new TextDictionary();
    const numbers = Uint32Array.from({ length: count }, (_, row) =>
      dictionary.number(`text ü${row}`),
    );
    const wide = Uint32Array.from({ length: count * 2 }, (_, i) => (i % 2 === 0 ? i / 2 : 5));
    const block = nativeBlock(
      [numberColumn('n', 'UInt64', wide), dictionary.column('t', numbers)],
      count,
    );
    await storage.engine.insert({ table, ...block, token: table });
    const right = `countIf(n = bitShiftLeft(toUInt64(5), 32) + toUInt64(substring(t, 8)))`;
    expect(
      await rows(
        `SELECT toUInt32(count()), toUInt32(${right}), toUInt32(uniqExact(t)) FROM ${table}`,
      ),
    ).toEqual([[count, count, count]]);
  },
);
