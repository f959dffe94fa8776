import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NON_JS_NAME } from '../../agent/src/v8-profiler.ts';
import { type HostResult, REGISTER, runHost, startHost } from '../support/agent-host.ts';
import { totalBelow, totalOf } from '../support/agent-profiles.ts';
import { type Receiver, startReceiver } from '../support/agent-receiver.ts';

let receiver: Receiver;
let folder = '';
beforeAll(async () => {
  receiver = await startReceiver();
  folder = await mkdtemp(join(tmpdir(), 'flamehouse-processes-'));
});
afterAll(async () => {
  await receiver.close();
  await rm(folder, { recursive: true, force: true });
});

const BURN = `
function burn(ms) {
  const end = performance.now() + ms;
  let x = 0;
  while (performance.now() < end) x += Math.sqrt(x + 1);
  return x;
}`;

const env = (service: string, more: Record<string, string> = {}) => ({
  FLAMEHOUSE_SERVER_URL: receiver.url,
  FLAMEHOUSE_SERVICE: service,
  ...more,
});

const uploadsOf = (service: string) =>
  receiver.uploads.filter(({ meta }) => meta['service'] === service);

const ownLines = ({ stderr }: HostResult) => stderr.match(/^\[flamehouse\] .*$/gm) ?? [];

test('a full heap: the last profile arrives, and the host ends as without the agent', async () => {
  const app = `
    const kept = [];
    function leakMany() { for (let i = 0; i < 5000; i++) kept.push({ text: 'x' + i, list: [i] }); }
    console.log('out');
    setInterval(leakMany, 1);`;
  const run = (nodeArgs: string[]) =>
    runHost({
      files: { 'app.js': app },
      nodeArgs: ['--max-old-space-size=48', ...nodeArgs],
      env: env('leak'),
    });
  const plain = await run([]);
  const profiled = await run(['--require', REGISTER]);
  const end = ({ code, signal, stdout }: HostResult) => ({ code, signal, stdout });
  expect(end(profiled)).toEqual(end(plain));
  expect(profiled.stderr).toContain('JavaScript heap out of memory');
  expect(ownLines(profiled)).toEqual([]);
  const last = uploadsOf('leak').find(({ meta }) => meta['reason'] === 'oom');
  const heap = last!.profiles.get('heap')!;
  expect(totalBelow(heap, 'inuse_space', 'leakMany')).toBeGreaterThan(10e6);
  expect(last!.meta).toMatchObject({ runtime: { name: 'nodejs' }, agent: { version: '0.1.0' } });
});

const WORKER_APP = `
  const { Worker, isMainThread } = require('node:worker_threads');
  ${BURN}
  function inMain() { burn(6); }
  function inWorker() { burn(12); }
  const timer = setInterval(isMainThread ? inMain : inWorker, 20);
  setTimeout(() => clearInterval(timer), 1500);
  if (isMainThread) new Worker(__filename);`;

test('worker threads are profiled when asked for, each CPU second once', async () => {
  const settings = env('workers', { FLAMEHOUSE_WORKERS: 'on', FLAMEHOUSE_INSTANCE: 'web' });
  const result = await runHost({ files: { 'app.js': WORKER_APP }, env: settings });
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await receiver.until(() => uploadsOf('workers').length >= 2 || undefined);
  const [main, worker] = ['web', 'web-1'].map(
    (name) => uploadsOf('workers').find(({ meta }) => meta['instance'] === name)!,
  );
  const cpuOf = (upload: typeof main, name: string) =>
    totalBelow(upload!.profiles.get('cpu')!, 'cpu', name);
  expect(cpuOf(worker, 'inWorker')).toBeGreaterThan(0);
  expect(cpuOf(main, 'inMain')).toBeGreaterThan(0);
  expect(cpuOf(main, 'inWorker') + cpuOf(worker, 'inMain')).toBe(0);
  // The worker's CPU is not among the main thread's, where it would be one of the other threads'.
  expect(cpuOf(main, NON_JS_NAME)).toBeLessThan(cpuOf(worker, 'inWorker') / 2);
  const labels = worker!.profiles.get('cpu')!.labelSets.flat();
  expect(labels.find(({ key }) => key === 'thread')?.str).toBe('worker 1');
});

test('worker threads are left alone otherwise', async () => {
  await runHost({ files: { 'app.js': WORKER_APP }, env: env('no-workers') });
  await receiver.until(() => uploadsOf('no-workers')[0]);
  const windows = uploadsOf('no-workers').map(({ meta }) => meta['uploadId']);
  expect(new Set(windows).size).toBe(1); // a slow answer is asked for again, by the same id
});

test('a cluster: each process is an instance of its own', async () => {
  const app = `
    const cluster = require('node:cluster');
    ${BURN}
    if (cluster.isPrimary) {
      cluster.fork();
      cluster.fork();
      cluster.on('exit', (worker, code) => console.log('worker ended with', code));
      setTimeout(() => {}, 900);
    } else {
      const timer = setInterval(() => burn(5), 15);
      setTimeout(() => { clearInterval(timer); process.disconnect(); }, 700);
    }`;
  const settings = env('cluster', { FLAMEHOUSE_INSTANCE: 'web' });
  const result = await runHost({ files: { 'app.js': app }, env: settings });
  const stdout = 'worker ended with 0\n'.repeat(2);
  expect(result).toMatchObject({ code: 0, stdout, stderr: '' });
  const instances = await receiver.until(() => {
    const seen = new Set(uploadsOf('cluster').map(({ meta }) => String(meta['instance'])));
    return seen.size === 3 ? [...seen].sort() : undefined;
  });
  expect(instances[0]).toBe('web');
  expect(instances.slice(1).every((name) => /^web-\d+$/.test(name))).toBe(true);
});

