import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type {
  Deploy,
  FlamegraphAnswer,
  FunctionSeriesAnswer,
  HeapGrowthAnswer,
  ProfileTypesAnswer,
  SeriesAnswer,
  ServiceSummary,
} from '@flamehouse/proto';
import { aliasOf, parseProfileType, unitOf } from '@flamehouse/proto';
import { comparisonOf } from './ui-fixture-compare.ts';
import { deploysAnswerOf, fixtureDeploys } from './ui-fixture-deploys.ts';
import { linesOf } from './ui-fixture-lines.ts';
import { requestAnswer } from './ui-fixture-requests.ts';
import { type FixtureNode, flamegraphOf, functionsOf, parseTree } from './ui-fixture-tree.ts';
import { functionsAfter, halfOf, viewOf } from './ui-fixture-views.ts';

const UI_DIST = join(import.meta.dirname, '../../ui/dist');
const TREE = join(import.meta.dirname, '../fixtures/ui/checkout.txt');
const MIME: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** The policy of the real server: what it forbids must not be needed. */
const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** What the fixture answers; tests change it while it runs. */
export interface FixtureState {
  tree: FixtureNode;
  detail: FixtureNode | null; // answers `root=`; the tree itself when null
  services: ServiceSummary[];
  types: string[];
  cores: number;
  deploys: Deploy[];
  delayMs: number;
  token: string; // '' for an open server
  sourceTemplate: string | null;
  linesKnown: boolean;
  failure: { path: string; status: number; code: string; message: string; help: string } | null;
  override: { path: string; answer: unknown } | null; // another answer of one path
  requests: string[];
}

