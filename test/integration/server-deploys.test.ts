import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deploy, DeploysAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildApp } from '../../server/src/app.ts';
import { readConfig } from '../../server/src/config.ts';
import { DeployBook } from '../../server/src/deploys/deploy-book.ts';
import { DeployJobs } from '../../server/src/deploys/deploy-jobs.ts';
import type { DeployWatch } from '../../server/src/deploys/deploy-watch.ts';
import { createLogger } from '../../server/src/http/logging.ts';
import { CHANGED, type SimulatedRun, simulateRun } from '../support/deploy-uploads.ts';
import { openTestStorage, type TestStorage } from '../support/server-storage.ts';

const MINUTE_MS = 60_000;
const MINUTES = 18; // three of them warm-up after a restart
const SECRET = 'of the test';
/** Whole minutes, an hour and a half ago: 1.0.0, 1.1.0, 1.1.1, and a restart of that. */
const START = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 90 * MINUTE_MS;
const at = (minute: number) => START + minute * MINUTE_MS;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let storage: TestStorage;
let receiver: Server;
const received: Received[] = [];
const clock = { ms: at(90) };
let answerWith = 503;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.writeHead(answerWith).end();
      answerWith = 200;
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  storage = await openTestStorage();
  const { app } = await open();
  const young = { startedMinutesBefore: 0 };
  await upload(
    app,
    { version: '1.0.0', firstMinuteMs: at(0), dearer: 1, heapBytes: 6e8, ...young },
    [1, 2],
  );
  await upload(
    app,
    { version: '1.1.0', firstMinuteMs: at(18), dearer: 2.2, heapBytes: 1.2e9, ...young },
    [3, 4],
  );
  await upload(
    app,
    { version: '1.1.1', firstMinuteMs: at(36), dearer: 1, heapBytes: 6e8, ...young },
    [5, 6],
  );
  await upload(
    app,
    { version: '1.1.1', firstMinuteMs: at(54), dearer: 1, heapBytes: 6e8, ...young },
    [7, 8],
  );
  await storage.ingest.flush();
  await app.close();
});

afterAll(async () => {
  await storage?.close();
  await new Promise((resolve) => receiver.close(resolve));
});

/** A server as after a start: nothing of the one before it is in memory. */
async function open(): Promise<{ app: FastifyInstance; jobs: DeployJobs; watch: DeployWatch }> {
  const config = readConfig({
    FLAMEHOUSE_WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
    FLAMEHOUSE_WEBHOOK_SECRET: SECRET,
    FLAMEHOUSE_METRIC_FUNCTIONS: CHANGED,
  });
  const { store, comparisons, deploys, ingest, spans, engine: activity } = storage;
  const now = () => clock.ms;
  const book = new DeployBook({ store: deploys, now });
  const log = {
    info: () => {},
    error: (fields: object, text: string) => console.error(text, fields),
  };
  const stores = { store, comparisons };
  const jobs = new DeployJobs({
    config,
    log,
    now,
    book,
    store: deploys,
    stores,
    waitsMs: [10, 10],
  });
  const watch = jobs.prepare('https://flamehouse.example');
  const app = await buildApp({
    config,
    store,
    comparisons,
    deploys,
    deployBook: book,
    deployJobs: jobs,
    ingest,
    spans,
    activity,
    backup: null,
    logger: createLogger('silent'),
    now,
  });
  return { app, jobs, watch };
}

async function upload(
  app: FastifyInstance,
  run: Omit<SimulatedRun, 'service' | 'instance' | 'minutes' | 'seed'>,
  seeds: readonly number[],
): Promise<void> {
  for (const seed of seeds) {
    const instance = `pod-${seed}`;
    const bodies = simulateRun({ ...run, service: 'shop', instance, minutes: MINUTES, seed });
    for (const body of bodies) {
      const response = await app.inject({ method: 'POST', url: '/api/v1/profiles', ...body });
      expect(response.statusCode, response.body).toBe(200);
    }
  }
}

async function list(app: FastifyInstance, query = ''): Promise<DeploysAnswer> {
  return (await app.inject(`/api/v1/deploys?${query}`)).json<DeploysAnswer>();
}

const looksOf = (deploy: Deploy) => deploy.verdict!.looks.map(({ minutes }) => minutes);

