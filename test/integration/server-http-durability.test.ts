import { afterAll, beforeAll, expect, test } from 'vitest';
import type { FunctionsAnswer, ServiceSummary } from '../../proto/src/index.ts';
import { startNode, waitFor } from '../support/processes.ts';
import {
  type FlamehouseProcess,
  getJson,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';
import { formOf, metaOf, postProfile, pprofWith } from '../support/server-uploads.ts';

const directory = temporaryDirectory();
let server: FlamehouseProcess;
const start = () => startFlamehouse({ dataDir: directory.path, env: { FLAMEHOUSE_LOG: 'error' } });

beforeAll(async () => {
  server = await start();
});
afterAll(async () => {
  await server?.stop();
  directory.remove();
});

/** An upload of 7 microseconds of CPU that must be acknowledged. */
async function upload(service: string, meta = metaOf(service)): Promise<void> {
  const { status, answer } = await postProfile(server.url, { body: formOf(meta, pprofWith()) });
  expect(status, JSON.stringify(answer)).toBe(200);
}

async function totalOf(service: string): Promise<number> {
  const url = `${server.url}/api/v1/functions?service=${service}&from=now-6h`;
  return (await getJson<FunctionsAnswer>(url)).total;
}

/** Wait until a service has a total, then be sure that it stays there. */
async function expectTotal(service: string, micros: number): Promise<void> {
  let seen = -1;
  await waitFor(
    `total of ${service}`,
    async () => {
      seen = await totalOf(service);
      return seen >= micros ? true : undefined;
    },
    { seen: () => `${seen} of ${micros} microseconds` },
  );
  expect(await totalOf(service)).toBe(micros);
}

test('an upload becomes visible by itself', async () => {
  await upload('visible');
  await expectTotal('visible', 7);
});

test('a repeated uploadId is acknowledged and not stored again', async () => {
  const meta = metaOf('repeated');
  await upload('repeated', meta);
  await upload('repeated', meta);
  await upload('repeated');
  await expectTotal('repeated', 14);
});

test('data is there after a restart', async () => {
  await upload('restarted');
  expect(await server.stop(), server.output()).toBe(0);
  server = await start();
  await expectTotal('restarted', 7);
  await expectTotal('repeated', 14);
});

test('what was acknowledged is there after kill -9, once', async () => {
  const metas = Array.from({ length: 40 }, () => metaOf('killed'));
  await Promise.all(metas.map((meta) => upload('killed', meta)));
  await server.kill();
  server = await start();
  await expectTotal('killed', 40 * 7);

  // Agents that did not see the answer send the same upload again.
  await Promise.all(metas.slice(0, 10).map((meta) => upload('killed', meta)));
  await upload('killed');
  await expectTotal('killed', 41 * 7);
});

test('kill -9 while uploads arrive loses none that was acknowledged', async () => {
  let acknowledged = 0;
  const sender = (async () => {
    for (;;) {
      const body = formOf(metaOf('stormed'), pprofWith());
      const result = await postProfile(server.url, { body }).catch(() => null);
      if (result === null) return;
      if (result.status === 200) acknowledged++;
    }
  })();
  await waitFor('some uploads', () => (acknowledged >= 60 ? true : undefined));
  await server.kill();
  await sender;
  server = await start();
  await waitFor(
    'all acknowledged uploads',
    async () => ((await totalOf('stormed')) >= acknowledged * 7 ? true : undefined),
    { seen: () => `${acknowledged} acknowledged` },
  );
  // The one that was under way may have been stored without its answer.
  const stored = (await totalOf('stormed')) / 7;
  expect([acknowledged, acknowledged + 1]).toContain(stored);
});

test('a second server on the same directory says so and leaves the first alone', async () => {
  const second = startNode({
    args: ['server/bin/flamehouse.js', 'serve'],
    env: { FLAMEHOUSE_PORT: '0', FLAMEHOUSE_DATA_DIR: directory.path },
  });
  await waitFor('end of the second server', () => second.child.exitCode ?? undefined, {
    seen: second.output,
  });
  expect(second.child.exitCode).toBe(2);
  expect(second.output()).toContain(directory.path);
  await getJson<ServiceSummary[]>(`${server.url}/api/v1/services`);
});

test('a port that is taken is a line on stderr and exit code 2', async () => {
  const other = temporaryDirectory();
  const second = startNode({
    args: ['server/bin/flamehouse.js', 'serve'],
    env: { FLAMEHOUSE_PORT: new URL(server.url).port, FLAMEHOUSE_DATA_DIR: other.path },
  });
  await waitFor('end of the second server', () => second.child.exitCode ?? undefined, {
    seen: second.output,
  });
  expect(second.output()).toContain('EADDRINUSE');
  expect(second.output()).toContain('FLAMEHOUSE_PORT');
  expect(second.child.exitCode).toBe(2);
  other.remove();
});

test.each(['SIGTERM', 'SIGINT'] as const)('%s drains and exits 0', async (signal) => {
  const service = `drained-${signal}`;
  const uploads = Promise.all(Array.from({ length: 20 }, () => upload(service)));
  await uploads;
  server.child.kill(signal);
  await waitFor('end of the server', () => server.child.exitCode ?? undefined, {
    deadlineMs: 10_000,
    seen: server.output,
  });
  expect(server.child.exitCode).toBe(0);
  server = await start();
  await expectTotal(service, 20 * 7);
});
