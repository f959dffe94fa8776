import type { AsyncLocalStorage } from 'node:async_hooks';
import { type CurrentFrame, findCurrentFrame } from './context-frame.ts';
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

declare const prepared: unique symbol;

/**
 * What is handed to the sampler for a context: made once, entered often.
 *
 * Held by whoever enters it and never by its context: the sampler holds the context for as long as
 * this is alive, and neither would ever be collected.
 */
export type PreparedContext = object & { readonly [prepared]: true };

export interface ContextSetter {
  prepare(context: SampleContext): PreparedContext;
  set(context: PreparedContext | undefined): void;
}

/** As much of the sampler's `time` as is used. */
interface NativeContexts {
  getContext(): unknown;
  setContext(context: object | undefined): void;
  getState(): unknown;
  readonly constants: { readonly kSampleCount: number };
}

/** What the library keeps to itself on the path `frame`. */
export interface NativeHolders {
  /** The storage whose store the sampler reads at every tick. */
  readonly storage: AsyncLocalStorage<unknown>;
  createHolder(context: SampleContext): object;
}

const asGiven = (context: SampleContext) => context as object as PreparedContext;

export const NO_CONTEXTS: ContextSetter = { prepare: asGiven, set: () => {} };

/** Sets the context, and only when it changes: a native call costs some 0.3 microseconds. */
export function contextSetter(
  time: NativeContexts,
  path: ContextPath,
  holders: NativeHolders | null,
  findFrame: () => CurrentFrame | null = findCurrentFrame,
): ContextSetter {
  if (path === 'none') return NO_CONTEXTS;
  if (path === 'slot') return { prepare: asGiven, set: slotSetter(time) };
  return holders === null ? frameSetter(time) : holderSetter(holders, findFrame());
}

/** The library makes a native holder at every call, and V8 has to collect each of them. */
function frameSetter(time: NativeContexts): ContextSetter {
  return {
    prepare: asGiven,
    set(context) {
      if (time.getContext() !== context) time.setContext(context);
    },
  };
}

/**
 * One holder a context, put where the library would put one.
 *
 * It is set right after a storage was entered, in the frame that was made for that, which nobody else
 * has yet: so it may stand in that very frame, and there is no need of a second copy of it. But only
 * where the frame has a place for it already. A signal that comes while the frame grows would find a
 * table that is half moved.
 */
function holderSetter(
  { storage, createHolder }: NativeHolders,
  currentFrame: CurrentFrame | null,
): ContextSetter {
  const enter = (holder: unknown) => {
    if (storage.getStore() !== holder) storage.enterWith(holder);
  };
  return {
    prepare: (context) => createHolder(context) as PreparedContext,
    set:
      currentFrame === null
        ? enter
        : (holder) => {
            const frame = currentFrame();
            if (frame === undefined || !frame.has(storage)) enter(holder);
            else if (frame.get(storage) !== holder) frame.set(storage, holder);
          },
  };
}

/** A tick keeps the holder that it saw, so a holder is changed only until the next tick. */
function slotSetter(time: NativeContexts): ContextSetter['set'] {
  const state = time.getState() as Record<number, number>;
  const { kSampleCount } = time.constants;
  let seen = -1;
  let holder: ContextHolder = { ref: undefined };
  return (given) => {
    const context = given as object | undefined as SampleContext | undefined;
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
