/** Values at the left and right edge. */
export interface ValueRange {
  readonly from: number;
  readonly to: number;
}

export const ZOOM_MS = 160;

/** Moves a range to another in 160 ms, fast first; at once where the user wants no motion. */
export class Zoom {
  private frame = 0;
  private timer = 0;

  get running(): boolean {
    return this.frame !== 0 || this.timer !== 0;
  }

  start(origin: ValueRange, goal: ValueRange, step: (range: ValueRange) => void): void {
    this.stop();
    const started = performance.now();
    const next = (): void => {
      const t = Math.min(1, (performance.now() - started) / ZOOM_MS);
      const eased = 1 - (1 - t) ** 3;
      this.frame = t < 1 ? requestAnimationFrame(next) : 0;
      step({
        from: origin.from + (goal.from - origin.from) * eased,
        to: origin.to + (goal.to - origin.to) * eased,
      });
    };
    this.frame = requestAnimationFrame(next);
  }

  /** Wait for a motion that somebody else makes. */
  wait(done: () => void): void {
    this.stop();
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      done();
    }, ZOOM_MS + 60);
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    window.clearTimeout(this.timer);
    this.frame = this.timer = 0;
  }
}

export const wantsMotion = (): boolean =>
  !window.matchMedia('(prefers-reduced-motion: reduce)').matches;