/** The first webhook of an event. */
async function untilReceived(event: string): Promise<Received> {
  const end = Date.now() + 20_000;
  for (;;) {
    const found = received.find(({ headers }) => headers['x-flamehouse-event'] === event);
    if (found !== undefined) return found;
    const seen = received.map(({ headers }) => headers['x-flamehouse-event']);
    if (Date.now() > end) throw new Error(`no ${event} among ${seen} after 20 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('a deploy is judged look by look, once each, whatever fails between', async () => {
  clock.ms = at(18 + 8); // 1.1.0 has run for 8 minutes: looks at 2 and 5
  const save = storage.deploys.saveJudgement.bind(storage.deploys);
  let saves = 0;
  storage.deploys.saveJudgement = (...args) =>
    ++saves === 2 ? Promise.reject(new Error('killed here')) : save(...args);
  const error = console.error;
  console.error = () => {}; // What the round could not do is logged.
  const first = await open();
  await first.watch.tick();
  console.error = error;
  const half = (await list(first.app, 'search=1.1.0')).deploys[0]!;
  expect(looksOf(half)).toEqual([2]);
  await first.jobs.stop();
  await first.app.close();
  storage.deploys.saveJudgement = save;

  const second = await open(); // as after kill -9
  await second.watch.tick();
  const found = (await list(second.app, 'search=1.1.0')).deploys[0]!;
  expect(found).toMatchObject({
    version: '1.1.0',
    baseVersion: '1.0.0',
    kind: 'new',
    rollout: 'replacement',
    at: at(18),
  });
  expect(looksOf(found)).toEqual([2, 5]);
  expect(found.verdict).toMatchObject({ status: 'settled', state: 'more', version: 2 });
  expect(found.verdict!.origins[0]).toMatchObject({ name: CHANGED, file: `src/${CHANGED}.js` });
  expect(found.verdict!.sentence).toMatch(/^1\.1\.0 takes .* more CPU per request than 1\.0\.0\.$/);
  expect(found.verdict!.endpoints).toMatchObject([{ endpoint: 'GET /search', state: 'more' }]);
  expect(found.verdict!.memory).toMatchObject({ state: 'more', baseBytes: 6e8, headBytes: 1.2e9 });
  expect(found.line!.values.filter((value) => value !== null).length).toBeGreaterThan(20);

  const diff = `base=${found.baseSelector}&head=${found.headSelector}`;
  const again = (await second.app.inject(`/api/v1/diff?service=shop&${diff}`)).json();
  expect(again.origins[0].name).toBe(CHANGED);
  await second.jobs.stop();
  await second.app.close();
});

test('the verdict goes out signed, again after a failure, and once', async () => {
  const taken = await untilReceived('deploy.settled');
  const deliveries = received.map(({ headers }) => headers['x-flamehouse-delivery']);
  expect(deliveries[1]).toBe(deliveries[0]); // answered with 503 at first
  expect(received[0]!.headers['x-flamehouse-event']).toBe('deploy.likely');
  const [, seconds, digest] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(
    String(taken.headers['x-flamehouse-signature']),
  )!;
  const expected = createHmac('sha256', SECRET).update(`${seconds}.${taken.body}`).digest('hex');
  expect(digest).toBe(expected);
  const { text, event, link, deploy } = JSON.parse(taken.body);
  expect(text).toContain('*more CPU*');
  expect(text).toContain(CHANGED);
  expect(link).toBe(`https://flamehouse.example/deploys/${deploy.id}`);
  expect([event, deploy.verdict.state]).toEqual(['deploy.settled', 'more']);

  const third = await open();
  const before = received.length;
  await third.watch.tick();
  const metrics = (await third.app.inject('/metrics')).body;
  const labels = 'service="shop",environment="test",version="1.1.0"';
  expect(metrics).toMatch(
    new RegExp(`flamehouse_deploy_alarm\\{${labels},base="1.0.0",deploy="\\w+"\\} 1`),
  );
  expect(metrics).toMatch(new RegExp(`flamehouse_cpu_seconds_per_request\\{${labels}\\} 0\\.0`));
  expect(metrics).toMatch(
    new RegExp(`flamehouse_function_cpu_cores\\{${labels},function="${CHANGED}"\\}`),
  );
  const { id } = (await list(third.app, 'search=1.1.0')).deploys[0]!;
  const said = await third.app.inject({
    method: 'POST',
    url: `/api/v1/deploys/${id}/expected`,
    payload: { expected: true },
  });
  expect(said.json()).toMatchObject({ id, expected: true, verdict: { state: 'more' } });
  clock.ms += MINUTE_MS;
  await third.watch.tick();
  const later = (await third.app.inject('/metrics')).body;
  expect(later.match(/^flamehouse_deploy_alarm.*$/gm)).toEqual([expect.stringMatching(/ 0$/)]);
  await third.jobs.stop();
  expect(received.length).toBe(before);
  await third.app.close();
});

test('the repair settles as less, and the restart counts as no false alarm', async () => {
  clock.ms = at(90);
  const { app, jobs, watch } = await open();
  await watch.tick();
  const answer = await list(app, `from=${at(-60)}&to=${at(90)}`);
  expect(answer.deploys.map(({ version, kind }) => `${version} ${kind}`)).toEqual([
    '1.1.1 new',
    '1.1.0 new',
    '1.0.0 first',
  ]);
  expect(answer.deploys[0]!.verdict).toMatchObject({ status: 'settled', state: 'less' });
  expect(answer.deploys[0]!.verdict!.origins[0]!.name).toBe(CHANGED);
  expect(answer.counts).toMatchObject({ more: 1, less: 1 });
  const restart = (await storage.deploys.listSince(at(0))).find(
    ({ entry }) => entry.kind === 'restart',
  )!;
  expect(restart.entry).toMatchObject({ version: '1.1.1', at: at(54) });
  expect(looksOf({ verdict: restart.judgement!.verdict } as Deploy)).toEqual([2, 5, 10, 15]);
  expect(restart.judgement!.verdict.status).toBe('settled');
  expect(restart.judgement!.verdict.state).not.toMatch(/more|less/);
  expect(answer.falseAlarms.alarms).toBe(0);
  expect((await list(app, 'state=less')).deploys).toHaveLength(1);
  expect((await list(app, 'search=nothing-like-it')).rows).toBe(0);
  await jobs.stop();
  await app.close();
});

test('two servers that take the same look leave one verdict', async () => {
  const [one, two] = [await open(), await open()];
  const before = (await storage.deploys.listSince(at(0))).find(
    ({ entry }) => entry.version === '1.1.0',
  )!;
  const { verdict } = before.judgement!;
  const same = { ...before.judgement!, verdict: { ...verdict, judgedAt: verdict.judgedAt + 1 } };
  await storage.deploys.saveJudgement(before.entry, same);
  expect((await storage.deploys.get(before.entry.id))!.judgement).toEqual(same);
  expect((await list(one.app, 'search=1.1.0')).rows).toBe(1);
  const heard = received.length;
  await Promise.all([one.watch.tick(), two.watch.tick()]);
  await Promise.all([one.jobs.stop(), two.jobs.stop()]);
  expect(received.length).toBe(heard);
  await Promise.all([one.app.close(), two.app.close()]);
});

test('CI marks a version that runs already, and the mark is judged', async () => {
  const { app, jobs, watch } = await open();
  const mark = (payload: object) => app.inject({ method: 'POST', url: '/api/v1/deploys', payload });
  const place = { service: 'shop', environment: 'test', version: '1.1.0' };
  const added = await mark({ ...place, revision: 'f3a9c21', author: 'ada', at: at(19) });
  expect(added.json()).toMatchObject({
    kind: 'new',
    revision: 'f3a9c21',
    verdict: { state: 'more' },
  });
  clock.ms = at(72);
  const marked = await mark({ ...place, version: '1.1.1', at: at(70) });
  expect(marked.json()).toMatchObject({ kind: 'mark', baseVersion: '1.1.1', at: at(70) });
  expect((await mark({ ...place, at: at(300) })).json().code).toBe('QUERY_RANGE_INVALID');
  expect((await mark({ ...place, url: 'javascript:1' })).statusCode).toBe(400);
  await watch.tick();
  expect((await app.inject(`/api/v1/deploys/${marked.json().id}`)).json().verdict.status).toBe(
    'judging',
  );
  expect((await app.inject('/api/v1/deploys/00000000000000ff')).json().code).toBe(
    'DEPLOY_NOT_FOUND',
  );
  await jobs.stop();
  await app.close();
});