export interface UiFixture {
  readonly url: string;
  readonly state: FixtureState;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;

/** Services of the design's landing page, seen now. */
export function fixtureServices(nowMs: number): ServiceSummary[] {
  const row = (
    service: string,
    cores: number,
    instances: number,
    version: string,
    hours: number,
  ): ServiceSummary => ({
    service,
    environments: ['production', 'staging'],
    versions: ['9ab07d3', version],
    lastSeen: nowMs - 4_000,
    cores,
    instances,
    lastDeploy: { environment: 'production', version, at: nowMs - hours * HOUR_MS },
  });
  return [
    row('checkout', 4.21, 6, '4f2c1e9', 0.7),
    row('search', 3.3, 8, 'be11a02', 2),
    row('inventory', 2.41, 6, '5d1be70', 20),
    row('payments', 1.52, 4, 'a9c4410', 0.1),
    row('auth', 1.24, 4, 'e51bd77', 3),
    row('notifications', 0.61, 3, '81c3f0e', 49),
    row('image-resizer', 0.2, 2, '0ab7712', 216),
  ];
}

/** Serves ui/dist and answers /api/v1 from an indented tree, so that screens can be tried without a store. */
export async function startUiFixture(port = 0): Promise<UiFixture> {
  const state: FixtureState = {
    tree: parseTree(await readFile(TREE, 'utf8')),
    detail: null,
    services: fixtureServices(Date.now()),
    types: ['cpu', 'wall', 'heap', 'heap-objects', 'alloc', 'alloc-objects'],
    cores: 4.21,
    deploys: fixtureDeploys(Date.now()),
    delayMs: 0,
    token: '',
    sourceTemplate: 'https://git.test/shop/blob/{revision}/{file}#L{line}',
    linesKnown: true,
    failure: null,
    override: null,
    requests: [],
  };
  const server = createServer((request, response) => {
    answer(request, response, state).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const { port: actual } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${actual}`, state, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: FixtureState,
): Promise<void> {
  const url = new URL(request.url!, 'http://fixture');
  if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
  state.requests.push(request.url!);
  const path = url.pathname.slice('/api/v1/'.length);
  const send = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  };
  const signedIn =
    state.token === '' || request.headers.cookie?.includes(`session=${state.token}`) === true;
  if (path === 'session')
    return request.method === 'POST'
      ? openSession(request, state, send)
      : send(200, { required: state.token !== '', signedIn });
  if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs));
  if (!signedIn)
    return send(401, { code: 'AUTH_REQUIRED', message: 'no token was sent', help: 'Send one.' });
  if (state.failure !== null && path === state.failure.path)
    return send(state.failure.status, state.failure);
  if (path === 'diff' || path === 'diff/flamegraph') {
    const { diff, tree } = await comparisonOf(url.searchParams);
    return send(200, path === 'diff' ? diff : tree);
  }
  const deploy = /^deploys\/([0-9a-f]{16})(\/expected)?$/.exec(path);
  if (deploy !== null) return answerDeploy(request, state, { id: deploy[1]!, send });
  if (state.override !== null && path === state.override.path)
    return send(200, state.override.answer);
  return send(200, requestAnswer(path, url.searchParams) ?? data(path, url.searchParams, state));
}

type Send = (status: number, body: unknown, headers?: Record<string, string>) => void;

async function answerDeploy(
  request: IncomingMessage,
  state: FixtureState,
  { id, send }: { readonly id: string; readonly send: Send },
): Promise<void> {
  const found = state.deploys.find((one) => one.id === id);
  if (found === undefined)
    return send(404, {
      code: 'DEPLOY_NOT_FOUND',
      message: `no deploy has the id ${id}`,
      help: 'List them with GET /api/v1/deploys.',
    });
  if (request.method !== 'POST') return send(200, found);
  const { expected } = (await bodyOf(request)) as { expected: boolean };
  state.deploys = state.deploys.map((one) => (one.id === id ? { ...one, expected } : one));
  send(200, { ...found, expected });
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return JSON.parse(body);
}

async function openSession(
  request: IncomingMessage,
  state: FixtureState,
  send: Send,
): Promise<void> {
  const { token } = (await bodyOf(request)) as { token: string };
  if (token !== state.token)
    return send(401, { code: 'AUTH_REQUIRED', message: 'an unknown token was sent', help: '' });
  send(200, {}, { 'set-cookie': `session=${token}; HttpOnly; SameSite=Lax; Path=/` });
}

function data(path: string, params: URLSearchParams, state: FixtureState): unknown {
  const type = parseProfileType(params.get('type') ?? 'cpu');
  const from = Number(params.get('from'));
  const to = Number(params.get('to'));
  const head = { service: params.get('service') ?? '', type, unit: unitOf(type), from, to };
  const micros = state.cores * (to - from) * 1000;
  const scale = type.startsWith('memory') ? 412_000 : micros / (state.tree.total || 1);
  const root = params.get('root');
  const x = params.getAll('x');
  const view = params.get('view') ?? 'top-down';
  const exact = () => flamegraphOf(state.detail ?? state.tree, head, { scale });
  const lines = /^functions\/([0-9a-f]{16})\/lines$/.exec(path);
  if (lines !== null) return linesOf(exact(), lines[1]!, state);
  const ofFunction = /^functions\/([0-9a-f]{16})\/(callers|callees|series)$/.exec(path);
  if (ofFunction !== null) {
    const [, id, part] = ofFunction as unknown as [
      string,
      string,
      'callers' | 'callees' | 'series',
    ];
    return part === 'series'
      ? historyOf(seriesOf(params, head, state.cores), id)
      : halfOf(exact(), id, part, x);
  }
  if (path === 'flamegraph' && (x.length > 0 || view !== 'top-down'))
    return viewOf(exact(), view, x);
  if (path === 'functions' && x.length > 0) return functionsAfter(exact(), x);
  switch (path) {
    case 'heap/growth':
      return growthOf(exact());
    case 'deploys':
      // The list asks for so many; the line of Explore for all of its range.
      return deploysAnswerOf(params.has('limit') ? state.deploys : deploysOf(head, state), params);
    case 'services':
      return state.services;
    case 'profile-types':
      return typesAnswer(state);
    case 'series':
      return seriesOf(params, head, state.cores);
    case 'flamegraph':
      return root === null
        ? flamegraphOf(state.tree, head, { scale })
        : flamegraphOf(state.detail ?? state.tree, head, { scale, root });
    case 'functions':
      return functionsOf(state.detail ?? state.tree, head, scale);
    default:
      throw new Error(`the fixture has no ${path}`);
  }
}

/** 99 a second for each core, of which the function has a quarter; what is no CPU has none. */
function samplesOf({ type, from, to, series }: SeriesAnswer): FunctionSeriesAnswer['samples'] {
  if (aliasOf(type) !== 'cpu') return null;
  const values = series.flatMap((one) => one.values);
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const total = Math.round((mean * 99 * (to - from)) / 4_000);
  return { from, to, self: Math.round(total / 10), total };
}

/** A function that doubles its share where the second version begins. */
function historyOf(answer: SeriesAnswer, functionId: string): FunctionSeriesAnswer {
  return {
    ...answer,
    functionId,
    series: answer.series.map(({ labels, timesMs, values }) => {
      const share = (at: number): number => (at < turnOf(answer) ? 0.16 : 0.33);
      const total = values.map((value, i) => value * share(timesMs[i]!));
      return { labels, timesMs, self: total.map((value) => value / 10), total, all: values };
    }),
    samples: samplesOf(answer),
  };
}

/** One site grows, one may, one shrinks. */
function growthOf(answer: FlamegraphAnswer): HeapGrowthAnswer {
  const { frames } = answer;
  const MiB = 2 ** 20;
  const slopes = [12, 1, -3].map((slope) => slope * MiB);
  const sites = ['loadPriceRules', 'query', 'JSON.parse'].map((name) => frames.name.indexOf(name));
  return {
    service: answer.service,
    type: answer.type,
    unit: 'bytes',
    from: answer.from,
    to: answer.to,
    tier: answer.tier,
    stepMs: 60_000,
    points: 60,
    total: {
      start: 380 * MiB,
      end: 392 * MiB,
      growth: 12 * MiB,
      slopePerHour: 12 * MiB,
      slopeLowPerHour: 8 * MiB,
      slopeHighPerHour: 16 * MiB,
    },
    rows: 3,
    frames,
    sites: {
      functionId: sites.map((frame) => frames.functionId[frame]!),
      stack: sites.map((frame) => [frame]),
      start: slopes.map(() => 40 * MiB),
      end: slopes.map((slope) => 40 * MiB + slope),
      growth: slopes,
      slopePerHour: slopes,
      slopeLowPerHour: slopes.map((slope) => slope - 2 * MiB),
      slopeHighPerHour: slopes.map((slope) => slope + 2 * MiB),
    },
  };
}

const turnOf = ({ from, to }: { from: number; to: number }): number => from + (to - from) * 0.55;

/** In Explore the second version takes over within whatever range is shown. */
const deploysOf = (head: { from: number; to: number }, state: FixtureState): Deploy[] =>
  state.deploys
    .filter(({ version }) => version === '4f2c1e9')
    .map((deploy) => ({ ...deploy, at: Math.round(turnOf(head)) }));

function typesAnswer(state: FixtureState): ProfileTypesAnswer {
  return {
    profileTypes: state.types.map((alias) => ({
      type: parseProfileType(alias),
      alias,
      unit: unitOf(parseProfileType(alias)),
      gauge: alias.startsWith('heap'),
      lastSeen: Date.now(),
    })),
  };
}

/** What instances and endpoints take of the whole. */
const SHARES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  instance: {
    'pod-a': 0.18,
    'pod-b': 0.17,
    'pod-c': 0.16,
    'pod-d': 0.17,
    'pod-e': 0.16,
    'pod-f': 0.16,
  },
  endpoint: { 'POST /checkout': 0.56, 'GET /cart/:id': 0.24, 'GET /healthz': 0.05, '': 0.15 },
};

/** Two versions, the second from 55 % of the range on, with a wave so that the line is no ruler. */
function seriesOf(
  params: URLSearchParams,
  head: { service: string; type: string; from: number; to: number },
  cores: number,
): SeriesAnswer {
  const stepMs = Number(params.get('stepMs'));
  const first = Math.ceil(head.from / stepMs) * stepMs;
  const turn = turnOf(head);
  const bytes = head.type.includes('bytes');
  // A week ago it was less, so that landing pages have something to say.
  const aged = Date.now() - head.to > 6 * 86_400_000 ? 0.914 : 1;
  const level = (bytes ? 412 * 2 ** 20 : cores) * aged;
  const labels = ['9ab07d3', '4f2c1e9'];
  const series = labels.map((version, i) => {
    const timesMs: number[] = [];
    for (let at = first; at < head.to; at += stepMs) if (at < turn === (i === 0)) timesMs.push(at);
    const wave = (at: number): number =>
      level *
      (i === 0 ? 0.88 : 1.03) *
      (1 +
        0.03 * Math.sin(at / 400_000) +
        0.015 * Math.sin(at / 37_000) +
        0.01 * Math.sin(at / 9_000));
    return { labels: { version }, timesMs, values: timesMs.map(wave) };
  });
  const groupBy = params.get('groupBy') ?? '';
  const grouped = groupBy === 'version';
  const merged = [
    {
      labels: {},
      timesMs: series.flatMap((s) => s.timesMs),
      values: series.flatMap((s) => s.values),
    },
  ];
  const shares = SHARES[groupBy];
  const shared = Object.entries(shares ?? {}).map(([value, share]) => ({
    labels: { [groupBy]: value },
    timesMs: merged[0]!.timesMs,
    values: merged[0]!.values.map(
      (sum, i) => sum * share * (1 + 0.06 * Math.sin(i / 9 + share * 40)),
    ),
  }));
  return {
    ...head,
    unit: bytes ? 'bytes' : 'cores',
    stepMs,
    tier: 'raw',
    series: grouped ? series : shares === undefined ? merged : shared,
  };
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const file = extname(path) === '' ? '/index.html' : path;
  const body = await readFile(join(UI_DIST, file));
  response
    .writeHead(200, {
      'content-type': MIME[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    })
    .end(body);
}
