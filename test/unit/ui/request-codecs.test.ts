import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  ENDPOINT_MEASURES,
  ENDPOINT_SORTS,
  type EndpointsState,
  endpointsCodec,
} from '../../../ui/src/screens/endpoints/address.ts';
import { type StallsState, stallsCodec } from '../../../ui/src/screens/stalls/address.ts';
import {
  findIds,
  formatTrace,
  parseTrace,
  SCOPES,
  SPEEDS,
  type TraceState,
  traceUrl,
} from '../../../ui/src/screens/trace/address.ts';
import {
  TRACE_SORTS,
  type TracesState,
  tracesCodec,
} from '../../../ui/src/screens/traces/address.ts';
import type { QueryCodec } from '../../../ui/src/state/query-codec.ts';

const time = fc.oneof(
  fc.constantFrom('now', 'now-15m', 'now-1h', 'now-7d'),
  fc.integer({ min: 0, max: 4e12 }).map(String),
);
const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const place = { service: text, environment: text, version: text, from: time, to: time };
const count = fc.nat(1e9);

const endpoints: fc.Arbitrary<EndpointsState> = fc.record({
  ...place,
  sort: fc.constantFrom(...ENDPOINT_SORTS),
  search: text,
  endpoint: fc.option(text),
  measure: fc.constantFrom(...ENDPOINT_MEASURES),
});
const stalls: fc.Arbitrary<StallsState> = fc.record({
  ...place,
  endpoint: text,
  instance: text,
  minMs: count,
  at: count,
  of: text,
});
const traces: fc.Arbitrary<TracesState> = fc.record({
  ...place,
  endpoint: text,
  minDurationMs: count,
  minCpuMs: count,
  failed: fc.boolean(),
  sort: fc.constantFrom(...TRACE_SORTS),
  functionId: fc.oneof(fc.constant(''), hex(16)),
  functionName: text,
});

function roundTrips<S extends object>(codec: QueryCodec<S>, states: fc.Arbitrary<S>): void {
  fc.assert(
    fc.property(states, (state) => {
      expect(codec.parse(codec.format(state))).toEqual(state);
    }),
  );
  expect(codec.format(codec.defaults)).toBe('');
}

test('property: what a screen writes into its address it reads back', () => {
  roundTrips(endpointsCodec, endpoints);
  roundTrips(stallsCodec, stalls);
  roundTrips(tracesCodec, traces);
});

test('property: no address breaks a screen', () => {
  const words = fc.constantFrom('svc', 'from', 'sort', 'ep', 'dur', 'fn', 'at', 'err', 'm');
  const search = fc
    .array(fc.tuple(words, fc.string()))
    .map((pairs) => `?${new URLSearchParams(pairs.map((pair) => [...pair])).toString()}`);
  fc.assert(
    fc.property(search, (text) => {
      for (const codec of [endpointsCodec, stallsCodec, tracesCodec] as QueryCodec<object>[]) {
        const once = codec.parse(text);
        expect(codec.parse(codec.format(once))).toEqual(once);
      }
    }),
  );
});

test('work outside any request is an endpoint that can be chosen', () => {
  expect(endpointsCodec.parse('').endpoint).toBeNull();
  expect(endpointsCodec.parse('?ep=').endpoint).toBe('');
  expect(endpointsCodec.format({ ...endpointsCodec.defaults, endpoint: '' })).toBe('?ep=');
});

test('property: an address of a trace holds its span, scope and focus', () => {
  const states: fc.Arbitrary<TraceState> = fc.record({
    traceId: hex(32),
    spanId: fc.oneof(fc.constant(''), hex(16)),
    scope: fc.constantFrom(...SCOPES),
    speed: fc.constantFrom(...SPEEDS),
    type: fc.constantFrom('cpu' as const, 'wall' as const),
    focus: fc.oneof(fc.constant(''), hex(16)),
    compare: fc.boolean(),
  });
  fc.assert(
    fc.property(states, (state) => {
      const [path, search = ''] = formatTrace(state).split('?');
      expect(parseTrace(path!, search)).toEqual(state);
    }),
  );
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = '00f067aa0ba902b7';

test('the link that the agent writes into a span opens that span with its children', () => {
  expect(parseTrace(`/trace/${TRACE}/span/${SPAN}`, '')).toMatchObject({
    traceId: TRACE,
    spanId: SPAN,
    scope: 'subtree',
  });
  expect(parseTrace(`/trace/${TRACE.toUpperCase()}/`, '?scope=similar&speed=slow')).toMatchObject({
    traceId: TRACE,
    spanId: '',
    scope: 'similar',
    speed: 'slow',
  });
  for (const path of ['/trace/', '/trace/xyz', `/trace/${TRACE}0`, `/trace/${TRACE}/span/12`])
    expect(parseTrace(path, '')).toBeNull();
});

test('a span without a trace is looked up by its own id', () => {
  expect(traceUrl(null, SPAN)).toBe(`/trace/${'0'.repeat(32)}/span/${SPAN}`);
});

test('ids are found in whatever was pasted', () => {
  const found = (pasted: string) => findIds(pasted);
  expect(found(` ${TRACE}\n`)).toEqual({ traceId: TRACE, spanId: '' });
  expect(found(`00-${TRACE}-${SPAN}-01`)).toEqual({ traceId: TRACE, spanId: SPAN });
  expect(found(`{"level":30,"trace_id":"${TRACE.toUpperCase()}","msg":"slow"}`)).toEqual({
    traceId: TRACE,
    spanId: '',
  });
  expect(found(`https://jaeger.example.com/trace/${TRACE}?uiFind=${SPAN}`)).toEqual({
    traceId: TRACE,
    spanId: SPAN,
  });
  expect(found('0af76519-16cd-43dd-8448-eb211c80319c').traceId).toBe(TRACE);
  expect(found(SPAN)).toEqual({ traceId: '', spanId: SPAN });
  expect(found(`${TRACE}ff`)).toEqual({ traceId: '', spanId: '' });
});
