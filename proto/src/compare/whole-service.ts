import type { CommonMode } from './common-mode.ts';
import { studentTwoSided, studentUpper } from './distributions.ts';
import { COMMON_NOISE_DEFAULT, type ServiceHistory } from './history.ts';
import { LEVELS } from './input.ts';
import { meanOver } from './robust.ts';
import { type Replication, type Sizes, sumOf } from './sizes.ts';
import type { Standardised } from './standardise.ts';
import type { PartTests } from './test-functions.ts';

/** An estimate on the logarithmic scale, told as a relative change. */
export interface RelativeChange {
  readonly change: number; // 0.1 is 10 % more
  readonly low: number; // 95 % interval
  readonly high: number;
  readonly sd: number; // of the logarithm
  readonly df: number;
  readonly p: number;
  readonly flagged: boolean;
}

export interface WholeServiceOptions {
  readonly data: Standardised;
  readonly self: Sizes; // common mode taken out
  readonly tests: PartTests; // of self
  readonly common: CommonMode;
  readonly replication: Replication;
  readonly history: ServiceHistory | null;
  readonly simultaneous: boolean;
  readonly spend: number; // part of the level that this look may use
}

const CODE_MARGIN = 1.2;
const MACHINE_NOISE = 0.05;
const MACHINE_DEGREES = 4;
/** Keeps the upper end a number when next to nothing is known. */
const LOG_MAX = 20;

/** What the service takes more once the common mode is out: the code effect S. */
export function codeEffect(options: WholeServiceOptions): RelativeChange {
  const { self, tests, common, replication, spend } = options;
  const head = sumOf(self.head);
  let variance = 0;
  self.head.forEach((size, func) => {
    const weight = common.weight[func]!;
    const relative =
      tests.process.factor[func]! * tests.process.squared * replication.inverse +
      2 * tests.time[func]!;
    variance += (size / head - weight) ** 2 * relative;
    variance += weight ** 2 * self.counting[func]! * replication.inverse;
  });
  return relativeChange({
    log: Math.log(head / sumOf(self.base)),
    sd: Math.sqrt(CODE_MARGIN * variance),
    df: Math.min(tests.process.degrees + 10, 30),
    level: LEVELS.service * spend,
  });
}

/** What moved all functions alike: another machine, a busy neighbour, another runtime. */
export function commonEffect(options: WholeServiceOptions): RelativeChange {
  const { data, common, replication, history, simultaneous, spend } = options;
  const { degrees, inverse } = replication;
  const means = [0, 1].map((side) => meanOver(common.log, data.group, side));
  const scatter = common.log.reduce(
    (sum, log, instance) => sum + (log - means[data.group[instance]!]!) ** 2,
    0,
  );
  const machine = (scatter + MACHINE_DEGREES * MACHINE_NOISE ** 2) / (degrees + MACHINE_DEGREES);
  const wander = history?.commonVariance ?? COMMON_NOISE_DEFAULT ** 2;
  const df = degrees + (history === null ? 8 : history.windows + 1);
  return relativeChange({
    log: means[1]! - means[0]!,
    sd: Math.sqrt(machine * inverse + (simultaneous ? 0 : 2 * wander)),
    df: simultaneous ? degrees + MACHINE_DEGREES : df,
    level: LEVELS.common * spend,
  });
}

interface ChangeOptions {
  readonly log: number;
  readonly sd: number;
  readonly df: number;
  readonly level: number;
}

export function relativeChange({ log, sd, df, level }: ChangeOptions): RelativeChange {
  const half = studentUpper(0.025, df) * sd;
  const p = studentTwoSided(log / sd, df);
  const change = Math.expm1(log);
  return {
    change,
    low: Math.expm1(log - half),
    high: Math.expm1(Math.min(log + half, LOG_MAX)),
    sd,
    df,
    p,
    flagged: p < level && Math.abs(change) >= LEVELS.serviceFloor,
  };
}
