import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestApp, type TestApp } from '../support/server-app.ts';
import { schemaFaults } from '../support/server-schema.ts';

/** Golden answer -> the route that gives it. Those that are no JSON answer of a route are left out. */
const ROUTES: Readonly<Record<string, string>> = {
  'server-callees': '/functions/{id}/callees',
  'server-callers': '/functions/{id}/callers',
  'server-deploy': '/deploys/{id}',
  'server-deploys': '/deploys',
  'server-diff-flamegraph': '/diff/flamegraph',
  'server-endpoint-series': '/endpoints/series',
  'server-endpoints': '/endpoints',
  'server-flamegraph': '/flamegraph',
  'server-flamegraph-bottom-up': '/flamegraph',
  'server-flamegraph-by-package': '/flamegraph',
  'server-flamegraph-pruned': '/flamegraph',
  'server-function-lines': '/functions/{id}/lines',
  'server-function-series': '/functions/{id}/series',
  'server-function-traces': '/functions/{id}/traces',
  'server-functions': '/functions',
  'server-functions-by-package': '/functions',
  'server-heap-growth': '/heap/growth',
  'server-label-values': '/labels/{name}/values',
  'server-labels': '/labels',
  'server-profile-types': '/profile-types',
  'server-series': '/series',
  'server-server': '/server',
  'server-services': '/services',
  'server-session': '/session',
  'server-span-flamegraph': '/traces/{traceId}/spans/{spanId}/flamegraph',
  'server-stalls': '/stalls',
  'server-trace': '/traces/{traceId}',
  'server-traces': '/traces',
};

type OpenApi = Record<
  string,
  Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
>;

let server: TestApp;
let paths: OpenApi;
beforeAll(async () => {
  server = await buildTestApp();
  ({ paths } = (await server.app.inject('/api/docs/json')).json<{ paths: OpenApi }>());
});
afterAll(() => server.app.close());

test.each(Object.entries(ROUTES))('%s is as /api/docs describes %s', (name, route) => {
  const answer: unknown = JSON.parse(
    readFileSync(new URL(`${name}.json`, import.meta.url), 'utf8'),
  );
  const { content } = paths[`/api/v1${route}`]!['get']!.responses['200']!;
  expect(schemaFaults(content['application/json']!.schema, answer)).toBe('');
});

test('a field that nobody documented is seen, and one that is missing', () => {
  const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };
  expect(schemaFaults(schema, { a: 1 })).toBe('');
  expect(schemaFaults(schema, { a: 1, b: 2 })).toContain('additional properties');
  expect(schemaFaults(schema, {})).toContain("required property 'a'");
});

test('no golden answer of a GET route is left out', () => {
  const others = [
    'error',
    'flamegraph-speedscope',
    'healthz',
    'readyz',
    'trace-not-sampled',
    'upload',
  ];
  const goldens = readdirSync(new URL('.', import.meta.url))
    .filter((file) => /^server-.*\.json$/.test(file))
    .map((file) => file.replace('.json', ''));
  const known = [...Object.keys(ROUTES), ...others.map((name) => `server-${name}`)];
  expect(goldens.filter((name) => !known.includes(name))).toEqual([]);
});
