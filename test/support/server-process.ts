import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, type RunningProcess, startNode, waitFor } from './processes.ts';

/** A real server: its own process, the built command, the embedded engine. */
export interface FlamehouseProcess extends RunningProcess {
  readonly url: string;
  /** SIGKILL, and wait until the process is gone. */
  kill(): Promise<void>;
}

/** Start `bin/flamehouse.js serve` on a free port and wait for the line with its URL. */
export async function startFlamehouse(options: {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<FlamehouseProcess> {
  if (!existsSync(join(ROOT, 'server/dist/cli.js'))) {
    throw new Error('the server is not built: run `npm run build -w server`');
  }
  const running = startNode({
    args: ['server/bin/flamehouse.js', 'serve'],
    env: { FLAMEHOUSE_PORT: '0', FLAMEHOUSE_DATA_DIR: options.dataDir, ...options.env },
  });
  try {
    const url = await waitFor(
      'URL of the server',
      () => {
        if (running.child.exitCode !== null) throw new Error(`it ended: ${running.output()}`);
        return /listens on (http:\S+)/.exec(running.output())?.[1];
      },
      { seen: running.output },
    );
    return { ...running, url, kill: () => kill(running) };
  } catch (error) {
    await running.stop();
    throw error;
  }
}

async function kill({ child }: RunningProcess): Promise<void> {
  child.kill('SIGKILL');
  await waitFor('end of the killed server', () => child.signalCode ?? child.exitCode ?? undefined);
}

/** A directory of its own under the system's temporary one, removed by `remove`. */
export function temporaryDirectory(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'flamehouse-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** GET and parse; a failure shows the answer. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${body}`);
  return JSON.parse(body) as T;
}
