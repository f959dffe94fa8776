import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

/** What Node keeps for a continuation: storage -> store. Made anew whenever a storage is entered. */
export interface ContextFrame {
  has(storage: object): boolean;
  get(storage: object): unknown;
  set(storage: object, store: unknown): unknown;
}

/** The frame of the running code; undefined outside any. */
export type CurrentFrame = () => ContextFrame | undefined;

/**
 * The way to the frame of the running code, which Node shows on every AsyncResource alone. Null when
 * there are no frames, or when they are not what they were.
 */
export function findCurrentFrame(): CurrentFrame | null {
  const probe = new AsyncLocalStorage<object>();
  const store = {};
  return probe.run(store, () => {
    const resource: object = new AsyncResource('FLAMEHOUSE');
    for (const symbol of Object.getOwnPropertySymbols(resource)) {
      const frame: unknown = Reflect.get(resource, symbol);
      if (!isFrame(frame) || frame.get(probe) !== store) continue;
      const { constructor: owner } = frame;
      if (owner.current?.() === frame) return () => owner.current!();
    }
    return null; // no frames here
  });
}

interface FrameObject extends ContextFrame {
  readonly constructor: { current?(): ContextFrame | undefined } & ContextFrame['constructor'];
}

function isFrame(value: unknown): value is FrameObject {
  if (typeof value !== 'object' || value === null) return false;
  const { has, get, set } = value as Partial<ContextFrame>;
  return [has, get, set].every((method) => typeof method === 'function');
}
