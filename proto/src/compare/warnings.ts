import { formatNumber, formatPercent } from '../units.ts';
import type { CommonMode } from './common-mode.ts';
import { HISTORY_WINDOWS_MIN } from './history.ts';
import type { CompareInput, InstanceSums, SideSums } from './input.ts';
import type { SideFacts } from './report.ts';
import { meanOf } from './robust.ts';
import { sumOf } from './sizes.ts';
import type { SmallestChange } from './smallest-change.ts';
import type { Standardised } from './standardise.ts';

export type WarningCode =
  | 'load'
  | 'mix'
  | 'endpoints'
  | 'start-up'
  | 'one-instance'
  | 'unequal-instances'
  | 'no-history'
  | 'runtime'
  | 'unattributed'
  | 'overload'
  | 'errors'
  | 'no-requests'
  | 'base';

/** What makes the answer worth less, in a sentence with its numbers. */
export interface Warning {
  readonly code: WarningCode;
  readonly text: string;
}

export interface WarningOptions {
  readonly input: CompareInput;
  readonly raw: Standardised;
  readonly common: CommonMode;
  readonly smallest: SmallestChange;
  readonly base: SideFacts;
  readonly head: SideFacts;
}

const LOAD_RATIO_MAX = 1.5;
const MIX_SHIFT_MAX = 0.15;
const AGE_MINUTES_MIN = 5;
const SETTLING_SD_MIN = 0.03;
const INSTANCE_RATIO_MAX = 1.15;
const IDLE_SHARE_MAX = 0.5;
const UNATTRIBUTED_MAX = 0.2;
const UTILISATION_MAX = 0.95;
const ERROR_RATE_CHANGE_MAX = 0.02;

/** Every warning that applies, in a fixed order. */
export function warningsOf(options: WarningOptions): Warning[] {
  const found: [WarningCode, string | null][] = [
    ['no-requests', noRequests(options)],
    ['load', load(options)],
    ['mix', mix(options)],
    ['endpoints', leftOut(options)],
    ['base', options.input.baseNote ?? null],
    ['start-up', startUp(options.input)],
    ['one-instance', oneInstance(options)],
    ['unequal-instances', unequal(options)],
    ['no-history', noHistory(options.input)],
    ['runtime', runtime(options.input)],
    ['unattributed', unattributed(options)],
    ['overload', overload(options.input)],
    ['errors', errors(options)],
  ];
  return found.flatMap(([code, text]) => (text === null ? [] : [{ code, text }]));
}

function noRequests({ raw: { normaliser } }: WarningOptions): string | null {
  if (normaliser === 'request') return null;
  return normaliser === 'cores'
    ? 'Requests were not counted: CPU is compared as cores per instance, and more traffic looks like more CPU.'
    : 'Neither requests nor like instances are known: CPU is compared as shares, which cannot say whether the whole takes more.';
}

function load({ base, head, smallest }: WarningOptions): string | null {
  const ratio = head.loadPerMinute / base.loadPerMinute;
  if (!(ratio > LOAD_RATIO_MAX || ratio < 1 / LOAD_RATIO_MAX)) return null;
  const seen = formatPercent(smallest.ofService);
  return `Traffic changed by a factor ${formatNumber(ratio)}. Shares of functions move with load, so only changes above ${seen} are believed.`;
}

function mix({ raw, input }: WarningOptions): string | null {
  if (raw.mix === null) return null;
  const [base, head] = raw.mix.shares as [Float64Array, Float64Array];
  const shift = base.map((share, endpoint) => head[endpoint]! - share);
  const moved = sumOf(shift.map(Math.abs)) / 2;
  if (moved <= MIX_SHIFT_MAX) return null;
  const most = [...shift.keys()].sort((a, b) => Math.abs(shift[b]!) - Math.abs(shift[a]!));
  const names = most.slice(0, 3).map((endpoint) => input.endpoints[endpoint]);
  return `${formatPercent(moved)} of requests went to other endpoints, most at ${names.join(', ')}. The effect is computed at the common mix.`;
}

function leftOut({ raw, input }: WarningOptions): string | null {
  const rows = raw.mix?.leftOut ?? [];
  if (rows.length === 0) return null;
  const names = rows.slice(0, 3).map((endpoint) => input.endpoints[endpoint]);
  const more = rows.length > 3 ? ` and ${rows.length - 3} more` : '';
  return `Left out, with fewer than 30 requests on one side: ${names.join(', ')}${more}.`;
}

