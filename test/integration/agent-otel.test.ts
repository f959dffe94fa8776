import { expect, test } from 'vitest';
import { runApp, sumOf } from '../support/agent-app.ts';
import { REGISTER } from '../support/agent-host.ts';

/** Registers the SDK, runs a root span with a nested one, stops the agent, and says what it saw. */
const BODY = `
function rootWork() { return burn(150); }
function nestedWork() { return burn(150); }
function workOfNobody() { return burn(150); }
function quietWork() { return burn(100); }
function reportWork() { return burn(150); }
const SUPPRESS = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
/** As exporters do, in a timer that a span started. */
function report(done) {
  context.with(context.active().setValue(SUPPRESS, true), async () => {
    await null;
    reportWork();
    done();
  });
}
function workAfterStop() { return burn(30); }
function burn(ms) {
  const start = process.cpuUsage();
  for (let x = 0; ; ) {
    for (let i = 0; i < 2000; i++) x += Math.sqrt(x + i);
    const { user, system } = process.cpuUsage(start);
    if (user + system >= ms * 1000) return x;
  }
}
async function main() {
  if (AGENT_FIRST) agent.start({});
  new NodeTracerProvider().register();
  if (!AGENT_FIRST) agent.start({});
  const tracer = trace.getTracer('app');
  const said = {};
  await new Promise((done) => setTimeout(done, 20));
  await tracer.startActiveSpan('GET /users', { kind: 1 }, async (root) => {
    said.root = root.spanContext();
    rootWork();
    await new Promise((done) => setTimeout(done, 5));
    await tracer.startActiveSpan('query', async (nested) => {
      said.nested = nested.spanContext().spanId;
      await null;
      nestedWork();
      said.nestedAttributes = nested.attributes;
      nested.end();
    });
    rootWork();
    context.with(context.active().setValue(SUPPRESS, true), quietWork);
    said.reported = new Promise((done) => setTimeout(report, 10, done));
    root.setAttributes({ 'http.request.method': 'GET', 'http.route': '/users/:id' });
    said.attributes = root.attributes;
    root.end();
  });
  await said.reported;
  setTimeout(async () => {
    workOfNobody();
    await agent.stop();
    const manager = globalThis[Symbol.for('opentelemetry.js.api.1')];
    said.slot = Object.keys(Object.getOwnPropertyDescriptor(manager, 'context'));
    const storage = manager.context._asyncLocalStorage;
    const prototype = require('node:async_hooks').AsyncLocalStorage.prototype;
    said.methods = ['run', 'enterWith'].filter((name) => storage[name] !== prototype[name]);
    tracer.startActiveSpan('after', (span) => {
      workAfterStop();
      said.after = trace.getActiveSpan() === span;
      said.afterAttributes = span.attributes;
      span.end();
    });
    console.log(JSON.stringify(said));
  }, 20);
}
main();
`;

const FORMATS = {
  CommonJS: {
    file: 'app.cjs',
    head: (sdk: string) =>
      `const agent = require('@flamehouse/agent');
       const { context, trace } = require('@opentelemetry/api');
       const { NodeTracerProvider } = require('${sdk}');`,
  },
  'ES module': {
    file: 'app.mjs',
    head: (sdk: string) =>
      `import { createRequire } from 'node:module';
       import * as agent from '@flamehouse/agent';
       import { context, trace } from '@opentelemetry/api';
       import { NodeTracerProvider } from '${sdk}';
       const require = createRequire(import.meta.url);`,
  },
};

const CASES = ['otel-sdk-trace-node-1', 'otel-sdk-trace-node-2'].flatMap((sdk) =>
  Object.entries(FORMATS).flatMap(([format, parts]) =>
    [true, false].map((agentFirst) => ({ sdk, format, agentFirst, ...parts })),
  ),
);

test.each(CASES)('$sdk in $format, agent first: $agentFirst', async (one) => {
  const { result, rowsOf, uploads } = await runApp({
    files: {
      [one.file]: `${one.head(one.sdk)}\nconst AGENT_FIRST = ${one.agentFirst};\n${BODY}`,
    },
    nodeArgs: [],
    env: { FLAMEHOUSE_UI_URL: 'https://profiles.example/ui' },
  });
  const said = JSON.parse(result.stdout);
  const { traceId, spanId } = said.root;
  const root = {
    trace_id: traceId,
    span_id: spanId,
    span_name: 'GET /users',
    endpoint: 'GET /users/:id',
  };
  const expectOnly = (name: string, labels: Record<string, string>) => {
    const rows = rowsOf(name).map(({ labels: { stall: _, ...others } }) => others);
    expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
      new Set([JSON.stringify(labels)]),
    );
  };
  expectOnly('rootWork', root);
  const { span_name: _, endpoint, ...ids } = root;
  expectOnly('nestedWork', { ...ids, active_span_id: said.nested, span_name: 'query', endpoint });
  expectOnly('workOfNobody', {});
  // With tracing suppressed: inside a span it is the span's work, after its end it is an exporter's.
  expectOnly('quietWork', root);
  expectOnly('reportWork', {});
  expect(sumOf(rowsOf('rootWork'), 'ticks')).toBeGreaterThan(20);

  const profileAttributes = {
    'pyroscope.profile.id': spanId,
    'flamehouse.profile.url': `https://profiles.example/ui/trace/${traceId}/span/${spanId}`,
  };
  expect(said.attributes).toMatchObject(profileAttributes);
  expect(said.nestedAttributes).toEqual({});
  expect(uploads[0]!.meta['endpoints']).toMatchObject([
    { endpoint: 'GET /users/:id', count: 1, errors: 0 },
  ]);

  expect(said).toMatchObject({ after: true, afterAttributes: {}, methods: [] });
  expect(said.slot).toContain('value');
});

test.each([
  ['root', 1],
  ['off', 0],
])('FLAMEHOUSE_SPANS=%s', async (mode, roots) => {
  const parts = FORMATS.CommonJS;
  const { rowsOf, uploads } = await runApp({
    files: {
      [parts.file]: `${parts.head('otel-sdk-trace-node-2')}\nconst AGENT_FIRST = true;\n${BODY}`,
    },
    nodeArgs: ['--require', REGISTER],
    env: { FLAMEHOUSE_SPANS: mode, FLAMEHOUSE_LOG: 'silent' },
  });
  const ids = new Set(rowsOf('nestedWork').map(({ labels }) => labels['span_id'] ?? 'none'));
  expect(ids.size).toBe(1);
  expect(ids.has('none')).toBe(roots === 0);
  const labels = rowsOf('nestedWork').flatMap((row) => Object.keys(row.labels));
  expect(labels).not.toContain('active_span_id');
  expect(((uploads[0]!.meta['endpoints'] ?? []) as unknown[]).length).toBe(roots);
});
