import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FlamegraphAnswer, FunctionsAnswer } from '../../../proto/src/index.ts';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';
import { printTree } from '../../support/server-tree.ts';

const FOLDED = `
  main@src/main.ts:1;parse@src/parse.ts:10;lex@src/parse.ts:40 30
  main@src/main.ts:1;parse@src/parse.ts:10                     20
  main@src/main.ts:1;walk@tree/lib/walk.js:5;walk@tree/lib/walk.js:5 40
  main@src/main.ts:1;walk@tree/lib/walk.js:5                   10
  readFile@node:fs:7                                           5
`;

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

describe('flamegraph', () => {
  const url = '/api/v1/flamegraph?service=shop';

  test('is the tree of all stacks', async () => {
    expect(printTree(await getJson(url))).toEqual([
      '(root) total=105 self=0',
      '  main total=100 self=0',
      '    parse total=50 self=20',
      '      lex total=30 self=30',
      '    walk total=50 self=10',
      '      walk total=40 self=40',
      '  readFile total=5 self=5',
    ]);
  });

  test('pruned, it keeps exact numbers and says what was folded', async () => {
    const answer = await getJson<FlamegraphAnswer>(`${url}&maxNodes=4`);
    expect(printTree(answer)).toEqual([
      '(root) total=105 self=0 folded=1',
      '  main total=100 self=0',
      '    parse total=50 self=20 folded=1',
      '    walk total=50 self=10 folded=1',
    ]);
    expect(answer).toMatchObject({ total: 105, foldedNodes: 3, foldedValue: 75 });
    expect(answer.frames.name).toEqual(['main', 'parse', 'walk']);
  });

  test('below `root` it is the detail of one node, with the same ids', async () => {
    const whole = await getJson<FlamegraphAnswer>(url);
    const pruned = await getJson<FlamegraphAnswer>(`${url}&maxNodes=4`);
    const walk = pruned.nodes.id[3]!;
    const detail = await getJson<FlamegraphAnswer>(`${url}&root=${walk}`);
    expect(printTree(detail)).toEqual(['walk total=50 self=10', '  walk total=40 self=40']);
    expect(detail.nodes.id).toEqual([whole.nodes.id[4], whole.nodes.id[5]]);
    expect(detail.total).toBe(50);
    expect(new Set(whole.nodes.id).size).toBe(7);
    for (const id of whole.nodes.id) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });

  test('the id of the root asks for everything', async () => {
    expect((await getJson<FlamegraphAnswer>(`${url}&root=0000000000000000`)).total).toBe(105);
  });

  test('a service without profiles has a root and nothing else', async () => {
    const empty = await buildTestApp({ folded: '' });
    const answer = (await empty.app.inject(url)).json<FlamegraphAnswer>();
    expect(printTree(answer)).toEqual(['(root) total=0 self=0']);
    expect(answer.frames.id).toEqual([]);
    await empty.app.close();
  });

  test('the query becomes a selection', async () => {
    const filter = encodeURIComponent('{region=~"eu.*", endpoint!="GET /x"}');
    await getJson(
      `${url}&type=heap&from=now-15m&to=now&version=1&environment=prod&instance=a&endpoint=GET%20/y&filter=${filter}&seconds=5`,
    );
    expect(server.store.questions.at(-1)).toEqual({
      service: 'shop',
      type: 'memory:inuse_space:bytes:space:bytes',
      range: { from: FAKE_NOW_MS - 900_000, to: FAKE_NOW_MS },
      version: '1',
      environment: 'prod',
      instance: 'a',
      endpoint: 'GET /y',
      matchers: [
        { name: 'region', op: '=~', value: 'eu.*' },
        { name: 'endpoint', op: '!=', value: 'GET /x' },
      ],
    });
  });
});

