import { readdirSync, readFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

const TASKS = '/proc/self/task';
// Of a core that both want, a thread of the engine then gets a quarter. Acknowledgements are no later than with 10, and
// questions get on beside other programs that want the machine.
const LESS = 5;
const NICE_MAX = 19;
const OWN_THREADS = /^(?:node|MainThread|libuv-worker|V8Worker|DelayedTask|SignalInspector)/;

/**
 * Makes the threads of the engine inside this process wait for the event loop and for inserts, which run on threads of Node.js.
 *
 * A question takes all cores for up to seconds; without this it delays what acknowledges uploads (docs/benchmarks.md). The
 * engine's own settings for it need CAP_SYS_NICE, while to be less important needs no right.
 * Linux only: elsewhere threads stay as they are.
 */
export class EngineThreads {
  private readonly settled = new Set<string>();

  /** Threads are made when more of them run at once than ever before, and stay: to be called after work. */
  giveWay(): void {
    for (const thread of this.list()) {
      if (this.settled.has(thread)) continue;
      try {
        if (OWN_THREADS.test(readFileSync(`${TASKS}/${thread}/comm`, 'utf8'))) continue;
        setPriority(Number(thread), Math.min(NICE_MAX, getPriority() + LESS));
      } catch {} // It has ended, or this system does not let it: then it competes as before.
      this.settled.add(thread);
    }
  }

  private list(): string[] {
    try {
      return readdirSync(TASKS);
    } catch {
      return []; // Not Linux.
    }
  }
}
