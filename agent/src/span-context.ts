import { AsyncLocalStorage } from 'node:async_hooks';
import type { SpanMode } from './config.ts';
import { ContextHook } from './context-hook.ts';
import type { HttpRequest } from './http-request.ts';
import type { PreparedContext } from './native-context.ts';
import { type AttachedManager, attachManager, type Switches } from './otel-manager.ts';
import { OtelRegistration } from './otel-registration.ts';
import { isReporting, type OtelContext, OtelSpans, spanOf } from './otel-spans.ts';
import { PreparedContexts } from './prepared-contexts.ts';
import { SampleContext, type SpanLike, type UserLabels } from './sample-context.ts';
import type { V8Profiler } from './v8-profiler.ts';
import type { TraceIds, Work } from './work.ts';

/** What the agent itself hangs on the running code, beside the context of OpenTelemetry. */
interface OwnStore {
  readonly request: HttpRequest | null;
  readonly base: SampleContext | null; // of the request
  /** The span that was active when the request began: it belongs to something else. */
  readonly inherited: SpanLike | undefined;
  readonly carried: OtelContext | undefined; // for managers that cannot be asked
  readonly labels: UserLabels | null;
  readonly combined: WeakMap<object, SampleContext>; // context -> the same with these labels
}

const NOTHING: OwnStore = {
  request: null,
  base: null,
  inherited: undefined,
  carried: undefined,
  labels: null,
  combined: new WeakMap(),
};

export interface SpanContextsOptions {
  readonly profiler: Pick<
    V8Profiler,
    'contextPath' | 'contextEpoch' | 'prepareContext' | 'setContext'
  >;
  readonly mode: SpanMode;
  readonly uiUrl: string;
  /** A local root span outside any request was begun. */
  readonly onRoot: (work: Work) => void;
  /** Work that is not over: of that local root span, else of its trace. */
  readonly openWork: (span: TraceIds) => Work | null;
}

/**
 * Keeps the sampler told which span, request and labels the running code belongs to.
 *
 * Context is set where code becomes active, never where a span starts: a span that is started need
 * not be active, and the continuation that started it goes on with its own.
 */
export class SpanContexts {
  readonly #options: SpanContextsOptions;
  readonly #own = new AsyncLocalStorage<OwnStore>();
  readonly #spans: OtelSpans;
  readonly #hook: ContextHook;
  readonly #registration: OtelRegistration;
  #manager: AttachedManager | null = null;
  readonly #prepared: PreparedContexts;
  #running = false;

  constructor(options: SpanContextsOptions) {
    this.#options = options;
    this.#spans = new OtelSpans(options);
    this.#prepared = new PreparedContexts(options.profiler);
    this.#hook = new ContextHook(options.profiler, () => this.#wanted());
    this.#registration = new OtelRegistration((manager) => this.#attach(manager));
  }

  start(): void {
    this.#running = true;
    if (this.#options.mode !== 'off') this.#registration.start();
  }

  /** Look whether OpenTelemetry came or went without being noticed. */
  check(): void {
    this.#registration.check();
    this.#hook.forget(); // the sampler is stopped and started where this is called
  }

  /** Let go of everything; the sampler must still run. */
  stop(): void {
    this.#running = false;
    this.#registration.stop();
    this.#attach(undefined);
    this.#hook.stop();
    this.#own.disable();
    this.#prepared.clear();
  }

  /** The running code, and what follows from it, is the answer to a request. */
  enterRequest(request: HttpRequest): void {
    if (!this.#running) return;
    this.#hook.begin();
    this.#own.enterWith({
      ...NOTHING,
      request,
      base: new SampleContext(request.work, null, null),
      inherited: spanOf(this.#manager?.active?.()),
    });
    this.#hook.update();
  }

  /** The request that the running code answers. */
  get request(): HttpRequest | null {
    return this.#own.getStore()?.request ?? null;
  }

  /** Labels of the running code. */
  get labels(): UserLabels | null {
    return this.#own.getStore()?.labels ?? null;
  }

  /** Run with labels beside those of the code around. */
  runWithLabels<T>(labels: UserLabels, run: () => T): T {
    if (!this.#running) return run();
    const around = this.#own.getStore() ?? NOTHING;
    const merged = { ...around.labels, ...labels };
    return this.#runWith({ ...around, labels: merged, combined: new WeakMap() }, run);
  }

  #runWith<T>(store: OwnStore, run: () => T): T {
    this.#hook.begin();
    try {
      return this.#own.run(store, () => {
        this.#hook.update();
        return run();
      });
    } finally {
      this.#hook.update();
    }
  }

  #attach(manager: unknown): void {
    this.#manager?.detach();
    const frames = this.#options.profiler.contextPath === 'frame';
    this.#manager = attachManager(manager, this.#switches(), frames);
    if (this.#manager === null) return;
    this.#hook.begin();
  }

  #switches(): Switches {
    return {
      entering: (next, prior) => this.#entering(next, prior),
      entered: () => this.#hook.update(),
      carry: (carried, run) =>
        this.#runWith({ ...(this.#own.getStore() ?? NOTHING), carried }, run),
    };
  }

  /** Make the context of a span while the code that activates it can still be seen. */
  #entering(next: OtelContext | undefined, prior: () => OtelContext | undefined): void {
    try {
      const span = spanOf(next);
      if (next === undefined || span === undefined || this.#spans.known(span)) return;
      this.#contextOf(span, next, spanOf(prior()));
    } catch {
      // A span that is none of the SDK's: its code stays without a context.
    }
  }

  #wanted(): PreparedContext | undefined {
    const own = this.#own.getStore();
    const context = this.#manager?.active?.() ?? own?.carried;
    if (context === undefined && own === undefined) return undefined;
    const wanted = this.#contextFor(own ?? NOTHING, context);
    return wanted === undefined ? undefined : this.#prepared.of(wanted);
  }

  #contextFor(own: OwnStore, context: OtelContext | undefined): SampleContext | undefined {
    const span = spanOf(context);
    let base: SampleContext | null = null;
    if (context !== undefined && span !== undefined && span !== own.inherited) {
      if (isReporting(context, span)) return undefined;
      base = this.#spans.known(span) ?? this.#contextOf(span, context, undefined);
    }
    base ??= own.base;
    return own.labels === null ? (base ?? undefined) : withLabels(base, own);
  }

  #contextOf(
    span: SpanLike,
    context: OtelContext,
    prior: SpanLike | undefined,
  ): SampleContext | null {
    const { request } = this;
    const found = this.#spans.contextOf(span, { context, prior, request });
    if (found === null && request !== null) request.unrecorded = true;
    return found;
  }
}

const NO_CONTEXT = new SampleContext(null, null, null);

function withLabels(base: SampleContext | null, { labels, combined }: OwnStore): SampleContext {
  const key = base ?? NO_CONTEXT;
  let context = combined.get(key);
  if (context === undefined) {
    context = new SampleContext(key.work, key.span, labels);
    combined.set(key, context);
  }
  return context;
}
