/** What @opentelemetry/api 1.x registers its managers in; every copy of it, of either module format, shares it. */
const API_KEY = Symbol.for('opentelemetry.js.api.1');

interface ApiGlobals {
  context?: unknown;
}

type Globals = { [API_KEY]?: ApiGlobals | undefined };

/**
 * Notice the context manager of OpenTelemetry, registered before or after, without its packages.
 *
 * Two accessors see it at once: one where the api's object of globals will be, until it is there,
 * and one for `context` in it. The object itself is the api's own, since every later registration
 * checks its version. What accessors miss (a slot deleted and filled again) `check()` finds.
 */
export class OtelRegistration {
  readonly #found: (manager: unknown) => void;
  #manager: unknown;
  #api: ApiGlobals | undefined;
  #watching = false;

  /** `found` gets undefined when the manager is gone. */
  constructor(found: (manager: unknown) => void) {
    this.#found = found;
  }

  start(): void {
    this.#watching = true;
    this.check();
    if ((globalThis as Globals)[API_KEY] === undefined) this.#watchGlobal();
  }

  /** Look whether another manager is registered by now, or none. */
  check(): void {
    if (!this.#watching) return;
    const api = (globalThis as Globals)[API_KEY];
    if (api !== undefined && api !== this.#api) this.#watchApi(api);
    this.#report(api?.context);
  }

  /** Leave plain values where the accessors were. */
  stop(): void {
    this.#watching = false;
    makePlain(globalThis, API_KEY);
    if (this.#api !== undefined) makePlain(this.#api, 'context');
  }

  #watchGlobal(): void {
    Object.defineProperty(globalThis, API_KEY, {
      configurable: true,
      enumerable: true,
      get: () => undefined,
      set: (api: ApiGlobals) => {
        Object.defineProperty(globalThis, API_KEY, plain(api));
        this.#guarded(() => this.#watchApi(api));
      },
    });
  }

  #watchApi(api: ApiGlobals): void {
    this.#api = api;
    const slot = Object.getOwnPropertyDescriptor(api, 'context');
    if (slot !== undefined && (slot.configurable !== true || !('value' in slot))) return;
    let { context } = api;
    Object.defineProperty(api, 'context', {
      configurable: true,
      enumerable: true,
      get: () => context,
      set: (manager: unknown) => {
        context = manager;
        this.#guarded(() => this.#report(manager));
      },
    });
  }

  #report(manager: unknown): void {
    if (!this.#watching || manager === this.#manager) return;
    this.#manager = manager;
    this.#found(manager);
  }

  /** Nothing of ours may disturb the registration. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch {
      // `check()` comes by again and reports what it meets.
    }
  }
}

function plain(value: unknown): PropertyDescriptor {
  return { value, configurable: true, enumerable: true, writable: true };
}

function makePlain(owner: object, key: PropertyKey): void {
  const slot = Object.getOwnPropertyDescriptor(owner, key);
  if (slot?.get === undefined || slot.configurable !== true) return;
  const value = slot.get.call(owner);
  if (value === undefined) Reflect.deleteProperty(owner, key);
  else Object.defineProperty(owner, key, plain(value));
}
