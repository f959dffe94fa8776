import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';

interface OpenApi {
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly summary?: string;
        readonly parameters?: readonly { readonly name: string }[];
        readonly responses: Record<string, { readonly content?: object }>;
      }
    >
  >;
}

let server: TestApp;
let document: OpenApi;
beforeAll(async () => {
  server = await buildTestApp();
  document = (await server.app.inject('/api/docs/json')).json();
});
afterAll(() => server.app.close());

test('every route is described', () => {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual([
    'DELETE /api/v1/session',
    'GET /api/v1/deploys',
    'GET /api/v1/deploys/{id}',
    'GET /api/v1/diff',
    'GET /api/v1/diff/flamegraph',
    'GET /api/v1/endpoints',
    'GET /api/v1/endpoints/series',
    'GET /api/v1/flamegraph',
    'GET /api/v1/functions',
    'GET /api/v1/functions/{id}/callees',
    'GET /api/v1/functions/{id}/callers',
    'GET /api/v1/functions/{id}/lines',
    'GET /api/v1/functions/{id}/series',
    'GET /api/v1/functions/{id}/traces',
    'GET /api/v1/heap/growth',
    'GET /api/v1/labels',
    'GET /api/v1/labels/{name}/values',
    'GET /api/v1/profile-types',
    'GET /api/v1/series',
    'GET /api/v1/server',
    'GET /api/v1/services',
    'GET /api/v1/session',
    'GET /api/v1/spans/{spanId}',
    'GET /api/v1/stalls',
    'GET /api/v1/traces',
    'GET /api/v1/traces/{traceId}',
    'GET /api/v1/traces/{traceId}/spans/{spanId}/flamegraph',
    'GET /healthz',
    'GET /metrics',
    'GET /readyz',
    'POST /api/v1/admin/backup',
    'POST /api/v1/deploys',
    'POST /api/v1/deploys/{id}/expected',
    'POST /api/v1/profiles',
    'POST /api/v1/session',
    'POST /v1/traces',
  ]);
});

test('each has a summary and answers with a schema', () => {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { summary, responses }] of Object.entries(methods)) {
      expect(summary, `${method} ${path}`).toBeTruthy();
      if (path !== '/metrics') {
        expect(Object.keys(responses), `${method} ${path}`).toEqual(['200', 'default']);
      }
    }
  }
});

test('the parameters of a flame graph are the contract’s', () => {
  const names = document.paths['/api/v1/flamegraph']!['get']!.parameters!.map(({ name }) => name);
  expect(names).toEqual(
    'service type from to version environment instance endpoint filter view x maxNodes root format seconds'.split(
      ' ',
    ),
  );
});

test('the parts of an upload are described, although the route checks them by itself', () => {
  const { requestBody } = document.paths['/api/v1/profiles']!['post'] as unknown as {
    requestBody: { content: Record<string, { schema: { properties: object } }> };
  };
  const { schema } = requestBody.content['multipart/form-data']!;
  expect(Object.keys(schema.properties)).toEqual(['meta', 'profile']);
});

test('the page needs nothing that the content security policy forbids', async () => {
  const page = await server.app.inject('/api/docs');
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page.body).not.toMatch(/\son\w+=/);
  const urls = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(urls.length).toBeGreaterThan(4);
  for (const url of urls) {
    expect((await server.app.inject(url)).statusCode, url).toBe(200);
  }
});
