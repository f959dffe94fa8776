/** How much is sampled. */
export interface Throttle {
  readonly sampleHz: number;
  readonly heap: boolean;
}

const RATES = [1, 1 / 2, 1 / 4, 1 / 8]; // shares of the rate that was asked for
const WINDOWS_OVER = 2; // one dear window may be the first of a new code path
const WINDOWS_UNDER = 4;
const WINDOWS_UNDER_MAX = 64; // a quarter of an hour with windows of 15 s
const RAISE_FACTOR = 2; // what the next higher rate may cost, relative to this one
const RAISE_SHARE = 0.8; // of the budget that it may then take

/**
 * Keeps the agent inside its budget: halves the sampling rate, then gives up the heap, and takes
 * both back when there is room again. A raise that did not last makes the next one wait longer.
 */
export class Governor {
  readonly #levels: readonly Throttle[];
  readonly #budgetPercent: number; // of a core; 0 = no limit
  #level = 0;
  #over = 0;
  #under = 0;
  #patience = WINDOWS_UNDER;
  #sinceRaise = Number.POSITIVE_INFINITY;

  constructor(options: { readonly budgetPercent: number; readonly full: Throttle }) {
    const { full } = options;
    this.#budgetPercent = options.budgetPercent;
    const slower = RATES.map((share) => ({
      ...full,
      sampleHz: Math.max(1, full.sampleHz * share),
    }));
    this.#levels = full.heap ? [...slower, { ...slower.at(-1)!, heap: false }] : slower;
  }

  get throttle(): Throttle {
    return this.#levels[this.#level]!;
  }

  /** Decide after a window by what the agent used in it. */
  observe(costNanos: number, windowNanos: number): Throttle {
    if (this.#budgetPercent === 0 || windowNanos <= 0) return this.throttle;
    const share = (100 * costNanos) / windowNanos / this.#budgetPercent;
    this.#sinceRaise += 1;
    this.#over = share > 1 ? this.#over + 1 : 0;
    this.#under = share * RAISE_FACTOR < RAISE_SHARE ? this.#under + 1 : 0;
    if (this.#over >= WINDOWS_OVER) this.#lower();
    else if (this.#under >= this.#patience) this.#raise();
    return this.throttle;
  }

  #lower(): void {
    this.#over = 0;
    if (this.#level === this.#levels.length - 1) return;
    this.#level += 1;
    if (this.#sinceRaise > this.#patience) this.#patience = WINDOWS_UNDER;
    else this.#patience = Math.min(WINDOWS_UNDER_MAX, this.#patience * 2);
  }

  #raise(): void {
    this.#under = 0;
    if (this.#level === 0) return;
    this.#level -= 1;
    this.#sinceRaise = 0;
  }
}
