/** Reads fields of a JSON object, each with its type checked and its path in the message. */
export class FieldReader {
  readonly #object: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #error: (detail: string) => Error;

  constructor(
    object: Readonly<Record<string, unknown>>,
    path: string,
    error: (detail: string) => Error,
  ) {
    this.#object = object;
    this.#path = path;
    this.#error = error;
  }

  names(): string[] {
    return Object.keys(this.#object);
  }

  /** The error that names a field, its value and what to send instead. */
  wrong(name: string, repair: string): Error {
    const value = this.#value(name);
    const path = `${this.#path}.${name}`;
    if (value === undefined) return this.#error(`${path} is missing: ${repair}`);
    const text = JSON.stringify(value) ?? String(value);
    return this.#error(
      `${path} is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}: ${repair}`,
    );
  }

  string(name: string): string {
    const value = this.#value(name);
    if (typeof value !== 'string') throw this.wrong(name, 'send a string');
    return value;
  }

  optionalString(name: string): string | null {
    return this.#has(name) ? this.string(name) : null;
  }

  /** A whole number from 0 that a double holds exactly. */
  count(name: string): number {
    const value = this.#value(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(Math.trunc(value)) || value < 0) {
      throw this.wrong(name, 'send a number from 0');
    }
    return Math.trunc(value);
  }

  optionalCount(name: string): number | null {
    return this.#has(name) ? this.count(name) : null;
  }

  /** Nanoseconds: a decimal string, because they pass what a double holds; a whole number is taken too. */
  nanos(name: string): bigint {
    const value = this.#value(name);
    if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return BigInt(value);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
      return BigInt(value);
    }
    throw this.wrong(name, 'send nanoseconds as a string of at most 19 digits');
  }

  optionalNanos(name: string): bigint | null {
    return this.#has(name) ? this.nanos(name) : null;
  }

  optionalObject(name: string): FieldReader | null {
    if (!this.#has(name)) return null;
    const value = this.#value(name);
    if (!isObject(value)) throw this.wrong(name, 'send an object');
    return new FieldReader(value, `${this.#path}.${name}`, this.#error);
  }

  optionalObjects(name: string): FieldReader[] {
    if (!this.#has(name)) return [];
    const value = this.#value(name);
    if (!Array.isArray(value) || !value.every(isObject)) {
      throw this.wrong(name, 'send an array of objects');
    }
    return value.map(
      (one, index) => new FieldReader(one, `${this.#path}.${name}[${index}]`, this.#error),
    );
  }

  #has(name: string): boolean {
    const value = this.#value(name);
    return value !== undefined && value !== null;
  }

  /** Own fields only: `constructor` and its like are not part of what was sent. */
  #value(name: string): unknown {
    return Object.hasOwn(this.#object, name) ? this.#object[name] : undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
