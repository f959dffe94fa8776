import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { BoundedNames } from '../../../agent/src/endpoint-names.ts';
import { HttpRequest } from '../../../agent/src/http-request.ts';
import { OtelSpans } from '../../../agent/src/otel-spans.ts';
import type { SpanContextLike, SpanLike } from '../../../agent/src/sample-context.ts';
import { LabelWriter } from '../../../agent/src/sample-labels.ts';
import type { Work } from '../../../agent/src/work.ts';

const TRACE = 'a'.repeat(32);
const idOf = (number: number) => String(number).padStart(16, '0');

class FakeSpan implements SpanLike {
  readonly attributes: Record<string, unknown> = {};
  name: string;
  readonly kind: number;
  recording = true;
  ended = false;
  readonly #context: SpanContextLike;
  declare readonly parentSpanContext?: SpanContextLike;
  declare readonly parentSpanId?: string;

  constructor(number: number, more: Partial<SpanLike> & { readonly traceId?: string } = {}) {
    this.#context = { traceId: more.traceId ?? TRACE, spanId: idOf(number) };
    this.name = more.name ?? `span ${number}`;
    this.kind = more.kind ?? 0;
    if (more.parentSpanContext) this.parentSpanContext = more.parentSpanContext;
    if (more.parentSpanId) this.parentSpanId = more.parentSpanId;
  }
  spanContext = () => this.#context;
  isRecording = () => this.recording;
  setAttribute(key: string, value: unknown): void {
    this.attributes[key] = value;
  }
}

function setUp(mode: 'on' | 'root' = 'on') {
  const roots: Work[] = [];
  const spans = new OtelSpans({
    mode,
    uiUrl: 'http://ui',
    onRoot: (work) => roots.push(work),
    openWork: ({ traceId, spanId }) =>
      roots.find(({ ids }) => ids?.spanId === spanId) ??
      roots.find(({ ids }) => ids?.traceId === traceId) ??
      null,
  });
  const context = { getValue: () => undefined };
  const contextOf = (span: SpanLike, prior?: SpanLike, request: HttpRequest | null = null) =>
    spans.contextOf(span, { context, prior, request });
  return { contextOf, roots, spans };
}

function labelsOf(context: ReturnType<ReturnType<typeof setUp>['contextOf']>) {
  const endpoints = new BoundedNames();
  const { labels } = new LabelWriter({ endpoints, spanNames: endpoints, thread: null }).write(
    context,
  );
  return Object.fromEntries(labels.map(({ key, str }) => [key, str]));
}

test('SDK 2: a child is in the work of its trace, though its parent was never active', () => {
  const { contextOf, roots } = setUp();
  const root = new FakeSpan(1);
  const child = new FakeSpan(2, { parentSpanContext: root.spanContext() });
  const grandchild = new FakeSpan(3, { parentSpanContext: child.spanContext() });
  contextOf(root);
  expect(contextOf(child)!.work).toBe(roots[0]);
  expect(labelsOf(contextOf(grandchild))).toEqual({
    trace_id: TRACE,
    span_id: idOf(1),
    active_span_id: idOf(3),
    span_name: 'span 3',
    endpoint: 'span 1',
  });
  expect(roots).toHaveLength(1);
  expect(root.attributes).toEqual({
    'pyroscope.profile.id': idOf(1),
    'flamehouse.profile.url': `http://ui/trace/${TRACE}/span/${idOf(1)}`,
  });
  expect(child.attributes).toEqual({});
});

test('a parent in another process makes a local root', () => {
  const { contextOf, roots } = setUp();
  const remote = { traceId: TRACE, spanId: idOf(9), isRemote: true };
  const root = new FakeSpan(1, { parentSpanContext: remote });
  expect(labelsOf(contextOf(root))['span_id']).toBe(idOf(1));
  const ofSdk1 = new FakeSpan(2, { parentSpanId: idOf(9) });
  expect(labelsOf(contextOf(ofSdk1))['span_id']).toBe(idOf(2));
  expect(roots).toHaveLength(2);
});

test('SDK 1: a child belongs to the span that was active before, in the same trace only', () => {
  const { contextOf } = setUp();
  const root = new FakeSpan(1);
  contextOf(root);
  const child = new FakeSpan(2, { parentSpanId: idOf(1) });
  expect(labelsOf(contextOf(child, root))['span_id']).toBe(idOf(1));
  const foreign = new FakeSpan(3, { parentSpanId: idOf(7), traceId: 'b'.repeat(32) });
  expect(labelsOf(contextOf(foreign, root))['span_id']).toBe(idOf(3));
});

