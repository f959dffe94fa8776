import type { AsyncLocalStorage } from 'node:async_hooks';
import type { OtelContext } from './otel-spans.ts';

/** A context manager; the usual ones keep their context in an AsyncLocalStorage. */
interface Manager {
  active(): OtelContext;
  with(context: OtelContext, work: unknown, self?: unknown, ...args: unknown[]): unknown;
  readonly _asyncLocalStorage?: AsyncLocalStorage<OtelContext>;
}

/** What wants to know that the context of the running code changes. */
export interface Switches {
  /** Just before: `prior` is still active. */
  entering(next: OtelContext | undefined, prior: () => OtelContext | undefined): void;
  /** Just after. */
  entered(): void;
  /** Run `work` where the next context is to be seen; for managers without AsyncLocalStorage. */
  carry<T>(context: OtelContext, work: () => T): T;
}

export interface AttachedManager {
  /** The context of the running code. Null: the manager cannot be asked cheaply, `carry` had it. */
  readonly active: (() => OtelContext | undefined) | null;
  detach(): void;
}

/** Listen to the switches of a context manager. Null when it is nothing of the kind. */
export function attachManager(
  manager: unknown,
  switches: Switches,
  frames: boolean,
): AttachedManager | null {
  if (typeof manager !== 'object' || manager === null) return null;
  const storage = (manager as Manager)._asyncLocalStorage;
  if (typeof storage?.enterWith === 'function' && typeof storage.run === 'function') {
    return attachStorage(storage, switches, frames);
  }
  return typeof (manager as Manager).with === 'function'
    ? attachWith(manager as Manager, switches)
    : null;
}

/**
 * With AsyncContextFrame `run` enters and leaves through `enterWith`, as `withScope` does; without,
 * it never does, so that both are wrapped. Callbacks are the async hook's part then.
 */
function attachStorage(
  storage: AsyncLocalStorage<OtelContext>,
  switches: Switches,
  frames: boolean,
): AttachedManager {
  const { enterWith, run } = storage;
  const active = () => storage.getStore();
  let attached = true;
  const undoEnter = replace(
    storage,
    'enterWith',
    function (this: typeof storage, context: OtelContext) {
      if (attached) switches.entering(context, active);
      enterWith.call(this, context);
      if (attached) switches.entered();
    },
  );
  const undoRun = frames
    ? () => {}
    : replace(storage, 'run', function (this: unknown, ...given: unknown[]) {
        if (!attached) return Reflect.apply(run, this, given);
        const [context, work, ...args] = given as [OtelContext, (...args: unknown[]) => unknown];
        switches.entering(context, active);
        try {
          const inside = () => {
            switches.entered();
            return work(...args);
          };
          return Reflect.apply(run, this, [context, inside]);
        } finally {
          switches.entered();
        }
      });
  return {
    active,
    detach() {
      attached = false;
      undoEnter();
      undoRun();
    },
  };
}

/** Contexts made current by `attach()` of such a manager are not seen. */
function attachWith(manager: Manager, switches: Switches): AttachedManager {
  const original = manager.with;
  let attached = true;
  const undo = replace(manager, 'with', function (this: unknown, ...given: unknown[]) {
    const [context, work, ...rest] = given;
    if (!attached || typeof work !== 'function') return Reflect.apply(original, this, given);
    switches.entering(context as OtelContext, () => manager.active());
    const inside = function (this: unknown, ...args: unknown[]) {
      return switches.carry(context as OtelContext, () => Reflect.apply(work, this, args));
    };
    return Reflect.apply(original, this, [context, inside, ...rest]);
  });
  return {
    active: null,
    detach() {
      attached = false;
      undo();
    },
  };
}

/**
 * Put a method of its own on an object. The answer puts the original back, unless somebody wrapped
 * it since. It is not deleted: V8 reads an object slowly ever after, and this one at every promise.
 */
function replace(owner: object, name: string, method: (...args: never[]) => unknown): () => void {
  const value: unknown = Reflect.get(owner, name);
  const define = (one: unknown) =>
    Object.defineProperty(owner, name, { value: one, configurable: true, writable: true });
  define(method);
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === method) define(value);
  };
}