describe('functions', () => {
  const url = '/api/v1/functions?service=shop';
  const rows = ({ functions, rows, total }: FunctionsAnswer) => ({
    table: functions.name.map((name, i) => `${name} ${functions.self[i]} ${functions.total[i]}`),
    rows,
    total,
  });

  test('counts a stack once per function, largest self first', async () => {
    expect(rows(await getJson(url))).toEqual({
      table: ['walk 50 50', 'lex 30 30', 'parse 20 50', 'readFile 5 5', 'main 0 100'],
      rows: 5,
      total: 105,
    });
  });

  test('sort=total', async () => {
    expect(rows(await getJson(`${url}&sort=total`)).table).toEqual([
      'main 0 100',
      'walk 50 50',
      'parse 20 50',
      'lex 30 30',
      'readFile 5 5',
    ]);
  });

  test('sort=name with limit and offset keeps the number of all rows', async () => {
    expect(rows(await getJson(`${url}&sort=name&limit=2&offset=1`))).toEqual({
      table: ['main 0 100', 'parse 20 50'],
      rows: 5,
      total: 105,
    });
  });

  test.each([
    ['LEX', ['lex 30 30']],
    ['src/parse', ['lex 30 30', 'parse 20 50']],
    ['tree', ['walk 50 50']],
    ['nothing', []],
  ])('search=%s looks in name, file and package', async (search, table) => {
    expect(rows(await getJson(`${url}&search=${search}`))).toEqual({
      table,
      rows: table.length,
      total: 105,
    });
  });

  test('closures of one file are one function without a position in its name', async () => {
    const folded = '(anonymous:L#7:C#3)@a.ts:7 1\n(anonymous:L#9:C#3)@a.ts:9 2';
    const { app } = await buildTestApp({ folded });
    expect(rows((await app.inject(url)).json()).table).toEqual(['(anonymous) 3 3']);
    await app.close();
  });

  test('groupBy=package', async () => {
    const { functions } = await getJson<FunctionsAnswer>(`${url}&groupBy=package`);
    expect(
      functions.package.map(
        (name, i) => `${functions.kind[i]} ${name} ${functions.self[i]} ${functions.total[i]}`,
      ),
    ).toEqual(['user  50 100', 'dependency tree 50 50', 'runtime node 5 5']);
    expect(new Set(functions.id).size).toBe(3);
  });
});

describe('series', () => {
  test.each([
    ['', 15_000],
    ['&from=now-24h', 600_000],
    ['&from=now-7d', 3_600_000],
    ['&from=now-365d', 2 * 86_400_000],
    ['&stepMs=30000', 30_000],
  ])('%s has steps of %i ms', async (query, stepMs) => {
    expect(await getJson(`/api/v1/series?service=shop${query}`)).toMatchObject({ stepMs });
    expect(server.store.questions.at(-1)).toMatchObject({ stepMs, groupBy: [] });
  });

  test('groupBy takes names with commas between', async () => {
    await getJson('/api/v1/series?service=shop&groupBy=version,%20instance,version');
    expect(server.store.questions.at(-1)).toMatchObject({ groupBy: ['version', 'instance'] });
  });

  test('too many steps or labels are refused', async () => {
    const steps = await server.app.inject('/api/v1/series?service=a&from=now-7d&stepMs=1000');
    expect(steps.json().message).toBe(
      'stepMs is 1000: the range would have 604800 steps, more than 11000',
    );
    const labels = await server.app.inject('/api/v1/series?service=a&groupBy=a,b,c,d,e');
    expect(labels.json().message).toBe('groupBy names 5 labels, more than 4');
  });
});

test('a slash in a label name or value survives the URL', async () => {
  const url = '/api/v1/labels/http%2Froute/values?service=a';
  expect(await getJson(url)).toEqual({ label: 'http/route', values: [] });
  expect(server.store.questions.at(-1)).toMatchObject({ label: 'http/route', service: 'a' });
});

test('big answers are gzip for those who take it, and say that this varies', async () => {
  const url = '/api/docs/json';
  const packed = await server.app.inject({ url, headers: { 'accept-encoding': 'br, gzip' } });
  expect(packed.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(Number(packed.headers['content-length'])).toBe(packed.rawPayload.length);
  for (const accept of ['identity', 'gzip;q=0', 'br']) {
    const plain = await server.app.inject({ url, headers: { 'accept-encoding': accept } });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(plain.json().openapi).toBe('3.1.0');
  }
});

test('an answer below one packet is left as it is', async () => {
  const response = await server.app.inject({
    url: '/api/v1/labels',
    headers: { 'accept-encoding': 'gzip' },
  });
  expect(response.headers['content-encoding']).toBeUndefined();
  expect(response.json()).toEqual({ labels: ['endpoint', 'region'] });
});

test('answers are not kept by caches', async () => {
  const response = await server.app.inject('/api/v1/services');
  expect(response.headers['cache-control']).toBe('no-store');
});
