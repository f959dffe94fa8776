import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** CPU and memory of the server process. `main` is the thread with the event loop. */
export interface Usage {
  readonly cpuMs: number;
  readonly mainMs: number;
  readonly residentBytes: number;
}

const READY_MS = 30_000;
// A backlog may take minutes, as long as it shrinks.
const STUCK_MS = 120_000;
const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on.
const PAGE_BYTES = 4_096;

/** A server under a bench: its own process, the embedded engine, a directory of its own. */
export class BenchServer {
  readonly url: string;
  readonly dataDir: string;
  private readonly child: ChildProcess;

  private constructor(child: ChildProcess, url: string, dataDir: string) {
    this.child = child;
    this.url = url;
    this.dataDir = dataDir;
  }

  /** `cli` is a built dist/cli.js; `nodeArgs` go before it, such as --cpu-prof. Without `dataDir` it gets a new one. */
  static async start(
    cli: string,
    nodeArgs: readonly string[] = [],
    dataDir = mkdtempSync(join(tmpdir(), 'flamehouse-bench-')),
  ): Promise<BenchServer> {
    const child = spawn(process.execPath, [...nodeArgs, cli, 'serve'], {
      env: {
        PATH: process.env['PATH'],
        FLAMEHOUSE_PORT: '0',
        FLAMEHOUSE_DATA_DIR: dataDir,
        FLAMEHOUSE_LOG: 'error',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (chunk) => {
        printed += chunk;
      });
    }
    for (const end = Date.now() + READY_MS; Date.now() < end && child.exitCode === null; ) {
      const url = /listens on (http:\S+)/.exec(printed)?.[1];
      if (url !== undefined) return new BenchServer(child, url, dataDir);
      await sleep(20);
    }
    child.kill('SIGKILL');
    throw new Error(`${cli} does not listen; it printed: ${printed}`);
  }

  usage(): Usage {
    const whole = readStat(`/proc/${this.child.pid}/stat`);
    const main = readStat(`/proc/${this.child.pid}/task/${this.child.pid}/stat`);
    return { cpuMs: cpuOf(whole), mainMs: cpuOf(main), residentBytes: whole[21]! * PAGE_BYTES };
  }

  /** Wait until everything that was accepted is in the tables. */
  async drained(): Promise<void> {
    let fewest = Number.POSITIVE_INFINITY;
    for (let end = Date.now() + STUCK_MS; Date.now() < end; await sleep(100)) {
      const { length } = readdirSync(join(this.dataDir, 'spool/segments'));
      if (length === 0) return;
      if (length < fewest) end = Date.now() + STUCK_MS;
      fewest = Math.min(fewest, length);
    }
    throw new Error(
      `the spool of ${this.dataDir} still has ${fewest} segments after ${STUCK_MS} ms`,
    );
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }

  remove(): void {
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function readStat(path: string): number[] {
  const text = readFileSync(path, 'latin1');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function cpuOf(stat: readonly number[]): number {
  return (stat[11]! + stat[12]!) * TICK_MS;
}

/** CPU that a running process has taken so far; NaN where there is no /proc. */
export function cpuMsOf(pid: number): number {
  const path = `/proc/${pid}/stat`;
  return existsSync(path) ? cpuOf(readStat(path)) : Number.NaN;
}

/** Rows of one query on the tables of a server that has stopped. */
export function queryStopped(dataDir: string, sql: string): unknown[][] {
  const { Session } = createRequire(join(process.cwd(), 'server/package.json'))(
    'chdb',
  ) as typeof import('chdb');
  const session = new Session(join(dataDir, 'clickhouse'));
  try {
    session.query('USE flamehouse');
    const text = session.query(sql, 'JSONCompactEachRow');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown[]);
  } finally {
    session.close();
  }
}
