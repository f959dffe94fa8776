import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type HostOptions, REGISTER, runHost, startHost } from '../support/agent-host.ts';
import { totalBelow } from '../support/agent-profiles.ts';
import { type ReceivedUpload, type Receiver, startReceiver } from '../support/agent-receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const HOT = `
function hotFunction() {
  const end = performance.now() + 8;
  let x = 0;
  while (performance.now() < end) x += Math.sqrt(x + 1);
  return x;
}
const timer = setInterval(hotFunction, 10);
`;

const options = (app: string): HostOptions => ({
  files: { 'app.js': HOT + app },
  env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_LOG: 'debug' },
});

function expectLastWindow({ meta, profiles }: ReceivedUpload): void {
  const cpu = profiles.get('cpu')!;
  expect(meta['reason']).toBe('exit');
  expect(totalBelow(cpu, 'cpu', 'hotFunction')).toBeGreaterThan(
    0.3 * Number(meta['processCpuNanos']),
  );
  expect(Number(meta['processCpuNanos'])).toBeGreaterThan(100e6);
  expect(profiles.has('heap')).toBe(true);
}

describe('the last window is sent', () => {
  test('when there is nothing left to do', async () => {
    const result = await runHost(options('setTimeout(() => clearInterval(timer), 700);'));
    expect(result).toMatchObject({ code: 0, signal: null });
    expectLastWindow(await receiver.lastWindow());
    expect(new Set(receiver.uploads.map(({ meta }) => meta['uploadId'])).size).toBe(1);
  });

  test.each([
    ['process.exit', 'setTimeout(() => process.exit(5), 700);', 5],
    ['an uncaught exception', `setTimeout(() => { throw new Error('boom'); }, 700);`, 1],
  ])('after %s, by a child that outlives the host', async (_name, app, code) => {
    const result = await runHost(options(app));
    expect(result.code).toBe(code);
    expectLastWindow(await receiver.lastWindow());
  });

  test('at SIGTERM that the application does not hear, and the signal ends it', async () => {
    const host = await startHost(options(`setTimeout(() => console.log('ready'), 700);`));
    await host.said('ready');
    host.child.kill('SIGTERM');
    expect(await host.result).toMatchObject({ code: null, signal: 'SIGTERM' });
    expectLastWindow(await receiver.lastWindow());
  });

  test('at SIGTERM that the application answers in its own time', async () => {
    const host = await startHost(
      options(`
        setTimeout(() => console.log('ready'), 700);
        process.once('SIGTERM', () => setTimeout(() => { console.log('bye'); process.exit(0); }, 1200));
      `),
    );
    await host.said('ready');
    host.child.kill('SIGTERM');
    expect(await host.result).toMatchObject({ code: 0, signal: null, stdout: 'ready\nbye\n' });
    expectLastWindow(await receiver.lastWindow());
  });

  test('at SIGINT that the application hears', async () => {
    const host = await startHost(
      options(`
        setTimeout(() => console.log('ready'), 700);
        process.on('SIGINT', () => setTimeout(() => process.exit(0), 300));
      `),
    );
    await host.said('ready');
    host.child.kill('SIGINT');
    expect(await host.result).toMatchObject({ code: 0, signal: null });
    expectLastWindow(await receiver.lastWindow());
  });
});

/** What signal-exit does, which half of npm depends on: it raises the signal when it is alone. */
const SIGNAL_EXIT = `
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.on(signal, function listener() {
      if (process.listeners(signal).length !== 1) return;
      process.removeListener(signal, listener);
      process.kill(process.pid, signal);
    });
  }
  setTimeout(() => console.log('ready'), 700);
`;

test.each(['SIGTERM', 'SIGINT'] as const)('%s under signal-exit ends the host', async (signal) => {
  const host = await startHost(options(SIGNAL_EXIT));
  await host.said('ready');
  host.child.kill(signal);
  expect(await host.result).toMatchObject({ code: null, signal });
});

test('a loop without end can be ended by Ctrl-C', async () => {
  const host = await startHost(
    options(`require('node:fs').writeSync(1, 'ready'); for (;;) hotFunction();`),
  );
  await host.said('ready');
  host.child.kill('SIGINT');
  expect(await host.result).toMatchObject({ code: null, signal: 'SIGINT' });
});

test('SIGTERM with a server that never answers still ends the host', async () => {
  await receiver.close();
  receiver = await startReceiver(() => {});
  const host = await startHost(options(`setTimeout(() => console.log('ready'), 700);`));
  await host.said('ready');
  host.child.kill('SIGTERM');
  expect(await host.result).toMatchObject({ code: null, signal: 'SIGTERM' });
});

test('start and stop in code leave no listener, timer or sampler behind', async () => {
  const index = JSON.stringify(REGISTER.replace(/register\.js$/, 'dist/index.js'));
  const result = await runHost({
    ...options(`
      const agent = require(${index});
      const names = () => process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
      const before = JSON.stringify(names());
      agent.start({ service: 'in-code', sampleHz: 200, labels: { team: 'a' } });
      agent.start({ service: 'twice' });
      setTimeout(async () => {
        clearInterval(timer);
        await agent.stop();
        await agent.stop();
        console.log(before === JSON.stringify(names().filter(([name]) => name !== 'exit')) || JSON.stringify(names()));
      }, 700);
    `),
    nodeArgs: [],
  });
  expect(result).toMatchObject({ code: 0, signal: null, stdout: 'true\n' });
  expect(result.stderr).toContain('ALREADY_STARTED');
  expect(receiver.uploads).toHaveLength(1);
  expect(receiver.uploads[0]!.meta).toMatchObject({
    service: 'in-code',
    labels: { team: 'a' },
    agent: { sampleHz: 200 },
  });
});

test('children of a host with an instance of its own are told apart', async () => {
  const app = `
    const { execFileSync } = require('node:child_process');
    if (process.argv[2] === 'child') setTimeout(() => clearInterval(timer), 400);
    else {
      execFileSync(process.execPath, ['--require', ${JSON.stringify(REGISTER)}, __filename, 'child']);
      setTimeout(() => clearInterval(timer), 400);
    }
  `;
  const base = options(app);
  await runHost({ ...base, env: { ...base.env, FLAMEHOUSE_INSTANCE: 'blue' } });
  const instances = await receiver.until((uploads) => {
    const seen = new Set(uploads.map(({ meta }) => String(meta['instance'])));
    return seen.size < 2 ? undefined : [...seen].sort();
  });
  expect(instances).toEqual(['blue', expect.stringMatching(/^blue-\d+$/)]);
});
