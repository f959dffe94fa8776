import type { WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  laneOf,
  laneScale,
  laneTicks,
  spanName,
  stallMarks,
  tellingSpan,
  type WaterfallRow,
  waterfallRows,
} from '../../../ui/src/screens/trace/waterfall-rows.ts';
import { shareInterval, traceParts, traceSentence } from '../../../ui/src/screens/trace/words.ts';
import { fixtureWaterfall, spanNumber } from '../../support/ui-fixture-trace.ts';

const TRACE = '7c1f09be5d3a4c2b9e8f7a6b5c4d41e2';
const none: ReadonlySet<string> = new Set();

/** A row as text: indent, name, and its bar on a lane of 40 characters, `#` on CPU and `-` waiting. */
function drawRow({ span, depth, lane }: WaterfallRow): string {
  const name = `${'  '.repeat(depth)}${spanName(span).slice(0, 18)}`.padEnd(24);
  if (lane === null) return `${name}|?`;
  const cells = Math.max(1, Math.round(lane.width * 40));
  const warm = Math.round(cells * lane.onCpu);
  const bar = '#'.repeat(warm) + '-'.repeat(cells - warm);
  return `${name}|${' '.repeat(Math.round(lane.left * 40))}${bar}`;
}

test('rows in the order of the answer, bars where the spans were', () => {
  const rows = waterfallRows(fixtureWaterfall(TRACE, {}), none);
  expect(rows.map(drawRow)).toEqual([
    'POST /checkout          |########################----------------',
    '  authenticate          |#',
    '  cart.load             |  ----',
    '    SELECT cart_items   |  ---',
    '  cart.price            |      ##################--',
    '    rules.load          |      ###############-',
    '      GET /rules        |      -',
    '  stock.reserve         |                          ####-',
    '    POST /reservations  |                          ###-',
    '      UPDATE stock      |                            --',
    '  AsyncLocalStorageC    |                               ##-----',
    '    POST /charges       |                               #-----',
    '      POST card gateway |                                -----',
    '  reply                 |                                       -',
  ]);
  const profiled = rows.filter((row) => !row.profiled).map(({ span }) => span.service);
  expect(profiled).toEqual(['postgres', 'config', 'postgres', 'external']);
});

test('a closed span hides everything below it and nothing else', () => {
  const answer = fixtureWaterfall(TRACE, {});
  const closed = new Set([spanNumber(5), spanNumber(8)]);
  const names = waterfallRows(answer, closed).map(({ span }) => span.name);
  expect(names).not.toContain('rules.load');
  expect(names).not.toContain('GET /rules');
  expect(names).not.toContain('UPDATE stock');
  expect(names).toContain('POST /charges');
  expect(waterfallRows(answer, closed).filter(({ open }) => !open)).toHaveLength(2);
});

test('without exported spans the lane measures CPU, from the left', () => {
  const answer = fixtureWaterfall(TRACE, { otlp: false });
  expect(laneScale(answer)).toEqual({ by: 'cpu', lengthMicros: 251_000 });
  const rows = waterfallRows(answer, none);
  expect(rows[0]!.lane).toEqual({ left: 0, width: 1, onCpu: 1 });
  expect(rows.every(({ lane }) => lane!.left === 0 && lane!.width <= 1)).toBe(true);
  expect(stallMarks(rows[0]!.span, laneScale(answer))).toEqual([]);
});

test('a span that was sampled and not exported has no place on a lane of time', () => {
  const answer = fixtureWaterfall(TRACE, {});
  const sampled = { ...answer.spans[1]!, startMicros: null, durationMicros: null };
  expect(laneOf(sampled, laneScale(answer))).toBeNull();
});

