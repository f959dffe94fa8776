/** OpenTelemetry's context, as far as it is used here. */
interface Context {
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

interface ContextManager {
  active(): Context;
  with<T>(context: Context, work: () => T): T;
}

// Names that @opentelemetry/api and @opentelemetry/core fix, so that their copies agree.
const API = Symbol.for('opentelemetry.js.api.1');
const SUPPRESS_TRACING = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING');
const SPAN = Symbol.for('OpenTelemetry Context Key SPAN');

/** Run outside of any span and without making one: what the agent sends is nobody's request. */
export function untraced<T>(work: () => T): T {
  const { context: manager } = ((globalThis as Record<symbol, unknown>)[API] ?? {}) as {
    context?: ContextManager;
  };
  if (manager === undefined) return work();
  const quiet = manager.active().deleteValue(SPAN).setValue(SUPPRESS_TRACING, true);
  return manager.with(quiet, work);
}
