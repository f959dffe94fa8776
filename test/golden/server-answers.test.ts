import { afterAll, beforeAll, test } from 'vitest';
import { functionId } from '../../proto/src/index.ts';
import { buildTestApp, multipart, type TestApp } from '../support/server-app.ts';
import { fakeComparisons } from '../support/server-fake-comparisons.ts';
import { SPAN_ID, TRACE_ID } from '../support/server-fake-details.ts';
import { expectGolden } from '../support/server-golden.ts';

const FOLDED = `
  main@src/main.ts:1;search@src/search.ts:8;tokenise@search-index/lib/tokenise.js:3 30
  main@src/main.ts:1;search@src/search.ts:8                                         12
  readFile@node:fs:7                                                                 5
`;

let server: TestApp;
beforeAll(async () => {
  const env = { FLAMEHOUSE_TRACE_URL_TEMPLATE: 'https://tempo.example/{traceId}?span={spanId}' };
  server = await buildTestApp({ env, folded: FOLDED, comparisons: fakeComparisons(FOLDED) });
});
afterAll(() => server.app.close());

const SEARCH = functionId({ name: 'search', file: 'src/search.ts', kind: 'user' });

/** Case -> what is asked. The case is the name of the golden file. */
const QUESTIONS: Readonly<Record<string, string>> = {
  'server-services': '/api/v1/services',
  'server-profile-types': '/api/v1/profile-types',
  'server-labels': '/api/v1/labels',
  'server-label-values': '/api/v1/labels/endpoint/values',
  'server-deploys': '/api/v1/deploys?state=more',
  'server-deploy': '/api/v1/deploys/00000000000000c1',
  'server-series': '/api/v1/series?service=checkout&groupBy=version',
  'server-flamegraph': '/api/v1/flamegraph?service=checkout',
  'server-flamegraph-pruned': '/api/v1/flamegraph?service=checkout&maxNodes=3',
  'server-flamegraph-speedscope': '/api/v1/flamegraph?service=checkout&format=speedscope',
  'server-flamegraph-bottom-up': '/api/v1/flamegraph?service=checkout&view=bottom-up',
  'server-flamegraph-by-package': `/api/v1/flamegraph?service=checkout&x=only:${SEARCH}&x=group:package`,
  'server-callers': `/api/v1/functions/${SEARCH}/callers?service=checkout`,
  'server-callees': `/api/v1/functions/${SEARCH}/callees?service=checkout`,
  'server-function-lines': `/api/v1/functions/${SEARCH}/lines?service=checkout`,
  'server-function-series': `/api/v1/functions/${SEARCH}/series?service=checkout&groupBy=version`,
  'server-function-traces': `/api/v1/functions/${SEARCH}/traces?service=checkout`,
  'server-endpoints': '/api/v1/endpoints?service=checkout',
  'server-endpoint-series': '/api/v1/endpoints/series?service=checkout',
  'server-trace': `/api/v1/traces/${TRACE_ID}`,
  'server-trace-not-sampled': `/api/v1/traces/${'1'.repeat(32)}`,
  'server-traces': '/api/v1/traces?service=checkout',
  'server-span-flamegraph': `/api/v1/traces/${TRACE_ID}/spans/${SPAN_ID}/flamegraph`,
  'server-stalls': '/api/v1/stalls?service=checkout',
  'server-heap-growth': '/api/v1/heap/growth?service=checkout',
  'server-diff-flamegraph':
    '/api/v1/diff/flamegraph?service=checkout&base=version:1.0.0&head=version:1.1.0&maxNodes=4',
  'server-functions': '/api/v1/functions?service=checkout',
  'server-functions-by-package': '/api/v1/functions?service=checkout&groupBy=package',
  'server-session': '/api/v1/session',
  'server-healthz': '/healthz',
  'server-readyz': '/readyz',
  'server-error': '/api/v1/flamegraph?service=checkout&from=2&to=1',
};

test.each(Object.entries(QUESTIONS))('%s', async (name, url) => {
  expectGolden(name, (await server.app.inject(url)).json());
});

test('server-server', async () => {
  const answer = (await server.app.inject('/api/v1/server')).json();
  expectGolden('server-server', { ...answer, version: 'of package.json' });
});

test('server-upload', async () => {
  const meta = {
    uploadId: '0b0e7a52-93d5-4d3c-8a4e-3d6a7b1c2d3e',
    service: 'checkout',
    from: '1795175985000000000',
    to: '1795176000000000000',
  };
  const response = await server.app.inject({
    method: 'POST',
    url: '/api/v1/profiles',
    ...multipart([
      { name: 'meta', body: JSON.stringify(meta) },
      { name: 'cpu', fileName: 'cpu.pb.gz', body: 'bytes' },
    ]),
  });
  expectGolden('server-upload', response.json());
});
