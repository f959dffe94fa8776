import { afterEach, describe, expect, test } from 'vitest';
import { REGISTER, runHost } from '../support/agent-host.ts';
import { functionNamed, totalBelow, totalOf } from '../support/agent-profiles.ts';
import { type Receiver, startReceiver } from '../support/agent-receiver.ts';

/** Burns CPU in bursts, with pauses between, and prints what the process clock says of them and of the whole. */
const HOT_PART = `
function hotFunction(ms) {
  const end = performance.now() + ms;
  let x = 0;
  while (performance.now() < end) x += Math.sqrt(x + 1);
  return x;
}
const kept = [];
const before = process.cpuUsage();
const startedMs = performance.now();
const timer = setInterval(() => {
  hotFunction(7);
  kept.push(new Array(2000).fill(1.5));
  if (performance.now() - startedMs < 2600) return;
  clearInterval(timer);
  const bursts = process.cpuUsage(before);
  process.on('exit', () => {
    const sum = ({ user, system }) => user + system;
    console.log(JSON.stringify({ burstMicros: sum(bursts), allMicros: sum(process.cpuUsage()) }));
  });
}, 16);
`;

const APPS = {
  CommonJS: {
    files: { 'app.js': `'use strict';\nconst path = require('node:path');\n${HOT_PART}` },
    nodeArgs: ['--require', REGISTER],
    file: 'app.js',
  },
  'ES module': {
    files: { 'app.mjs': `import path from 'node:path';\nexport { path };\n${HOT_PART}` },
    nodeArgs: ['--import', REGISTER],
    file: 'app.mjs',
  },
};

let receiver: Receiver;
afterEach(() => receiver.close());

describe.each(Object.entries(APPS))('a %s application', (_name, { files, nodeArgs, file }) => {
  test('sends profiles whose CPU is the process clock and that name the hot function', async () => {
    receiver = await startReceiver();
    const result = await runHost({
      files: {
        ...files,
        'package.json': JSON.stringify({ name: '@acme/shop', version: '1.2.3' }),
      },
      nodeArgs,
      env: {
        FLAMEHOUSE_SERVER_URL: receiver.url,
        FLAMEHOUSE_WINDOW_MS: '1000',
        FLAMEHOUSE_TOKEN: 'secret-1',
        FLAMEHOUSE_LABELS: 'region=eu',
        FLAMEHOUSE_HEAP_INTERVAL_BYTES: '16384',
      },
    });
    expect(result).toMatchObject({ code: 0, signal: null, stderr: '' });
    await receiver.lastWindow();
    const { uploads } = receiver;
    expect(uploads.length).toBeGreaterThanOrEqual(3);

    const cpu = uploads.map((upload) => upload.profiles.get('cpu')!);
    const cpuNanos = cpu.reduce((sum, profile) => sum + totalOf(profile, 'cpu'), 0);
    const { burstMicros, allMicros } = JSON.parse(result.stdout);
    // The windows begin before the host's first line and end after its last burst.
    expect(cpuNanos).toBeGreaterThan(burstMicros * 1000 * 0.98);
    expect(cpuNanos).toBeLessThanOrEqual(allMicros * 1000);
    expect(cpu.map((profile) => totalOf(profile, 'cpu'))).toEqual(
      uploads.map(({ meta }) => meta['processCpuNanos']),
    );

    const hotNanos = cpu.reduce((sum, p) => sum + totalBelow(p, 'cpu', 'hotFunction'), 0);
    expect(hotNanos / cpuNanos).toBeGreaterThan(0.4);
    expect(functionNamed(cpu[1]!, 'hotFunction')).toEqual({
      name: 'hotFunction',
      file,
      systemName: 'flamehouse:user:',
      startLine: 4,
    });
    expect(cpu[0]!.sampleTypes).toEqual([
      { type: 'samples', unit: 'count' },
      { type: 'wall', unit: 'nanoseconds' },
      { type: 'cpu', unit: 'nanoseconds' },
    ]);
    expect(totalBelow(cpu[1]!, 'cpu', '(idle)')).toBe(0);
    expect(totalBelow(cpu[1]!, 'wall', '(idle)')).toBeGreaterThan(0);

    const heap = uploads.at(-1)!.profiles.get('heap')!;
    expect(totalOf(heap, 'inuse_space')).toBeGreaterThan(1e6);
    expect(heap.durationNanos).toBe(0n);

    expect(uploads[0]!.headers.authorization).toBe('Bearer secret-1');
    expect(uploads[0]!.path).toBe('/api/v1/profiles');
    expect(uploads[0]!.meta).toMatchObject({
      service: '@acme/shop',
      version: '1.2.3',
      environment: 'development',
      labels: { region: 'eu' },
      runtime: { name: 'nodejs', version: process.versions.node },
      reason: 'periodic',
      agent: { droppedUploads: 0, droppedSamples: 0, sampleHz: 99 },
    });
    expect(uploads.at(-1)!.meta['reason']).toBe('exit');
  });
});

test('windows follow each other without gap or overlap', async () => {
  receiver = await startReceiver();
  await runHost({
    files: { 'app.js': 'setTimeout(() => {}, 2300);' },
    env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_WINDOW_MS: '700' },
  });
  const windows = receiver.uploads
    .map(({ meta }) => ({ from: BigInt(String(meta['from'])), to: BigInt(String(meta['to'])) }))
    .sort((a, b) => Number(a.from - b.from));
  expect(windows.length).toBeGreaterThanOrEqual(3);
  const gapsMs = windows.slice(1).map(({ from }, i) => Number(from - windows[i]!.to) / 1e6);
  // Two clocks are compared: the system's, in milliseconds, and the one that only grows.
  expect(gapsMs.filter((gap) => Math.abs(gap) > 20)).toEqual([]);
  expect(windows.filter(({ from, to }) => to - from < 200_000_000n)).toEqual([]);
});
