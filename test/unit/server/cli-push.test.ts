import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { ProfileError } from '../../../proto/src/index.ts';
import { main } from '../../../server/src/cli/main.ts';
import { buildTestApp, type TestApp } from '../../support/server-app.ts';

const directory = mkdtempSync(join(tmpdir(), 'flamehouse-push-'));
const cpu = join(directory, 'cpu.pb.gz');
const heap = join(directory, 'heap.pb');
let server: TestApp;
let url: string;

beforeAll(async () => {
  writeFileSync(cpu, 'cpu bytes');
  writeFileSync(heap, 'heap bytes');
  server = await buildTestApp({ env: { FLAMEHOUSE_TOKENS: 'ingest:abc' } });
  url = await server.app.listen({ port: 0, host: '127.0.0.1' });
});
beforeEach(() => {
  server.store.uploads.splice(0);
  server.store.failure = null;
});
afterAll(async () => {
  await server.app.close();
  rmSync(directory, { recursive: true });
});

async function push(args: readonly string[], env: Record<string, string> = {}) {
  let stdout = '';
  let stderr = '';
  const code = await main(['push', ...args], {
    env: { FLAMEHOUSE_SERVER_URL: url, FLAMEHOUSE_TOKEN: 'abc', ...env },
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
  });
  return { code, stdout, stderr };
}

test('each file is an upload of its own, with all that the command line says', async () => {
  const args =
    '--service shop --version 1.2 --environment prod --instance a --label region=eu --label a=b=c --from 1000 --to 2000';
  const { code, stdout, stderr } = await push([...args.split(' '), cpu, heap]);
  const [first, second] = server.store.uploads;
  expect(stdout).toBe(
    `cpu.pb.gz: stored 3 samples for shop (upload ${first!.meta.uploadId})\n` +
      `heap.pb: stored 3 samples for shop (upload ${second!.meta.uploadId})\n`,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(first!.meta.uploadId).not.toBe(second!.meta.uploadId);
  expect(first).toMatchObject({
    meta: {
      service: 'shop',
      version: '1.2',
      environment: 'prod',
      instance: 'a',
      labels: { region: 'eu', a: 'b=c' },
      from: 1_000_000_000n,
      to: 2_000_000_000n,
    },
    profiles: [Buffer.from('cpu bytes')],
  });
});

test('--server and --token win over the environment', async () => {
  const args = ['--service', 's', '--server', `${url}/`, '--token', 'abc', cpu];
  const env = { FLAMEHOUSE_SERVER_URL: 'http://127.0.0.1:1', FLAMEHOUSE_TOKEN: 'wrong' };
  expect((await push(args, env)).code).toBe(0);
});

test('what was repaired is said', async () => {
  server.store.accept = async ({ meta }) => ({
    uploadId: meta.uploadId,
    samples: 5,
    folded: 2,
    warnings: ['2 numeric labels were left out'],
  });
  const { stdout } = await push(['--service', 's', cpu]);
  expect(stdout).toMatch(
    /^cpu.pb.gz: stored 5 samples for s, 2 repaired or folded \(upload .*\)\n {2}2 numeric labels were left out\n$/,
  );
  server.store.accept = Object.getPrototypeOf(server.store).accept;
});

test('a rejected file is exit code 1, and the others are still sent', async () => {
  const accept = server.store.accept.bind(server.store);
  server.store.accept = async (upload) => {
    if (upload.profiles[0]![0] === 'h'.charCodeAt(0)) {
      throw new ProfileError('PROFILE_NO_SAMPLE_TYPE', 'got 0 sample types with 0 samples');
    }
    return accept(upload);
  };
  const { code, stdout, stderr } = await push(['--service', 's', heap, cpu]);
  expect(code).toBe(1);
  expect(stderr).toBe(
    'heap.pb: PROFILE_NO_SAMPLE_TYPE: got 0 sample types with 0 samples\n' +
      '  A profile needs at least one sample_type; an empty body has none.\n',
  );
  expect(stdout).toContain('cpu.pb.gz: stored 3 samples');
});

test('a wrong token is exit code 1 and says what to do', async () => {
  const { code, stderr } = await push(['--service', 's', '--token', 'wrong', cpu]);
  expect(stderr).toContain('AUTH_REQUIRED');
  expect(stderr).not.toContain('wrong');
  expect(code).toBe(1);
});

test('a file that is not there is exit code 2', async () => {
  const { code, stderr } = await push(['--service', 's', join(directory, 'gone.pb.gz')]);
  expect(stderr).toMatch(/^flamehouse push: .*gone\.pb\.gz cannot be read: ENOENT\n$/);
  expect(code).toBe(2);
});

test('a server that is not there is exit code 2', async () => {
  const { code, stderr } = await push(['--service', 's', '--server', 'http://127.0.0.1:1', cpu]);
  expect(stderr).toMatch(/^flamehouse push: http:\/\/127\.0\.0\.1:1 does not answer: /);
  expect(code).toBe(2);
});

test('some other server is exit code 2', async () => {
  const other = createServer((_, response) => response.end('<html>'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { code, stderr } = await push(['--service', 's', '--server', address, cpu]);
  expect(stderr).toBe(`flamehouse push: ${address} answered 200, but is no Flamehouse server\n`);
  expect(code).toBe(2);
  other.close();
});
