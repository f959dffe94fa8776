import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from './clock.ts';

const CRASHES_MAX = 2;
const SAFE_MS = 60_000; // a crash of the sampler comes soon; what lives this long lives on

export interface SentinelOptions {
  /** What stands for the application: another version of it, of Node or of the agent starts afresh. */
  readonly key: readonly string[];
  readonly pid: number;
  readonly clock: Clock;
  readonly directory?: string;
  readonly isAlive?: (pid: number) => boolean;
}

/**
 * Keeps the agent off after two starts in a row that ended within a minute and without JavaScript
 * noticing. Such an end is a native crash, or a SIGKILL: the two cannot be told apart from inside.
 *
 * A start leaves a file with its process id and takes it away when it has lived for a minute or ends
 * in an orderly way. Errors  none: without a disk to write to there is no sentinel.
 */
export class Sentinel {
  readonly directory: string;
  readonly #options: SentinelOptions;
  #mark: string | null = null;

  constructor(options: SentinelOptions) {
    this.#options = options;
    const key = createHash('sha256').update(JSON.stringify(options.key)).digest('hex').slice(0, 16);
    this.directory = join(options.directory ?? defaultDirectory(), key);
  }

  /** The file that stands for this process; null when there is none. */
  get mark(): string | null {
    return this.#mark;
  }

  /** Whether the last starts crashed. */
  get tripped(): boolean {
    return this.#crashed().length >= CRASHES_MAX;
  }

  /** This process is about to be profiled. */
  begin(): void {
    const { clock, pid } = this.#options;
    // One by one: `recursive` never returns below /proc on Node 20.
    for (const directory of [dirname(this.directory), this.directory]) {
      quietly(() => mkdirSync(directory, { mode: 0o700 }));
    }
    quietly(() => {
      const mark = join(this.directory, `${pid}-${clock.nowMs()}`);
      writeFileSync(mark, '', { mode: 0o600 });
      this.#mark = mark;
      clock.setTimer(() => this.#survived(), SAFE_MS);
    });
  }

  /** This process ends in an orderly way, or is no longer profiled. */
  end(): void {
    const mark = this.#mark;
    this.#mark = null;
    if (mark === null) return;
    quietly(() => rmSync(mark, { force: true }));
    quietly(() => rmdirSync(this.directory)); // when it is the last
  }

  #survived(): void {
    this.end();
    for (const name of this.#crashed()) quietly(() => rmSync(join(this.directory, name)));
  }

  /** Marks of processes that are gone. In a new container the own process id may be an old one. */
  #crashed(): string[] {
    const { pid: own, isAlive = processIsAlive } = this.#options;
    try {
      return readdirSync(this.directory).filter((name) => {
        const pid = Number.parseInt(name, 10);
        return (
          pid > 0 && join(this.directory, name) !== this.#mark && (pid === own || !isAlive(pid))
        );
      });
    } catch {
      return []; // no start has left anything
    }
  }
}

function defaultDirectory(): string {
  let user = '';
  quietly(() => {
    user = String(userInfo().uid); // throws for a user without an entry
  });
  return join(tmpdir(), `flamehouse-sentinel-${user}`);
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function quietly(work: () => void): void {
  try {
    work();
  } catch {
    // The sentinel only watches: where it cannot write, the agent runs without it.
  }
}
