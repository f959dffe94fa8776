import { describe, expect, test } from 'vitest';
import { SlowThreshold } from '../../../server/src/spans/slow-threshold.ts';
import { type KeptSpan, TailSampler } from '../../../server/src/spans/tail-sampler.ts';
import { newSpanCounts, type TracedSpan } from '../../../server/src/spans/traced-span.ts';
import { tracedSpan } from '../../support/traced-span.ts';

const WAIT_MS = 30_000;

function harness(random = () => 1) {
  const clock = { now: 0 };
  const kept: KeptSpan[] = [];
  const counts = newSpanCounts();
  const sampler = new TailSampler({
    waitMs: WAIT_MS,
    now: () => clock.now,
    random,
    counts,
    keep: (spans) => kept.push(...spans),
  });
  const pass = (ms: number) => {
    clock.now += ms;
    sampler.sweep();
  };
  return { sampler, counts, kept, pass };
}

let ids = 0;
const hex = (digits: number) => (++ids).toString(16).padStart(digits, '0');

/** A request of one span in a trace of its own. */
const request = (own: Partial<TracedSpan> = {}) =>
  tracedSpan({ traceId: hex(32), spanId: hex(16), ...own });

const many = (count: number, own: Partial<TracedSpan> = {}) =>
  Array.from({ length: count }, () => request(own));

describe('what is kept', () => {
  test('a trace with samples is kept at once, and what comes of it later', () => {
    const { sampler, kept, counts } = harness();
    const first = request();
    sampler.add([first]);
    expect(kept).toEqual([]);
    sampler.markSampled([first.traceId]);
    expect(kept).toEqual([{ span: first, because: 'samples', weight: 1 }]);
    const late = request({ traceId: first.traceId });
    sampler.add([late]);
    expect(kept.at(-1)?.span).toBe(late);
    expect(counts.kept.samples).toBe(2);
  });

  test('samples may come before the spans', () => {
    const { sampler, kept } = harness();
    const one = request();
    sampler.markSampled([one.traceId]);
    sampler.add([one]);
    expect(kept).toHaveLength(1);
  });

  test('all spans of a trace share its fate, also those of another service', () => {
    const { sampler, kept, pass } = harness();
    const entry = request();
    const inner = request({ traceId: entry.traceId, parentSpanId: entry.spanId, error: true });
    sampler.add([entry]);
    pass(10_000);
    sampler.add([inner, inner]); // A request that is sent again.
    pass(19_000);
    expect(kept).toEqual([]);
    pass(1_000);
    expect(kept.map(({ span, because }) => [span.spanId, because])).toEqual([
      [entry.spanId, 'error'],
      [inner.spanId, 'error'],
    ]);
  });

  test('of ordinary requests the first of an endpoint in a minute, and one in 50 after', () => {
    let turn = 0;
    const { sampler, kept, counts, pass } = harness(() => (++turn % 50) / 50);
    sampler.add(many(510));
    pass(WAIT_MS);
    const by = (reason: string) => kept.filter(({ because }) => because === reason);
    expect([by('first').length, by('rate').length, counts.dropped.rest]).toEqual([10, 10, 490]);
    expect(by('rate').every(({ weight }) => weight === 50)).toBe(true);
    sampler.add([request({ endpoint: 'GET /rare' })]);
    pass(WAIT_MS);
    expect(kept.at(-1)).toMatchObject({ because: 'first', span: { endpoint: 'GET /rare' } });
  });

  test('the slow end of each endpoint', () => {
    const { sampler, kept, pass } = harness();
    sampler.add(many(200));
    pass(WAIT_MS);
    kept.length = 0;
    const slow = request({ durationMicros: 90_000 });
    sampler.add([slow, request({ durationMicros: 10_500 })]);
    pass(WAIT_MS);
    const found = kept.filter(({ because }) => because === 'slow');
    expect(found.map(({ span }) => span)).toEqual([slow]);
  });
});

describe('what is dropped is counted', () => {
  test('past what one service may keep, which does not touch another', () => {
    const { sampler, kept, counts, pass } = harness();
    sampler.add(many(7_000, { error: true }));
    sampler.add(many(5, { error: true, service: 'other' }));
    pass(WAIT_MS);
    expect([counts.kept.error, counts.dropped.service_limit]).toEqual([6_005, 1_000]);
    expect(kept.filter(({ span }) => span.service === 'other')).toHaveLength(5);
    pass(10_000);
    sampler.add(many(2_000, { error: true }));
    pass(WAIT_MS);
    expect(counts.kept.error).toBe(6_005 + 2_000); // 100 a second were earned in 40 s.
  });

  test('past what one trace may have', () => {
    const { sampler, counts } = harness();
    const traceId = hex(32);
    sampler.add(many(2_010, { traceId }));
    expect([sampler.waiting, counts.dropped.trace_limit]).toEqual([2_000, 10]);
  });

  test('memory is bounded: the oldest traces are decided on early, not lost', () => {
    const { sampler, counts } = harness();
    sampler.add(many(50_100));
    expect(sampler.waiting).toBe(50_000);
    expect(counts.kept.first + counts.kept.slow + counts.dropped.rest).toBe(100);
  });

  test('every span that was received is kept, dropped, or waits', () => {
    const { sampler, counts, pass } = harness(Math.random);
    for (let minute = 0; minute < 4; minute++) {
      sampler.add(many(3_000, { error: minute === 1, durationMicros: 1_000 + minute }));
      pass(20_000);
    }
    const sum = (of: Record<string, number>) => Object.values(of).reduce((a, b) => a + b, 0);
    expect(sum(counts.kept) + sum(counts.dropped) + sampler.waiting).toBe(counts.received);
  });
});

test('a threshold follows a service that became slower', () => {
  const threshold = new SlowThreshold();
  const feed = (micros: number, count: number) =>
    Array.from({ length: count }, () => threshold.isSlow('a', micros)).filter(Boolean).length;
  feed(1_000, 1_000);
  expect(feed(5_000, 5)).toBe(5);
  feed(5_000, 6_000);
  expect(feed(5_000, 10)).toBe(0);
  expect(feed(50_000, 1)).toBe(1);
});
