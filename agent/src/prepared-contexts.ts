import type { PreparedContext } from './native-context.ts';
import type { SampleContext } from './sample-context.ts';
import type { V8Profiler } from './v8-profiler.ts';

/** Spans inside spans that are begun and left before another one has its turn. */
const KEPT = 8;

/**
 * What was handed to the sampler for the last few contexts. Code goes back to the context that it came
 * from, so that these are asked for again, and hardly ever older ones.
 *
 * Not kept on OpenTelemetry's contexts: with a field of ours V8 moved each of them to the old heap,
 * with what hangs on it, 2.9 kB of a request with three spans (Node 24, 2026-12-01).
 */
export class PreparedContexts {
  readonly #profiler: Pick<V8Profiler, 'contextEpoch' | 'prepareContext'>;
  readonly #contexts: (SampleContext | null)[] = new Array(KEPT).fill(null);
  readonly #prepared: (PreparedContext | null)[] = new Array(KEPT).fill(null);
  #next = 0;
  #epoch = -1;

  constructor(profiler: Pick<V8Profiler, 'contextEpoch' | 'prepareContext'>) {
    this.#profiler = profiler;
  }

  of(context: SampleContext): PreparedContext {
    if (this.#epoch !== this.#profiler.contextEpoch) this.clear();
    const at = this.#contexts.indexOf(context);
    if (at >= 0) return this.#prepared[at]!;
    const prepared = this.#profiler.prepareContext(context);
    this.#contexts[this.#next] = context;
    this.#prepared[this.#next] = prepared;
    this.#next = (this.#next + 1) % KEPT;
    return prepared;
  }

  clear(): void {
    this.#contexts.fill(null);
    this.#prepared.fill(null);
    this.#epoch = this.#profiler.contextEpoch;
  }
}
