import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type FlamegraphAnswer,
  type FunctionSeriesAnswer,
  type FunctionsAnswer,
  functionId,
} from '../../../proto/src/index.ts';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';
import { printTree } from '../../support/server-tree.ts';

const FOLDED = `
  main@src/main.ts:1;parse@src/parse.ts:10;lex@src/parse.ts:40       30
  main@src/main.ts:1;parse@src/parse.ts:10                           20
  main@src/main.ts:1;walk@tree/lib/walk.js:5;walk@tree/lib/walk.js:5 40
  main@src/main.ts:1;walk@tree/lib/walk.js:5;lex@src/parse.ts:40     10
  readFile@node:fs:7                                                 5
`;
const LEX = functionId({ name: 'lex', file: 'src/parse.ts', kind: 'user' });
const WALK = functionId({ name: 'walk', file: 'tree/lib/walk.js', kind: 'dependency' });
const NOBODY = '0123456789abcdef';

let server: TestApp;
beforeAll(async () => {
  server = await buildTestApp({ folded: FOLDED });
});
afterAll(() => server.app.close());

async function getJson<T>(url: string): Promise<T> {
  const response = await server.app.inject(url);
  expect(response.statusCode, response.body).toBe(200);
  return response.json<T>();
}
const tree = async (query: string) =>
  getJson<FlamegraphAnswer>(`/api/v1/flamegraph?service=shop${query}`);

describe('views', () => {
  test('bottom-up begins where the time went', async () => {
    const answer = await tree('&view=bottom-up');
    expect(printTree(answer)).toEqual([
      '(root) total=105 self=0',
      '  lex total=40 self=0',
      '    parse total=30 self=0',
      '      main total=30 self=30',
      '    walk total=10 self=0',
      '      main total=10 self=10',
      '  parse total=20 self=0',
      '    main total=20 self=20',
      '  walk total=40 self=0',
      '    walk total=40 self=0',
      '      main total=40 self=40',
      '  readFile total=5 self=5',
    ]);
  });

  test('steps apply in order, before pruning', async () => {
    const answer = await tree(`&x=only:${LEX}&x=hide:dependency&maxNodes=2`);
    expect(printTree(answer)).toEqual([
      '(root) total=40 self=0',
      '  main total=40 self=0 folded=3',
    ]);
    expect(answer).toMatchObject({ total: 40, foldedNodes: 3, foldedValue: 40 });
    const grouped = await tree('&x=group:package&x=hide:runtime');
    expect(printTree(grouped)).toEqual([
      '(root) total=105 self=5',
      '  (user) total=100 self=50',
      '    tree total=50 self=40',
      '      (user) total=10 self=10',
    ]);
  });

  test('ids are those of the path, whatever else is shown', async () => {
    const whole = await tree('');
    const only = await tree(`&x=only:${LEX}`);
    expect(only.nodes.id.every((id) => whole.nodes.id.includes(id))).toBe(true);
    const lex = only.frames.functionId.indexOf(LEX);
    const node = only.nodes.id[only.nodes.frame.indexOf(lex)]!;
    expect(printTree(await tree(`&x=only:${LEX}&root=${node}`))).toEqual(['lex total=30 self=30']);
  });

  test('the table follows the steps', async () => {
    const answer = await getJson<FunctionsAnswer>(
      `/api/v1/functions?service=shop&view=bottom-up&x=from:${WALK}`,
    );
    const { name, self, total } = answer.functions;
    expect(name.map((one, i) => `${one} ${self[i]} ${total[i]}`)).toEqual([
      'walk 40 50',
      'lex 10 10',
    ]);
    expect(answer.total).toBe(50);
  });

  test('exports follow too', async () => {
    const url = `/api/v1/flamegraph?service=shop&x=from:${WALK}&x=collapse:recursion&view=bottom-up`;
    const folded = await server.app.inject(`${url}&format=folded`);
    expect(folded.body).toBe('walk 40\nlex;walk 10\n');
    const speedscope = await getJson<{ profiles: { endValue: number }[] }>(
      `${url}&format=speedscope`,
    );
    expect(speedscope.profiles[0]!.endValue).toBe(50);
    const pprof = await server.app.inject(`${url}&format=pprof`);
    expect(pprof.headers['content-type']).toBe('application/octet-stream');
  });

  test.each([
    ['x=drop:1', 'TRANSFORM_INVALID', 'x is "drop:1"'],
    [
      'view=sideways',
      'QUERY_PARAMETER_INVALID',
      'view is "sideways": it must be one of top-down, bottom-up',
    ],
    [
      Array.from({ length: 17 }, () => 'x=hide:gc').join('&'),
      'QUERY_PARAMETER_INVALID',
      'must NOT have more than 16 items',
    ],
    ['service=again', 'QUERY_PARAMETER_INVALID', 'service is ["shop","again"]: it must be string'],
  ])('%s is refused', async (query, code, message) => {
    const response = await server.app.inject(`/api/v1/flamegraph?service=shop&${query}`);
    expect(response.json()).toMatchObject({ code, message: expect.stringContaining(message) });
    expect(response.statusCode).toBe(400);
  });
});

describe('sandwich', () => {
  const half = (id: string, of: string, query = '') =>
    getJson<FlamegraphAnswer>(`/api/v1/functions/${id}/${of}?service=shop${query}`);

  test('callers and callees come to the total of the function, recursion counted once', async () => {
    expect(printTree(await half(WALK, 'callers'))).toEqual([
      '(root) total=50 self=0',
      '  walk total=50 self=0',
      '    main total=50 self=50',
    ]);
    expect(printTree(await half(WALK, 'callees'))).toEqual([
      '(root) total=50 self=0',
      '  walk total=50 self=0',
      '    walk total=40 self=40',
      '    lex total=10 self=10',
    ]);
  });

  test('steps come first', async () => {
    expect(printTree(await half(LEX, 'callers', `&x=not:${WALK}`))[0]).toContain('total=30');
  });

  test('a function that nobody called has an empty sandwich', async () => {
    expect(printTree(await half(NOBODY, 'callers'))).toEqual(['(root) total=0 self=0']);
  });

  test('an id that is none is refused', async () => {
    const response = await server.app.inject('/api/v1/functions/main/callers?service=shop');
    expect(response.json()).toMatchObject({ code: 'QUERY_PARAMETER_INVALID' });
  });
});

test('the history of a function has a point wherever anything was sampled', async () => {
  const url = `/api/v1/functions/${WALK}/series?service=shop&groupBy=version&stepMs=15000`;
  const { series, samples } = await getJson<FunctionSeriesAnswer>(url);
  expect(samples).toEqual({ from: FAKE_NOW_MS - 60_000, to: FAKE_NOW_MS, self: 74, total: 186 });
  expect(series).toEqual([
    {
      labels: { version: '1.1.0' },
      timesMs: [FAKE_NOW_MS - 30_000, FAKE_NOW_MS - 15_000],
      self: [0, 0.05],
      total: [0, 0.125],
      all: [0.5, 0.25],
    },
  ]);
  expect(server.store.questions.slice(-2)).toMatchObject([
    { groupBy: ['version'], stepMs: 15_000 },
    { groupBy: ['version'], stepMs: 15_000, functionId: WALK },
  ]);
});