/** Random traces in the order of a waterfall: parents first, depths as an answer has them. */
const answers: fc.Arbitrary<WaterfallAnswer> = fc
  .array(
    fc.record({
      deeper: fc.nat(4),
      start: fc.integer({ min: -200_000, max: 900_000 }),
      took: fc.nat(600_000),
      cpu: fc.nat(900_000),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drawn) => {
    const base = fixtureWaterfall(TRACE, {});
    let depth = -1;
    const spans = drawn.map(({ deeper, start, took, cpu }, row): WaterfallSpan => {
      depth = row === 0 ? 0 : Math.max(0, depth + 1 - deeper);
      return {
        ...base.spans[0]!,
        spanId: spanNumber(row + 1),
        depth,
        startMicros: base.startMicros! + start,
        durationMicros: took,
        subtree: { samples: 1, cpuMicros: cpu, wallMicros: cpu },
      };
    });
    return { ...base, spans, rows: spans.length };
  });

test('property: every span once, below its parent, and every bar inside the lane', () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const rows = waterfallRows(answer, none);
      expect(rows.map(({ span }) => span.spanId)).toEqual(answer.spans.map(({ spanId }) => spanId));
      rows.forEach((row, i) => {
        if (i > 0) expect(row.depth).toBeLessThanOrEqual(rows[i - 1]!.depth + 1);
        const { left, width, onCpu } = row.lane!;
        expect(Math.min(left, width, onCpu)).toBeGreaterThanOrEqual(0);
        expect(left + width).toBeLessThanOrEqual(1 + 1e-9);
        expect(onCpu).toBeLessThanOrEqual(1);
      });
    }),
  );
});

test('property: bars keep the order in which spans begin', () => {
  fc.assert(
    fc.property(answers, (answer) => {
      const byStart = [...waterfallRows(answer, none)].sort(
        (a, b) => a.span.startMicros! - b.span.startMicros!,
      );
      byStart.forEach((row, i) => {
        if (i > 0) expect(row.lane!.left).toBeGreaterThanOrEqual(byStart[i - 1]!.lane!.left);
      });
    }),
  );
});

test('property: closing a span hides exactly the rows between it and the next as shallow', () => {
  fc.assert(
    fc.property(answers, fc.nat(59), (answer, pick) => {
      const at = pick % answer.spans.length;
      const { depth, spanId } = answer.spans[at]!;
      const after = answer.spans.slice(at + 1).findIndex((span) => span.depth <= depth);
      const below = after < 0 ? answer.spans.length - at - 1 : after;
      const shown = waterfallRows(answer, new Set([spanId]));
      expect(shown).toHaveLength(answer.spans.length - below);
    }),
  );
});

test('ticks are round, few, and within the lane', () => {
  expect(laneTicks(412_000)).toEqual([0, 100_000, 200_000, 300_000, 400_000]);
  expect(laneTicks(1)).toEqual([0, 0.5, 1]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), (micros) => {
      const ticks = laneTicks(micros);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(6);
      expect(ticks.at(-1)).toBeLessThanOrEqual(micros);
    }),
  );
});

test('the sentence says what was used, by what is known', () => {
  const answer = fixtureWaterfall(TRACE, {});
  const say = (part: Partial<WaterfallAnswer>) =>
    traceSentence({ ...answer, ...part }).replaceAll('\u00a0', ' ');
  expect(say({})).toBe('POST /checkout took 412 ms, 251 ms of it on CPU.');
  expect(say({ cpuMicros: 500_000 })).toBe(
    'POST /checkout took 412 ms and used 500 ms of CPU in 4 services.',
  );
  // Services that only waited used none of it.
  const spans = answer.spans.filter(({ service }) => ['checkout', 'postgres'].includes(service));
  expect(say({ durationMicros: null, spans })).toBe('POST /checkout used 251 ms of CPU.');
  expect(say({ samples: 0, cpuMicros: 0 })).toBe(
    'POST /checkout took 412 ms, and no sample hit it.',
  );
});

test('the span that says most is the deepest that holds half of the CPU', () => {
  const answer = fixtureWaterfall(TRACE, {});
  const telling = tellingSpan(answer)!;
  expect(telling.name).toBe('rules.load');
  expect(traceParts(answer, telling)).toEqual({ span: 159_000, other: 92_000, waiting: 161_000 });
  expect(tellingSpan({ ...answer, spans: [] })).toBeNull();
});

test('the interval of a share covers it, and more samples narrow it', () => {
  const few = shareInterval(10 / 18, 18);
  expect([Math.round(few.low * 100), Math.round(few.high * 100)]).toEqual([34, 75]);
  expect(shareInterval(0, 0)).toEqual({ low: 0, high: 1 });
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.integer({ min: 1, max: 5_000 }),
      (share, samples) => {
        const { low, high } = shareInterval(share, samples);
        const more = shareInterval(share, samples * 4);
        expect(low).toBeLessThanOrEqual(share + 1e-9);
        expect(high).toBeGreaterThanOrEqual(share - 1e-9);
        expect(more.high - more.low).toBeLessThan(high - low);
      },
    ),
  );
});
