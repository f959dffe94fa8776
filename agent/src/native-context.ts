import type { SampleContext } from './sample-context.ts';

/**
 * How a sampled tick learns its context.
 *
 * `frame`  it lives in the AsyncContextFrame of the continuation, and await costs nothing.
 * `slot`   one slot per thread, which a hook must fill before every callback.
 * `none`   the platform has no signals.
 */
export type ContextPath = 'frame' | 'slot' | 'none';

/** What ticks of the path `slot` hold on to: whatever stood in it at that moment. */
export interface ContextHolder {
  ref: SampleContext | undefined;
}

/** As much of the sampler's `time` as is used. */
interface NativeContexts {
  getContext(): unknown;
  setContext(context: object | undefined): void;
  getState(): unknown;
  readonly constants: { readonly kSampleCount: number };
}

/** Sets the context natively, and only when it changes: a native call costs some 0.3 microseconds. */
export function contextSetter(
  time: NativeContexts,
  path: ContextPath,
): (context: SampleContext | undefined) => void {
  if (path === 'none') return () => {};
  return path === 'frame' ? frameSetter(time) : slotSetter(time);
}

function frameSetter(time: NativeContexts) {
  return (context: SampleContext | undefined) => {
    if (time.getContext() !== context) time.setContext(context);
  };
}

/** A tick keeps the holder that it saw, so a holder is changed only until the next tick. */
function slotSetter(time: NativeContexts) {
  const state = time.getState() as Record<number, number>;
  const { kSampleCount } = time.constants;
  let seen = -1;
  let holder: ContextHolder = { ref: undefined };
  return (context: SampleContext | undefined) => {
    if (holder.ref === context && seen >= 0) return;
    const ticks = state[kSampleCount]!;
    if (ticks !== seen) {
      seen = ticks;
      holder = { ref: context };
      time.setContext(holder);
    } else holder.ref = context;
  };
}

/** The context that a tick was given, whichever path set it. */
export function contextOfTick(given: unknown): SampleContext | null {
  if (typeof given !== 'object' || given === null) return null;
  if ('ref' in given) return (given as ContextHolder).ref ?? null;
  return 'work' in given ? (given as SampleContext) : null;
}
