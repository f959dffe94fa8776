import { LEVELS } from './input.ts';
import type { Origin } from './origins.ts';
import { halfWidth } from './test-functions.ts';
import type { RelativeChange } from './whole-service.ts';

export type VerdictState = 'more' | 'less' | 'no-change' | 'not-enough-data';

/** A share of the service's CPU with its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Why a comparison answers `not-enough-data`. */
export type Shortage = 'minutes' | 'ticks' | 'requests' | 'smallest-change' | 'direction';

export interface Verdict {
  readonly state: VerdictState;
  /** What the sentence says: origins together, else the sum of all functions, else everything alike. */
  readonly effect: Interval;
  readonly from: 'origins' | 'service' | 'service-and-common' | 'common';
  /** Functions changed both ways and cancel out. */
  readonly cancelled: boolean;
  readonly shortage: Shortage | null;
  readonly exitCode: 0 | 1 | 3;
}

export interface VerdictOptions {
  readonly origins: readonly Origin[];
  readonly service: RelativeChange;
  readonly common: RelativeChange;
  readonly coveredShare: number; // of what could carry the common mode, below the origins
  readonly smallestChange: number;
  readonly shortage: Shortage | null;
  readonly simultaneous: boolean;
  readonly instancesMin: number; // of the smaller side
  readonly serviceMeans: boolean; // false when CPU is only a share of itself
}

const COVERED_MAX = 0.45;
const COVERED_FLAGGED_MAX = 0.25;
const CANARY_INSTANCES_MIN = 3;

/** One state, and the number that goes with it. */
export function judge(options: VerdictOptions): Verdict {
  const { origins, service, common, shortage } = options;
  const verdict = { cancelled: false, shortage: null };
  if (shortage !== null) return tooFew(options, shortage);
  const ofService = { ...verdict, effect: intervalOf(service), from: 'service' as const };
  if (origins.length > 0) {
    const wide = cannotTellWhich(options);
    const effect = wide ? together(service, common) : sumOfOrigins(origins);
    const from = wide ? ('service-and-common' as const) : ('origins' as const);
    const signs = new Set(origins.map(({ test }) => Math.sign(test.effect)));
    const small = Math.abs(service.change) < LEVELS.serviceFloor || !options.serviceMeans;
    if (signs.size > 1 && small) {
      return { ...ofService, cancelled: true, state: 'no-change', exitCode: 0 };
    }
    if (wide && effect.low < 0 && effect.high > 0) return tooFew(options, 'direction');
    return { ...verdict, effect, from, ...sided(effect.value) };
  }
  if (service.flagged && options.serviceMeans) return { ...ofService, ...sided(service.change) };
  if (common.flagged && options.serviceMeans) {
    const blocks = options.simultaneous && options.instancesMin >= CANARY_INSTANCES_MIN;
    const { state, exitCode } = sided(common.change);
    const effect = intervalOf(common);
    return { ...verdict, effect, from: 'common', state, exitCode: blocks ? exitCode : 0 };
  }
  if (options.smallestChange > LEVELS.promised) return tooFew(options, 'smallest-change');
  return { ...ofService, state: 'no-change', exitCode: 0 };
}

/** "This grew" and "all else shrank" look alike when this is about half, or when all else is said to have moved. */
function cannotTellWhich({ coveredShare, common, serviceMeans }: VerdictOptions): boolean {
  return serviceMeans && coveredShare > (common.flagged ? COVERED_FLAGGED_MAX : COVERED_MAX);
}

function tooFew({ service }: VerdictOptions, shortage: Shortage): Verdict {
  const effect = intervalOf(service);
  const state = 'not-enough-data';
  return { state, effect, from: 'service', cancelled: false, shortage, exitCode: 3 };
}

function sided(change: number): Pick<Verdict, 'state' | 'exitCode'> {
  return change > 0 ? { state: 'more', exitCode: 1 } : { state: 'less', exitCode: 0 };
}

function intervalOf({ change, low, high }: RelativeChange): Interval {
  return { value: change, low, high };
}

/** Origins lie in separate subtrees, so their errors add as squares. */
function sumOfOrigins(origins: readonly Origin[]): Interval {
  const value = origins.reduce((sum, { test }) => sum + test.effect, 0);
  const half = Math.sqrt(origins.reduce((sum, { test }) => sum + halfWidth(test) ** 2, 0));
  return { value, low: value - half, high: value + half };
}

/** Code and common mode as one: safe when the two cannot be told apart, but wide. */
function together(service: RelativeChange, common: RelativeChange): Interval {
  const log = Math.log1p(service.change) + Math.log1p(common.change);
  const width = ({ change, high }: RelativeChange) => Math.log1p(high) - Math.log1p(change);
  const half = Math.hypot(width(service), width(common));
  return { value: Math.expm1(log), low: Math.expm1(log - half), high: Math.expm1(log + half) };
}
