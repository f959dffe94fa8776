import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { Notifier } from '../../../server/src/deploys/notify.ts';
import { FakeDeployStore, fakeDeploys } from '../../support/server-fake-deploys.ts';
import { FAKE_NOW_MS } from '../../support/server-fake-store.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
let receiver: Server | null = null;

afterEach(() => {
  receiver?.close();
});

/** Servers by name on one store, which holds a verdict that `judgedBy` stored, and what they sent. */
async function servers(judgedBy: string | undefined) {
  const deliveries: unknown[] = [];
  receiver = createServer((request, response) => {
    deliveries.push(request.headers['x-flamehouse-delivery']);
    request.resume();
    response.end();
  });
  await new Promise<void>((resolve) => receiver!.listen(0, '127.0.0.1', resolve));
  const { entry, judgement } = fakeDeploys(FAKE_NOW_MS)[1]!;
  const signed = { ...judgement!, ...(judgedBy === undefined ? {} : { judgedBy }) };
  const store = new FakeDeployStore([{ entry, judgement: signed }]);
  const clock = { ms: signed.verdict.judgedAt };
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const errors: unknown[] = [];
  const log = { info: () => {}, error: (fields: unknown) => errors.push(fields) };
  const round = async (names: readonly (string | null)[], afterMs: number) => {
    clock.ms = signed.verdict.judgedAt + afterMs;
    const all = names.map(
      (sharedAs) =>
        new Notifier({ store, url, secret: null, uiUrl: null, now: () => clock.ms, log, sharedAs }),
    );
    await Promise.all(all.map((one) => one.tick()));
    await Promise.all(all.map((one) => one.drained()));
    return deliveries.length;
  };
  return { round, deliveries, errors };
}

test('of two servers on one store the one whose verdict is stored sends it', async () => {
  const { round, deliveries, errors } = await servers('east');
  // Both may have stored one in the same moment, and not see the other's yet.
  expect(await round(['east', 'west'], 0)).toBe(0);
  expect(await round(['west'], 15 * SECOND_MS)).toBe(0);
  expect(await round(['east', 'west'], 15 * SECOND_MS)).toBe(1);
  expect(await round(['east', 'west'], 20 * MINUTE_MS)).toBe(1);
  expect(deliveries).toEqual(['00000000000000b1-1']);
  expect(errors).toEqual([]);
});

test('another one sends it when the server that judged is gone', async () => {
  const { round } = await servers('east');
  expect(await round(['west'], 9 * MINUTE_MS)).toBe(0);
  expect(await round(['west'], 10 * MINUTE_MS)).toBe(1);
});

test('a server with a store of its own sends at once', async () => {
  const { round } = await servers(undefined);
  expect(await round([null], 0)).toBe(1);
});
