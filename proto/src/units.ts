import type { Unit } from './api.ts';
import { ProfileError } from './errors.ts';

/** Keeps a value with its unit on one line. */
const SPACE = '\u00a0';
const MINUS = '\u2212';
const NOTHING = '\u2013';

/**
 * Turns wire values into whole units of the store, and carries what is left over to the next value,
 * so that a sum of many is off by less than one unit.
 *
 * Units   `numerator / denominator` is what one wire unit is in store units: 1/1000 for nanoseconds.
 * Errors  ProfileError PROFILE_VALUE_TOO_LARGE when a result passes 2^53.
 */
export class ScaledCarry {
  private readonly numerator: number;
  private readonly denominator: number;
  private remainder = 0;

  constructor(scale: { readonly numerator: bigint; readonly denominator: bigint }) {
    this.numerator = safeNumber(scale.numerator);
    this.denominator = safeNumber(scale.denominator);
  }

  next(value: number | bigint): number {
    if (typeof value === 'number') {
      const wire = value * this.numerator + this.remainder;
      if (Number.isSafeInteger(wire)) {
        // Exact: the remainder of safe integers is, and what is divided is a multiple of the divisor.
        const remainder = wire % this.denominator;
        this.remainder = remainder;
        return (wire - remainder) / this.denominator;
      }
    }
    return this.nextBig(BigInt(value));
  }

  /** The same where a sum may pass what a number holds. */
  private nextBig(value: bigint): number {
    const denominator = BigInt(this.denominator);
    const wire = value * BigInt(this.numerator) + BigInt(this.remainder);
    const whole = wire / denominator;
    this.remainder = Number(wire - whole * denominator);
    return safeNumber(whole);
  }
}

/** A bigint as a number, or an error when a number cannot hold it exactly. */
export function safeNumber(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) {
    throw new ProfileError('PROFILE_VALUE_TOO_LARGE', `${value} does not fit into 53 bits`);
  }
  return number;
}

/** Three significant digits, no exponent, true minus: 0.0417, 4.21, 1,284. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = size >= 100 ? 0 : Math.min(6, 2 - Math.floor(Math.log10(size)));
  const [whole, fraction] = size.toFixed(digits).split('.') as [string, string?];
  const text = grouped(whole) + (fraction === undefined ? '' : `.${fraction}`);
  return (value < 0 ? MINUS : '') + text;
}

/** A comma before every three digits. */
function grouped(digits: string): string {
  return digits.replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** With an explicit sign: +4.21, −0.3, 0. */
export function formatSigned(value: number): string {
  return value > 0 ? `+${formatNumber(value)}` : formatNumber(value);
}

/** One decimal from 1 % on, two below: 33.0 %, 0.84 %, <0.01 %. `share` is 0 to 1. */
export function formatPercent(share: number): string {
  if (!Number.isFinite(share)) return NOTHING;
  const percent = Math.abs(share) * 100;
  if (percent === 0) return `0${SPACE}%`;
  if (percent < 0.01) return `<0.01${SPACE}%`;
  const text = percent >= 1 ? percent.toFixed(1) : percent.toFixed(2);
  return `${share < 0 ? MINUS : ''}${text}${SPACE}%`;
}

export function formatCores(cores: number): string {
  return `${formatNumber(cores)}${SPACE}${cores === 1 ? 'core' : 'cores'}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function formatBytes(bytes: number): string {
  const size = Math.abs(bytes);
  const power = size < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(size) / 10));
  return `${formatNumber(bytes / 1024 ** power)}${SPACE}${BYTE_UNITS[power]}`;
}

const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'];

/** 1,284 as it is, larger counts with three digits: 302 k. */
export function formatCount(count: number): string {
  const size = Math.abs(count);
  if (size < 10_000) return grouped(Math.round(count).toFixed(0).replace('-', MINUS));
  const power = Math.min(COUNT_UNITS.length - 1, Math.floor(Math.log10(size) / 3));
  return `${formatNumber(count / 1000 ** power)}${SPACE}${COUNT_UNITS[power]}`;
}

/** 450 µs, 1.84 s, 2 m 05 s, 3.1 h. */
export function formatMicros(micros: number): string {
  const size = Math.abs(micros);
  if (size < 1000) return `${formatNumber(micros)}${SPACE}µs`;
  if (size < 1_000_000) return `${formatNumber(micros / 1000)}${SPACE}ms`;
  const seconds = micros / 1_000_000;
  if (size < 100e6) return `${formatNumber(seconds)}${SPACE}s`;
  if (size < 3600e6) {
    const whole = Math.round(Math.abs(seconds));
    const rest = String(whole % 60).padStart(2, '0');
    return `${micros < 0 ? MINUS : ''}${Math.floor(whole / 60)}${SPACE}m${SPACE}${rest}${SPACE}s`;
  }
  if (size < 100 * 3600e6) return `${formatNumber(seconds / 3600)}${SPACE}h`;
  return `${formatNumber(seconds / 86_400)}${SPACE}d`;
}

/** A value of a profile in words, by the unit of its type. */
export function formatValue(value: number, unit: Unit | 'cores'): string {
  switch (unit) {
    case 'cores':
      return formatCores(value);
    case 'microseconds':
      return formatMicros(value);
    case 'bytes':
      return formatBytes(value);
    case 'count':
      return formatCount(value);
  }
}
