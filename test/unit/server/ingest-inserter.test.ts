import { describe, expect, test } from 'vitest';
import type { ApiError } from '../../../server/src/errors.ts';
import { Inserter, type SegmentWork } from '../../../server/src/ingest/inserter.ts';
import { storageError } from '../../../server/src/storage/engine-errors.ts';

/** An error as the engine raises it. */
function engineError(code: string, type: string): ApiError {
  return storageError(Object.assign(new Error(`Code: ${code}`), { code, type }));
}

function recorder(insert: SegmentWork['insert'], pause?: (ms: number) => Promise<void>) {
  const events: string[] = [];
  const work: SegmentWork = {
    insert,
    done: async (segment) => void events.push(`done ${segment}`),
    giveUp: async (segment) => void events.push(`gave up ${segment}`),
    onRetry: (segment) => events.push(`retry ${segment}`),
  };
  return { events, inserter: new Inserter(work, pause) };
}

describe('segments', () => {
  test('are inserted one after the other, in order', async () => {
    let running = 0;
    const { events, inserter } = recorder(async () => {
      expect(++running).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running--;
    });
    for (const segment of ['a', 'b', 'c']) inserter.add(segment);
    await inserter.whenIdle();
    expect(events).toEqual(['done a', 'done b', 'done c']);
    await inserter.whenIdle();
  });

  test('wait while held; the hold begins when the one under way is done, and the next hold after it', async () => {
    let end = () => {};
    const { events, inserter } = recorder(() => new Promise<void>((resolve) => (end = resolve)));
    inserter.add('a');
    inserter.add('b');
    const holding = inserter.hold().then((held) => {
      events.push('held');
      return held;
    });
    const next = inserter.hold();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toEqual([]);
    end();
    const first = await holding;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(events).toEqual(['done a', 'held']);
    first.release();
    (await next).release();
    await expect.poll(() => inserter.waiting).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    end();
    await inserter.whenIdle();
    expect(events).toEqual(['done a', 'held', 'done b']);
  });

  test('wait as long as it takes while the engine is away, busy or full', async () => {
    let attempts = 0;
    const errors = [
      storageError(new Error('connect ECONNREFUSED')),
      engineError('252', 'TOO_MANY_PARTS'),
      engineError('241', 'MEMORY_LIMIT_EXCEEDED'),
    ];
    const pauses: number[] = [];
    const insert = async () => {
      if (++attempts <= 30) throw errors[attempts % errors.length]!;
    };
    const { events, inserter } = recorder(insert, async (ms) => void pauses.push(ms));
    inserter.add('a');
    inserter.add('b');
    await inserter.whenIdle();
    expect(pauses.slice(0, 4)).toEqual([200, 400, 800, 1_600]);
    expect(Math.max(...pauses)).toBe(10_000);
    expect(events.filter((event) => event === 'retry a')).toHaveLength(30);
    expect(events.slice(-2)).toEqual(['done a', 'done b']);
  });

  test('that cannot be inserted are set aside and block nothing', async () => {
    const insert = async (segment: string) => {
      if (segment === 'bad') throw engineError('27', 'CANNOT_PARSE_INPUT_ASSERTION_FAILED');
    };
    const { events, inserter } = recorder(insert, async () => {});
    inserter.add('bad');
    inserter.add('good');
    await inserter.whenIdle();
    expect(events.slice(-2)).toEqual(['gave up bad', 'done good']);
  });

  test('are left for the next start by close', async () => {
    const { events, inserter } = recorder(async () => {
      throw storageError(new Error('away'));
    });
    inserter.add('a');
    inserter.add('b');
    await inserter.close();
    expect(events).toEqual(['retry a']);
    expect(inserter.waiting).toBe(2);
  });
});