test('with root only, children are their root, by reference', () => {
  const { contextOf } = setUp('root');
  const root = new FakeSpan(1);
  const child = new FakeSpan(2, { parentSpanContext: root.spanContext() });
  expect(contextOf(child, root)).not.toBeNull();
  const first = contextOf(new FakeSpan(3));
  expect(contextOf(root)).not.toBe(first);
  const inner = new FakeSpan(4, { parentSpanContext: root.spanContext() });
  expect(contextOf(inner)).toBe(contextOf(root));
});

test('a span that is not recorded counts as its parent, or as none', () => {
  const { contextOf, spans } = setUp();
  const root = new FakeSpan(1);
  const known = contextOf(root);
  const dropped = new FakeSpan(2, { parentSpanContext: root.spanContext() });
  dropped.recording = false;
  expect(contextOf(dropped, root)).toBe(known);
  const alone = new FakeSpan(3);
  alone.recording = false;
  expect(contextOf(alone)).toBeNull();
  expect(spans.known(alone)).toBeUndefined();
  root.recording = false; // ended: it stays what it was
  expect(contextOf(root)).toBe(known);
});

test('a call out of the process is no endpoint of its own', () => {
  const { contextOf } = setUp();
  const client = new FakeSpan(1, { kind: 2, name: 'GET' });
  expect(labelsOf(contextOf(client))).toEqual({
    trace_id: TRACE,
    span_id: idOf(1),
    span_name: 'GET',
  });
});

const requestOf = (url: string, more = {}) =>
  new HttpRequest(
    { method: 'GET', url, headers: {}, ...more } as unknown as IncomingMessage,
    { statusCode: 200 } as unknown as ServerResponse,
    0,
  );

test('a request and its span are one: code outside the span has the endpoint and no ids', () => {
  const { contextOf, roots } = setUp();
  const request = requestOf('/users/7');
  const span = new FakeSpan(1, { kind: 1, name: 'GET' });
  const inside = contextOf(span, undefined, request);
  expect(labelsOf(inside)['endpoint']).toBe('GET /users/:id');
  span.setAttribute('http.request.method', 'GET');
  span.setAttribute('http.route', '/users/:user');
  expect(labelsOf(inside)['endpoint']).toBe('GET /users/:user');
  expect(labelsOf({ work: request.work, span: null, labels: null })).toEqual({
    endpoint: 'GET /users/:user',
  });
  expect(roots).toEqual([]); // counted by the request
});

test('a settled request keeps what was known of it and lets go of the rest', () => {
  const request = requestOf('/users/7', { route: { path: '/users/:user' } });
  request.settle();
  expect(request.work.endpoint).toBe('GET /users/:user');
  expect(request.work.ids).toEqual(request.work.ids);
  expect(request.work.ids!.spanId).toMatch(/^[0-9a-f]{16}$/);
});

test('spans that ended are let go with their request, and those that did not are still asked', () => {
  const { contextOf } = setUp();
  const request = requestOf('/users/7');
  const root = new FakeSpan(1, { kind: 1, name: 'GET' });
  const open = new FakeSpan(2, { parentSpanContext: root.spanContext() });
  const contexts = [root, open].map((span) => contextOf(span, undefined, request));
  root.setAttribute('http.request.method', 'GET');
  root.setAttribute('http.route', '/users/:user');
  root.ended = true;
  request.settle();
  const known = { trace_id: TRACE, span_id: idOf(1), endpoint: 'GET /users/:user' };
  for (const span of [root, open]) span.name = 'renamed';
  root.attributes['http.route'] = '/other';
  expect(contexts.map(labelsOf)).toEqual([
    { ...known, span_name: 'GET' },
    { ...known, span_name: 'renamed', active_span_id: idOf(2) },
  ]);
});

test('work without an end lets go of the spans inside that ended', () => {
  const { contextOf } = setUp();
  const root = new FakeSpan(1);
  contextOf(root);
  const inner = Array.from({ length: 200 }, (_, i) => {
    const span = new FakeSpan(10 + i, { parentSpanContext: root.spanContext() });
    const context = contextOf(span);
    span.ended = i !== 0;
    return { span, context };
  });
  for (const { span } of inner) span.name = 'renamed';
  const names = inner.map(({ context }) => labelsOf(context)['span_name']);
  expect(names[0]).toBe('renamed'); // not ended
  expect(names[1]).toBe('span 11');
  expect(names.filter((name) => name === 'renamed').length).toBeLessThan(65);
});

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'b7ad6b7169203331'],
  ['01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more', 'b7ad6b7169203331'],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', null],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', null],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', null],
  ['nonsense', null],
])('traceparent %s', (traceparent, spanId) => {
  const found = requestOf('/', { headers: { traceparent } }).traceparent();
  expect(found?.spanId ?? null).toBe(spanId);
});
