import { afterEach, describe, expect, test } from 'vitest';
import { selfSignedCertificate } from '../support/agent-certificate.ts';
import { REGISTER, runHost } from '../support/agent-host.ts';
import { totalOf } from '../support/agent-profiles.ts';
import { type Receiver, startReceiver } from '../support/agent-receiver.ts';

let receiver: Receiver;
afterEach(() => receiver.close());

const IDLE_FOR = (ms: number) => `setTimeout(() => {}, ${ms});`;

describe('https', () => {
  const certificate = selfSignedCertificate();
  test('a server whose certificate is trusted gets uploads', async () => {
    receiver = await startReceiver(undefined, certificate);
    // NODE_EXTRA_CA_CERTS is read when node starts, so the host starts the profiled program itself.
    const launcher = `
      process.env.NODE_EXTRA_CA_CERTS = __dirname + '/ca.pem';
      const { spawnSync } = require('node:child_process');
      const { stderr } = spawnSync(process.execPath, process.argv.slice(2), { encoding: 'utf8' });
      process.stdout.write(stderr);
    `;
    const result = await runHost({
      files: { 'app.js': launcher, 'job.js': IDLE_FOR(600), 'ca.pem': certificate.cert },
      nodeArgs: [],
      args: ['--require', REGISTER, 'job.js'],
      env: { FLAMEHOUSE_SERVER_URL: receiver.url },
    });
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await receiver.lastWindow()).profiles.has('cpu')).toBe(true);
  });

  test('any other gets none, and the line says why', async () => {
    receiver = await startReceiver(undefined, certificate);
    const result = await runHost({
      files: { 'app.js': IDLE_FOR(5000) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '500' },
    });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(/^\[flamehouse\] UPLOAD_UNREACHABLE: .*certificate.*\n$/);
    expect(receiver.uploads).toEqual([]);
  });
});

describe('a server that comes back', () => {
  test('gets each window once, by the same id on every attempt', async () => {
    receiver = await startReceiver((_request, response, seen) => {
      if (seen <= 2) response.writeHead(503, { 'retry-after': '0' }).end();
      else response.end('{}');
    });
    const result = await runHost({
      files: { 'app.js': IDLE_FOR(6000) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '1000' },
    });
    expect(result.code).toBe(0);
    expect(result.stderr.match(/^\[flamehouse\] UPLOAD_UNAVAILABLE/gm)).toHaveLength(1);
    const ids = receiver.uploads.map(({ meta }) => meta['uploadId']);
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).toBe(ids[0]);
    const accepted = receiver.uploads.slice(2);
    expect(new Set(accepted.map(({ meta }) => meta['uploadId'])).size).toBe(accepted.length);
    // Nothing is missing: the windows that were accepted follow each other from the first on.
    const times = accepted.map(({ meta }) => [Number(meta['from']), Number(meta['to'])] as const);
    times.sort((a, b) => a[0] - b[0]);
    const gapsMs = times.slice(1).map(([from], i) => Math.abs(from - times[i]![1]) / 1e6);
    expect(gapsMs.filter((gap) => gap > 20)).toEqual([]);
    const totals = accepted.map(({ profiles }) => totalOf(profiles.get('cpu')!, 'cpu'));
    expect(totals).toEqual(accepted.map(({ meta }) => meta['processCpuNanos']));
  });

  test('hears of rejected uploads from the next one', async () => {
    receiver = await startReceiver((_request, response, seen) => {
      response.writeHead(seen === 1 ? 422 : 200).end('{}');
    });
    await runHost({
      files: { 'app.js': IDLE_FOR(2500) },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '1000' },
    });
    const drops = receiver.uploads.map(
      ({ meta }) => (meta['agent'] as { droppedUploads: number }).droppedUploads,
    );
    expect(drops.slice(0, 3)).toEqual([0, 1, 0]);
  });
});
