import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The repository's root, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const READY_DEADLINE_MS = 30_000;
const STOP_DEADLINE_MS = 12_000;

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it printed so far on stdout and stderr. */
  output(): string;
  /** SIGTERM, then SIGKILL after a deadline. Resolves with the exit code, null after a signal. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly command?: string; // node when left out
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>; // in place of inherited values
  readonly ipc?: boolean;
}

/** Start node, or another command, with the environment of the tests but none of its FLAMEHOUSE_ variables. */
export function startNode(options: StartOptions): RunningProcess {
  const { command = process.execPath, args, env = {}, ipc = false } = options;
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(FLAMEHOUSE_|CLICKHOUSE_|OTEL_|VITEST|NODE_OPTIONS|NODE_ENV)/.test(name),
  );
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])],
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => (printed += chunk));
  child.stderr?.on('data', (chunk) => (printed += chunk));
  return {
    child,
    pid: child.pid!,
    output: () => printed,
    stop: () => stopChild(child),
  };
}

async function stopChild(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
  return child.exitCode;
}

/**
 * Wait until `probe` returns something else than undefined.
 *
 * Errors  when it does not in time: names what was waited for and what `seen` says.
 */
export async function waitFor<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  options: { deadlineMs?: number; intervalMs?: number; seen?: () => string } = {},
): Promise<T> {
  const deadlineMs = options.deadlineMs ?? READY_DEADLINE_MS;
  const end = Date.now() + deadlineMs;
  while (Date.now() < end) {
    const found = await probe();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, options.intervalMs ?? 50));
  }
  throw new Error(`no ${what} within ${deadlineMs} ms; seen: ${options.seen?.() ?? 'nothing'}`);
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export interface RunningCheckout extends RunningProcess {
  readonly url: string;
  readonly version: string;
}

/** Start the example service on a free port and wait for its ready line. */
export async function startCheckout(options: {
  version: string;
  nodeArgs?: readonly string[];
  env?: Readonly<Record<string, string>>;
  ipc?: boolean;
}): Promise<RunningCheckout> {
  const { version, nodeArgs = [], env = {}, ipc = false } = options;
  const running = startNode({
    args: [...nodeArgs, 'examples/checkout/src/main.js'],
    env: { PORT: '0', VERSION: version, ...env },
    ipc,
  });
  try {
    const url = await waitFor(
      `ready line of checkout ${version}`,
      () => / listening on (http:\S+)/.exec(running.output())?.[1],
      { seen: running.output },
    );
    return { ...running, url, version };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** The CPU of a process that was started with `cpu-clock.cjs` and a channel, since that was loaded. */
export async function readCpuMicros({ child }: RunningProcess): Promise<number> {
  const answer = once(child, 'message');
  child.send('cpu');
  const [{ cpuMicros }] = await answer;
  return cpuMicros;
}

export interface RunningServer extends RunningProcess {
  readonly url: string;
}

/** Start the built server on the embedded engine and a free port, and wait until it is ready. */
export async function startServer(options: {
  dataDir: string;
  env?: Readonly<Record<string, string>>;
}): Promise<RunningServer> {
  const { dataDir, env = {} } = options;
  const running = startNode({
    args: ['server/bin/flamehouse.js', 'serve'],
    env: { FLAMEHOUSE_PORT: '0', FLAMEHOUSE_DATA_DIR: dataDir, ...env },
  });
  try {
    const url = await waitFor(
      'ready line of the server',
      () => /listens on (http:\S+)/.exec(running.output())?.[1],
      { seen: running.output },
    );
    return { ...running, url };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

/** Start the example under the agent, sending to a server in short windows. */
export async function startProfiledCheckout(options: {
  version: string;
  serverUrl: string;
  windowMs?: number;
}): Promise<RunningCheckout> {
  const { version, serverUrl, windowMs = 2_000 } = options;
  return startCheckout({
    version,
    nodeArgs: [
      '--require',
      './test/support/cpu-clock.cjs',
      '--require',
      '@flamehouse/agent/register',
    ],
    env: {
      FLAMEHOUSE_SERVER_URL: serverUrl,
      FLAMEHOUSE_VERSION: version,
      FLAMEHOUSE_WINDOW_MS: String(windowMs),
    },
    ipc: true,
  });
}
