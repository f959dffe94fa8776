import { expect, test } from 'vitest';
import type { Engine } from '../../../server/src/storage/engine.ts';
import { StackNames } from '../../../server/src/storage/stack-names.ts';

const STACKS = 500;

/** Stacks 1 to 500 of any service: main, then a frame that nobody shares. */
class FakeEngine {
  asked = 0;

  async binary(): Promise<Buffer> {
    this.asked++;
    const rows = Array.from({ length: STACKS }, (_, i) => {
      const row = Buffer.alloc(25);
      row.writeBigUInt64LE(BigInt(i + 1), 0);
      row[8] = 2;
      row.writeBigUInt64LE(1n, 9);
      row.writeBigUInt64LE(BigInt(i + 2), 17);
      return row;
    });
    return Buffer.concat(rows);
  }

  async rows(): Promise<unknown[]> {
    return Array.from({ length: STACKS + 1 }, (_, i) => [
      String(i + 1),
      String(i + 1),
      i === 0 ? 'main' : `leaf${i}`,
      'src/app.ts',
      '',
      'user',
      1,
    ]);
  }
}

function open(bytesMax?: number) {
  const engine = new FakeEngine();
  const names = new StackNames(
    engine as unknown as Engine,
    bytesMax === undefined ? {} : { bytesMax },
  );
  const ids = BigUint64Array.from({ length: STACKS }, (_, i) => BigInt(i + 1));
  const ask = (service: string, wanted = ids) =>
    names.resolve({ service, ids: wanted, idsQuery: { sql: 'SELECT 1', values: {} } });
  return { engine, names, ask };
}

test('stacks are read once, and listed with only the frames that they have', async () => {
  const { engine, ask } = open();
  await ask('shop');
  const named = await ask('shop', BigUint64Array.of(7n, 9n, 10_000n));
  expect(named.frames.name).toEqual(['main', 'leaf7', 'leaf9', '(not stored)']);
  expect(named.stacks).toEqual([[0, 1], [0, 2], [3]].map((rows) => Uint32Array.from(rows)));
  // The second time for the id that is not stored.
  expect(engine.asked).toBe(2);
  await ask('shop');
  expect(engine.asked).toBe(2);
});

test('a fold over what is known is that of the stacks asked for', async () => {
  const { ask } = open();
  await ask('shop');
  const named = await ask('shop', BigUint64Array.of(7n, 9n));
  const { tree, frames } = named.fold(Float64Array.of(3, 4));
  expect(Array.from(tree.func, (frame) => frames.name[frame] ?? 'root')).toEqual([
    'root',
    'main',
    'leaf7',
    'leaf9',
  ]);
  expect(Array.from(tree.total)).toEqual([7, 7, 3, 4]);
});

test('what services take is bounded, the one asked for last stays', async () => {
  const { names: free, ask: askFree } = open();
  await askFree('one');
  const bytesOfOne = free.bytes;
  const { engine, names, ask } = open(Math.ceil(2.5 * bytesOfOne));
  for (const service of ['a', 'b', 'a', 'c', 'd', 'a']) {
    await ask(service);
    expect(names.bytes).toBeLessThanOrEqual(2.5 * bytesOfOne);
  }
  // a, b, c and d were read, and a again: c and d were asked for after it.
  expect(engine.asked).toBe(5);
  const { names: tight, ask: askTight } = open(bytesOfOne / 2);
  expect((await askTight('one')).stacks.length).toBe(STACKS);
  expect(tight.bytes).toBe(0);
});
