import { type AsyncHook, createHook } from 'node:async_hooks';
import type { PreparedContext } from './native-context.ts';
import type { V8Profiler } from './v8-profiler.ts';

const DEPTH_MAX = 64; // callbacks inside callbacks; more means that ends were missed

/**
 * Hands the context of the running code to the sampler.
 *
 * With AsyncContextFrame it travels with the continuation, so that only switches count. Without, an
 * async hook sets it before each callback, and sets back what was there when a callback inside a
 * callback (`AsyncResource.runInAsyncScope`, a pool that hands over a connection) is over.
 */
export class ContextHook {
  readonly #profiler: Pick<V8Profiler, 'contextPath' | 'setContext'>;
  readonly #wanted: () => PreparedContext | undefined;
  readonly #outer: (PreparedContext | undefined)[] = [];
  #hook: AsyncHook | null = null;
  #current: PreparedContext | undefined;
  #known = false; // the sampler has #current, and it is the only place that has one
  #stopped = false;

  constructor(
    profiler: Pick<V8Profiler, 'contextPath' | 'setContext'>,
    wanted: () => PreparedContext | undefined,
  ) {
    this.#profiler = profiler;
    this.#wanted = wanted;
  }

  /** There are contexts from now on. Before that, a hook on every callback would cost for nothing. */
  begin(): void {
    if (this.#stopped || this.#hook !== null || this.#profiler.contextPath !== 'slot') return;
    this.#hook = createHook({
      before: () => this.#before(),
      after: () => this.#after(),
    }).enable();
  }

  /** The running code has another context by now. */
  update(): void {
    if (this.#stopped) return;
    try {
      this.#set(this.#wanted());
    } catch {
      this.#set(undefined); // a span that is none of the SDK's
    }
  }

  /** The sampler may have begun afresh, without a context. */
  forget(): void {
    this.#known = false;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#set(undefined);
    this.#stopped = true;
    this.#hook?.disable();
    this.#hook = null;
  }

  #before(): void {
    if (this.#outer.length >= DEPTH_MAX) this.#outer.length = 0;
    this.#outer.push(this.#current);
    this.update();
  }

  #after(): void {
    if (!this.#stopped) this.#set(this.#outer.pop());
  }

  #set(context: PreparedContext | undefined): void {
    if (this.#known && context === this.#current) return;
    this.#current = context;
    try {
      this.#profiler.setContext(context);
      this.#known = this.#hook !== null;
    } catch {
      // Thrown out of an async hook it would end the process; the sampler keeps what it had.
    }
  }
}
