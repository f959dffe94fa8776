import type { FunctionLinesAnswer } from '@flamehouse/proto';
import { formatBytes, formatCount, formatMicros } from '../../format.ts';

/** A value of a line with its unit. */
export function formatValue(value: number, unit: FunctionLinesAnswer['unit']): string {
  if (unit === 'microseconds') return formatMicros(value);
  return unit === 'bytes' ? formatBytes(value) : formatCount(value);
}