test('a process that slept has no giant window', async () => {
  const app = `${BURN} setInterval(() => burn(2), 10); console.log('up'); setTimeout(() => process.exit(0), 5000);`;
  const host = await startHost({
    files: { 'app.js': app },
    env: env('sleeper', { FLAMEHOUSE_WINDOW_MS: '500' }),
  });
  await host.said('up');
  await receiver.until(() => uploadsOf('sleeper')[0]);
  host.child.kill('SIGSTOP');
  await new Promise((resolve) => setTimeout(resolve, 2500));
  host.child.kill('SIGCONT');
  expect(await host.result).toMatchObject({ code: 0, stdout: 'up\n', stderr: '' });
  const lengths = uploadsOf('sleeper').map(({ meta }) =>
    Number((BigInt(String(meta['to'])) - BigInt(String(meta['from']))) / 1_000_000n),
  );
  expect(Math.max(...lengths)).toBeLessThan(2000);
  expect(Math.min(...lengths)).toBeGreaterThan(0);
});

test('two starts that were killed at once keep the agent off, and it says how to go on', async () => {
  const directory = await mkdtemp(join(folder, 'crashing-'));
  const run = (app: string) =>
    runHost({ files: { 'app.js': app }, directory, env: { ...env('crash'), TMPDIR: directory } });
  const crash = `process.kill(process.pid, 'SIGSEGV');`;
  for (const round of [0, 1]) {
    expect({ round, ...(await run(crash)) }).toMatchObject({
      round,
      signal: 'SIGSEGV',
      stderr: '',
    });
  }
  const third = await run(`console.log('runs'); process.exitCode = 3;`);
  expect(third).toMatchObject({ code: 3, stdout: 'runs\n' });
  expect(ownLines(third)).toEqual([
    expect.stringMatching(
      /^\[flamehouse\] PROFILER_CRASHED: two starts in a row .* \/.*flamehouse-sentinel-.* recalls\. .*remove that directory\.$/,
    ),
  ]);
  const recalled = / as (\S+) recalls/.exec(third.stderr)![1]!;
  await rm(recalled, { recursive: true });
  expect(await run(`console.log('again');`)).toMatchObject({ stdout: 'again\n', stderr: '' });
  expect(await readdir(dirname(recalled))).toEqual([]);
});

/** A package in node_modules of the host. */
async function install(directory: string, name: string, text: string): Promise<void> {
  const place = join(directory, 'node_modules', name);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
  await writeFile(join(place, 'index.js'), text);
}

test.each([
  ['listed by the application', `{"name": "a", "dependencies": {"@pyroscope/nodejs": "1"}}`, {}],
  ['switched on by a variable', `{"name": "a"}`, { DD_PROFILING_ENABLED: 'true' }],
])('another profiler, %s: one line and no profiling', async (name, manifest, more) => {
  const service = `other ${name}`;
  const result = await runHost({
    files: { 'app.js': `setTimeout(() => console.log('runs'), 400);`, 'package.json': manifest },
    env: { ...env(service), ...more },
  });
  expect(result).toMatchObject({ code: 0, stdout: 'runs\n' });
  expect(ownLines(result)).toHaveLength(1);
  expect(result.stderr).toContain('PROFILER_CONFLICT: ');
  expect(uploadsOf(service)).toEqual([]);
});

test('another copy of the sampler that is loaded later: the agent leaves', async () => {
  const directory = await mkdtemp(join(folder, 'later-'));
  await install(directory, '@datadog/pprof', 'exports.here = true;');
  const app = `require('@datadog/pprof'); setTimeout(() => console.log('runs'), 2500);`;
  const result = await runHost({
    files: { 'app.js': app },
    directory,
    env: env('later', { FLAMEHOUSE_WINDOW_MS: '500' }),
  });
  expect(result).toMatchObject({ code: 0, stdout: 'runs\n' });
  expect(ownLines(result)).toEqual([
    expect.stringContaining('PROFILER_CONFLICT: another copy of @datadog/pprof is loaded from'),
  ]);
  expect(uploadsOf('later').length).toBeLessThan(4);
});

test('over its budget the agent samples less, and values stay right', async () => {
  const app = `${BURN} setInterval(() => burn(10), 20); setTimeout(() => process.exit(0), 3600);`;
  const result = await runHost({
    files: { 'app.js': app },
    env: env('budget', {
      FLAMEHOUSE_WINDOW_MS: '500',
      FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT: '0.01',
    }),
  });
  expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const windows = uploadsOf('budget');
  const rates = windows.map(({ meta }) => (meta['agent'] as { sampleHz: number }).sampleHz);
  expect(rates[0]).toBe(99);
  expect(Math.min(...rates)).toBeLessThan(50);
  for (const { meta, profiles } of windows) {
    const cpu = profiles.get('cpu')!;
    const { sampleHz } = meta['agent'] as { sampleHz: number };
    expect(cpu.period).toBe(Math.round(1e9 / sampleHz));
    expect(totalOf(cpu, 'cpu')).toBe(meta['processCpuNanos']);
    const lengthNanos = Number(BigInt(String(meta['to'])) - BigInt(String(meta['from'])));
    expect(totalOf(cpu, 'wall')).toBeLessThan(2 * lengthNanos);
  }
});
