import type { Profile } from '@flamehouse/proto';
import type { Clock } from './clock.ts';
import type { FrameDescriber } from './frame-describer.ts';
import { buildHeapProfile } from './heap-profile.ts';
import type { Log } from './log.ts';
import type { V8Profiler } from './v8-profiler.ts';

export interface HeapSamplerOptions {
  readonly profiler: Pick<V8Profiler, 'startHeap' | 'stopHeap' | 'takeHeap' | 'watchHeapLimit'>;
  readonly describer: FrameDescriber;
  readonly intervalBytes: number; // 0 = never
  /** What V8 runs with the path of the last heap profile when memory runs out; null = nothing. */
  readonly prepareOom: () => readonly string[] | null;
  readonly clock: Clock;
  readonly log: Log;
}

/** Live heap by allocation site, while it is wanted and as long as it works. */
export class HeapSampler {
  readonly #options: HeapSamplerOptions;
  #runs = false;
  #failed = false;
  #oomCommand: readonly string[] | null | undefined; // undefined = not prepared yet

  constructor(options: HeapSamplerOptions) {
    this.#options = options;
  }

  /** Sample or not. V8 forgets what it knew when it stops: afterwards only newer objects are seen. */
  set wanted(wanted: boolean) {
    const { profiler, intervalBytes } = this.#options;
    if (intervalBytes === 0 || this.#failed || wanted === this.#runs) return;
    this.#guard(() => {
      if (!wanted) profiler.stopHeap();
      else {
        profiler.startHeap(intervalBytes);
        this.#watchLimit();
      }
      this.#runs = wanted;
    });
  }

  /** What is alive now; null when it is not sampled. */
  take(): Profile | null {
    const { profiler, describer, clock, intervalBytes } = this.#options;
    if (!this.#runs) return null;
    return this.#guard(() =>
      buildHeapProfile(profiler.takeHeap(), describer, {
        timeNanos: BigInt(clock.nowMs()) * 1_000_000n,
        intervalBytes,
      }),
    );
  }

  /** With the sampler V8 forgets that it should watch. */
  #watchLimit(): void {
    if (this.#oomCommand === undefined) this.#oomCommand = this.#options.prepareOom();
    if (this.#oomCommand !== null) this.#options.profiler.watchHeapLimit(this.#oomCommand);
  }

  #guard<T>(work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.#failed = true;
      this.#runs = false;
      this.#options.log.error('HEAP_FAILED', String(error));
      return null;
    }
  }
}