function startUp({ base, head }: CompareInput): string | null {
  const ages = head.instances.flatMap(({ ageMinutesMin }) => ageMinutesMin ?? []);
  if (ages.length > 0 && Math.min(...ages) < AGE_MINUTES_MIN) {
    return `Still settling: the youngest minute compared is ${minutesInWords(Math.min(...ages))} after start.`;
  }
  const drift = meanOf(driftsOf(head));
  const usual = Math.sqrt(meanOf(driftsOf(base).map((d) => d * d)));
  if (Math.abs(drift) <= 2 * Math.max(usual, SETTLING_SD_MIN)) return null;
  return `Still settling: CPU per request moved by ${formatPercent(Math.expm1(drift))} from the first to the last third.`;
}

/** One decimal where there is one: 1 minute, 3 minutes, 4.5 minutes. */
function minutesInWords(minutes: number): string {
  const number = String(Math.round(minutes * 10) / 10);
  return `${number} ${number === '1' ? 'minute' : 'minutes'}`;
}

/** Instance -> logarithm of its last third's cost over its first third's. */
function driftsOf({ instances }: SideSums): number[] {
  return instances.flatMap(({ thirds = [] }) => {
    const [first, last] = [thirds[0], thirds.at(-1)];
    if (thirds.length < 3 || first === undefined || last === undefined) return [];
    const ratio = last.cpuMicros / last.requests / (first.cpuMicros / first.requests);
    return Number.isFinite(ratio) && ratio > 0 ? [Math.log(ratio)] : [];
  });
}

function oneInstance({ base, head }: WarningOptions): string | null {
  if (Math.min(base.instances, head.instances) > 1) return null;
  const where = base.instances > 1 ? 'after' : head.instances > 1 ? 'before' : 'on each side';
  return `One instance ${where}: noise between processes is ${base.instances + head.instances > 2 ? 'hardly measured' : 'assumed, not measured'}.`;
}

function unequal({ common, raw, input }: WarningOptions): string | null {
  const machines = [...input.base.instances, ...input.head.instances].map(({ machine }) => machine);
  if (new Set(machines).size > 1) return 'Instances run on different machine types.';
  for (const side of [0, 1]) {
    const logs = [...common.log].filter((_, instance) => raw.group[instance] === side);
    const ratio = Math.exp(Math.max(...logs) - Math.min(...logs));
    if (ratio > INSTANCE_RATIO_MAX) {
      return `Instances ${side === 0 ? 'before' : 'after'} are unequal: one takes ${formatPercent(ratio - 1)} more in all functions than another.`;
    }
  }
  return null;
}

function noHistory({ history, simultaneous }: CompareInput): string | null {
  if (history !== null || simultaneous) return null;
  return `This service has shown fewer than ${HISTORY_WINDOWS_MIN} comparable windows, so a default noise is used, on the large side.`;
}

function runtime({ base, head }: CompareInput): string | null {
  const list = ({ instances }: SideSums) =>
    [...new Set(instances.flatMap((instance) => instance.runtime ?? []))].sort().join(', ');
  const [before, after] = [list(base), list(head)];
  if (before === after) return null;
  return `The runtime changed from ${before || 'unknown'} to ${after || 'unknown'}: all functions are expected to move alike.`;
}

function unattributed({ input, base, head }: WarningOptions): string | null {
  const all = [...input.base.instances, ...input.head.instances];
  const part = (of: (instance: InstanceSums) => number | undefined) =>
    all.reduce((sum, instance) => sum + (of(instance) ?? 0), 0) /
    (base.processCpuMicros + head.processCpuMicros);
  const idle = part(({ idleSpreadMicros }) => idleSpreadMicros);
  const threads = part(({ unattributedMicros }) => unattributedMicros);
  if (idle <= IDLE_SHARE_MAX && threads <= UNATTRIBUTED_MAX) return null;
  return `Sampling sees little of this service: ${formatPercent(idle)} of CPU fell between samples and ${formatPercent(threads)} is in other threads.`;
}

function overload({ base, head }: CompareInput): string | null {
  const busiest = Math.max(
    ...[...base.instances, ...head.instances].map(
      ({ processCpuMicros, minutes }) => processCpuMicros / (minutes * 60e6),
    ),
  );
  if (!(busiest > UTILISATION_MAX)) return null;
  return `An instance used ${formatPercent(busiest)} of a core: CPU per request under saturation is not comparable.`;
}

function errors({ input, base, head }: WarningOptions): string | null {
  const rate = ({ instances }: SideSums, requests: number) =>
    requests === 0 ? 0 : instances.reduce((sum, one) => sum + (one.errors ?? 0), 0) / requests;
  const before = rate(input.base, base.requests);
  const after = rate(input.head, head.requests);
  if (Math.abs(after - before) <= ERROR_RATE_CHANGE_MAX) return null;
  return `Failed requests went from ${formatPercent(before)} to ${formatPercent(after)}; they cost another amount of CPU.`;
}
