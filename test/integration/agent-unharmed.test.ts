import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BAD_SERVERS } from '../support/agent-bad-servers.ts';
import { type HostOptions, type HostResult, REGISTER, runHost } from '../support/agent-host.ts';
import { startReceiver } from '../support/agent-receiver.ts';

/** Ends by itself after some work, with an exit code and output of its own. */
const APP = `
console.log('stdout line');
console.error('stderr line');
process.exitCode = 7;
let x = 0;
const timer = setInterval(() => { for (let i = 0; i < 1e5; i++) x += Math.sqrt(i); }, 10);
setTimeout(() => clearInterval(timer), 900);
`;

const OWN_LINE = /^\[flamehouse\] .*\n/gm;

/** What the host itself shows: everything but the agent's own lines. */
function visible({ code, signal, stdout, stderr }: HostResult) {
  return { code, signal, stdout, stderr: stderr.replace(OWN_LINE, '') };
}

function ownLines({ stderr }: HostResult): string[] {
  return (stderr.match(OWN_LINE) ?? []).map((line) => line.trimEnd());
}

/** Well above the 500 ms that the end may take, well below the 10 s of an upload's time limit. */
const EXTRA_MS_MAX = 8_000;

async function runBoth(options: HostOptions): Promise<{ plain: HostResult; profiled: HostResult }> {
  const both = [runHost({ ...options, nodeArgs: [] }), runHost(options)] as const;
  const [plain, profiled] = await Promise.all(both);
  return { plain, profiled };
}

const FAST = { FLAMEHOUSE_WINDOW_MS: '500' };

describe.each(Object.entries(BAD_SERVERS))('a server that %s', (_name, startServer) => {
  test('leaves exit code, output and end of the host as they are', async () => {
    const server = await startServer();
    try {
      const { plain, profiled } = await runBoth({
        files: { 'app.js': APP },
        env: { ...FAST, FLAMEHOUSE_SERVER_URL: server.url },
      });
      expect(visible(profiled)).toEqual(visible(plain));
      expect(profiled.code).toBe(7);
      expect(ownLines(profiled).length).toBeLessThanOrEqual(1);
      expect(profiled.elapsedMs - plain.elapsedMs).toBeLessThan(EXTRA_MS_MAX);
    } finally {
      await server.close();
    }
  });
});

/** How a host may end, besides by itself. */
const ENDINGS: Readonly<Record<string, string>> = {
  'process.exit': `setTimeout(() => { console.log('out'); process.exit(3); }, 600);`,
  'process.exit at once': `process.exit(4);`,
  'an uncaught exception': `setTimeout(() => { throw new Error('boom'); }, 600);`,
  'an unhandled rejection': `setTimeout(() => { Promise.reject(new Error('nope')); }, 600);`,
  'a signal of its own': `setTimeout(() => process.kill(process.pid, 'SIGKILL'), 600);`,
  'nothing to do': `console.log('done');`,
  'an endless beforeExit': `let n = 0; process.on('beforeExit', () => { if (n++ < 3) setTimeout(() => {}, 50); else console.log(n); });`,
  'the end of its worker': `const { Worker } = require('node:worker_threads'); new Worker('console.log(1 + 1)', { eval: true });`,
  'the end of a forked child': `const { fork } = require('node:child_process'); if (process.argv[2] === 'child') process.send('hello'); else fork(__filename, ['child']).on('message', (text) => console.log(text)).on('exit', (code) => console.log(code));`,
  'the removal of its working directory': `process.chdir(require('node:fs').mkdtempSync(require('node:os').tmpdir() + '/flamehouse-gone-')); require('node:fs').rmdirSync(process.cwd()); setTimeout(() => process.exit(2), 600);`,
  'a closed stdout': `process.stdout.destroy(); setTimeout(() => {}, 400);`,
};

describe.each(Object.entries(ENDINGS))('a host that ends by %s', (_name, app) => {
  test('ends as without the agent', async () => {
    const receiver = await startReceiver();
    const files = { 'app.js': app };
    const { plain, profiled } = await runBoth({
      files,
      env: { FLAMEHOUSE_SERVER_URL: receiver.url },
    });
    await receiver.close();
    const withoutPaths = (result: HostResult) =>
      JSON.stringify(visible(result)).replaceAll(/\/[^\s:]*flamehouse-host-[^/]*/g, '');
    expect(withoutPaths(profiled)).toBe(withoutPaths(plain));
    expect(ownLines(profiled)).toEqual([]);
  });
});

describe('without what the agent needs', () => {
  const receiverDown = { FLAMEHOUSE_SERVER_URL: 'http://127.0.0.1:9' };

  test('no native build for the platform: one line, the host runs', async () => {
    // node-gyp-build looks for the platform that npm would install for.
    const { plain, profiled } = await runBoth({
      files: { 'app.js': APP },
      env: { ...receiverDown, npm_config_platform: 'sunos' },
    });
    expect(visible(profiled)).toEqual(visible(plain));
    expect(ownLines(profiled)).toEqual([
      expect.stringMatching(
        /^\[flamehouse\] PROFILER_NO_NATIVE_BUILD: No native build was found for platform=sunos/,
      ),
    ]);
  });

  test('another copy of the sampler runs already: one line, the host runs', async () => {
    const other = `require(${JSON.stringify(join(REGISTER, '../../node_modules/@datadog/pprof'))}).time.start({});`;
    const run = (app: string) =>
      runHost({ files: { 'app.js': app }, nodeArgs: [], env: receiverDown });
    const plain = await run(`${other}\n${APP}`);
    const profiled = await run(`${other}\n${APP}\nrequire(${JSON.stringify(REGISTER)});`);
    expect(visible(profiled)).toEqual(visible(plain));
    expect(ownLines(profiled)).toEqual([
      '[flamehouse] PROFILER_CONFLICT: Wall profiler is already started. ' +
        'Remove the other profiler (dd-trace, @pyroscope/nodejs, ...) or this one.',
    ]);
  });

  test('not built: one line that names the command', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flamehouse-unbuilt-'));
    await copyFile(REGISTER, join(folder, 'register.js'));
    const { plain, profiled } = await runBoth({
      files: { 'app.js': APP },
      nodeArgs: ['--require', join(folder, 'register.js')],
    });
    await rm(folder, { recursive: true });
    expect(visible(profiled)).toEqual(visible(plain));
    expect(ownLines(profiled)).toEqual([
      '[flamehouse] not started: the agent is not built; run `npm run build -w agent` in the Flamehouse repository',
    ]);
  });

  test('a setting that cannot be used: one line with the value, profiling goes on', async () => {
    const receiver = await startReceiver();
    const { plain, profiled } = await runBoth({
      files: { 'app.js': APP },
      env: { FLAMEHOUSE_SERVER_URL: receiver.url, FLAMEHOUSE_SAMPLE_HZ: 'fast' },
    });
    await receiver.lastWindow();
    await receiver.close();
    expect(visible(profiled)).toEqual(visible(plain));
    expect(ownLines(profiled)).toEqual([
      '[flamehouse] CONFIG_VALUE: FLAMEHOUSE_SAMPLE_HZ is "fast", not a number from 1 to 1000. ' +
        'Correct the variable; the default is used until then.',
    ]);
  });

  test('switched off: nothing is loaded and nothing is said', async () => {
    const app = `console.log(Object.keys(require.cache).filter((file) => file.includes('pprof')).length);`;
    const result = await runHost({
      files: { 'app.js': app },
      env: { FLAMEHOUSE_ENABLED: 'false' },
    });
    expect(result).toMatchObject({ code: 0, stdout: '0\n', stderr: '' });
  });
});
