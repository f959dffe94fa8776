import type { Unit } from './api.ts';
import { ProfileError } from './errors.ts';
import type { Profile, ValueType } from './profile.ts';

/** Our own types, by the alias that URLs and the command line accept. */
export const PROFILE_TYPE_OF_ALIAS = {
  cpu: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
  wall: 'wall:wall:nanoseconds:wall:nanoseconds',
  heap: 'memory:inuse_space:bytes:space:bytes',
  'heap-objects': 'memory:inuse_objects:count:space:bytes',
  alloc: 'memory:alloc_space:bytes:space:bytes',
  'alloc-objects': 'memory:alloc_objects:count:space:bytes',
} as const;

export type ProfileTypeAlias = keyof typeof PROFILE_TYPE_OF_ALIAS;

const ALIAS_OF_TYPE = new Map<string, ProfileTypeAlias>(
  Object.entries(PROFILE_TYPE_OF_ALIAS).map(([alias, type]) => [type, alias as ProfileTypeAlias]),
);

/** The five parts of a profile type. */
export interface ProfileTypeParts {
  readonly name: string;
  readonly sample: ValueType;
  readonly period: ValueType;
}

/**
 * An alias or a full profile type as the full type.
 *
 * Errors  ProfileError PROFILE_TYPE_INVALID naming the text.
 */
export function parseProfileType(text: string): string {
  if (Object.hasOwn(PROFILE_TYPE_OF_ALIAS, text)) {
    return PROFILE_TYPE_OF_ALIAS[text as ProfileTypeAlias];
  }
  profileTypeParts(text);
  return text;
}

/** The parts of a full profile type. Errors  ProfileError PROFILE_TYPE_INVALID. */
export function profileTypeParts(type: string): ProfileTypeParts {
  const parts = type.split(':');
  if (parts.length !== 5 || parts[0] === '' || parts[1] === '') {
    throw new ProfileError(
      'PROFILE_TYPE_INVALID',
      `"${type.slice(0, 200)}" is neither an alias nor five parts with colons between`,
    );
  }
  const [name, sampleType, sampleUnit, periodType, periodUnit] = parts as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    name,
    sample: { type: sampleType, unit: sampleUnit },
    period: { type: periodType, unit: periodUnit },
  };
}

export function aliasOf(type: string): ProfileTypeAlias | null {
  return ALIAS_OF_TYPE.get(type) ?? null;
}

/**
 * The profile type of every column of a profile.
 *
 * CPU in nanoseconds and memory get the types above whatever period the producer names; anything
 * else keeps its own type with the profile's period.
 */
export function profileTypesOf(profile: Pick<Profile, 'sampleTypes' | 'periodType'>): string[] {
  return profile.sampleTypes.map((sample) => profileTypeOf(sample, profile.periodType));
}

/** Sample types of the heap, with the older names that @datadog/pprof used until 2026. */
const MEMORY = new Map([
  ['inuse_space', 'inuse_space'],
  ['inuse_objects', 'inuse_objects'],
  ['alloc_space', 'alloc_space'],
  ['alloc_objects', 'alloc_objects'],
  ['space', 'inuse_space'],
  ['objects', 'inuse_objects'],
]);

function profileTypeOf(sample: ValueType, period: ValueType | null): string {
  if (sample.unit === 'nanoseconds') {
    if (sample.type === 'cpu') return PROFILE_TYPE_OF_ALIAS.cpu;
    if (sample.type === 'wall') return PROFILE_TYPE_OF_ALIAS.wall;
  }
  const memory = MEMORY.get(sample.type.replaceAll('-', '_'));
  if (memory !== undefined) {
    return `memory:${memory}:${memory.endsWith('_space') ? 'bytes' : 'count'}:space:bytes`;
  }
  const type = sample.type === 'sample' ? 'samples' : part(sample.type);
  const periodType = part(period?.type || sample.type);
  const name = periodType === 'cpu' ? 'process_cpu' : periodType;
  return [name, type, part(sample.unit), periodType, part(period?.unit || sample.unit)].join(':');
}

/** A colon inside a name would make six parts of five. */
function part(text: string): string {
  return text.replaceAll(':', '_') || 'unknown';
}

const MICROS_PER_UNIT = new Map<string, readonly [numerator: bigint, denominator: bigint]>([
  ['nanoseconds', [1n, 1000n]],
  ['microseconds', [1n, 1n]],
  ['milliseconds', [1000n, 1n]],
  ['seconds', [1_000_000n, 1n]],
]);

/** The unit in which the store and the API speak of a type. */
export function unitOf(type: string): Unit {
  const { unit } = profileTypeParts(type).sample;
  if (MICROS_PER_UNIT.has(unit)) return 'microseconds';
  return unit === 'bytes' ? 'bytes' : 'count';
}

/** What a wire value of this type is multiplied by for the store, as a fraction. */
export function storeScaleOf(type: string): {
  readonly numerator: bigint;
  readonly denominator: bigint;
} {
  const [numerator, denominator] = MICROS_PER_UNIT.get(profileTypeParts(type).sample.unit) ?? [
    1n,
    1n,
  ];
  return { numerator, denominator };
}

/**
 * True for types that hold an amount at one time: they are averaged over time, not added up.
 *
 * The store also treats a type as a gauge that comes in a pprof without duration (Go's heap).
 */
export function isGauge(type: string): boolean {
  const { name, sample } = profileTypeParts(type);
  return (
    (name === 'memory' && sample.type.startsWith('inuse_')) ||
    name === 'goroutine' ||
    name === 'goroutines'
  );
}
