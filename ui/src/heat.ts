import type { SeriesAnswer } from '@flamehouse/proto';
import type { Range } from './time.ts';

/** Rows of instances over columns of time. */
export interface Heat {
  readonly range: Range; // of all columns
  readonly columns: number;
  readonly rows: readonly HeatRow[]; // highest mean first
  readonly hidden: number; // instances beyond those shown
  readonly low: number; // of the scale: 0, or the lowest cell where all are near the peak
  readonly peak: number;
}

export interface HeatRow {
  readonly name: string;
  readonly cells: Float64Array; // column -> mean of its steps; NaN where the instance did not report
  readonly mean: number;
}

const ROWS_MAX = 60;

/** Which column a time is in. */
export const columnAt = ({ range, columns }: Pick<Heat, 'range' | 'columns'>, ms: number): number =>
  Math.min(
    columns - 1,
    Math.max(0, Math.floor(((ms - range.from) / (range.to - range.from)) * columns)),
  );

/** The time that a column stands for, in whole milliseconds. */
export function timesOf(
  { range, columns }: Pick<Heat, 'range' | 'columns'>,
  column: number,
): Range {
  const width = (range.to - range.from) / columns;
  return {
    from: Math.round(range.from + column * width),
    to: Math.round(range.from + (column + 1) * width),
  };
}

/** A series grouped by instance as a picture of so many columns at most, never finer than its steps. */
export function heatOf(answer: SeriesAnswer, range: Range, columnsMax: number): Heat {
  const steps = Math.max(1, Math.ceil((range.to - range.from) / answer.stepMs));
  const columns = Math.max(1, Math.min(steps, columnsMax));
  const sums = new Map<string, { sum: Float64Array; count: Uint32Array }>();
  for (const { labels, timesMs, values } of answer.series) {
    const name = labels['instance'] || 'none';
    const row = sums.get(name) ?? {
      sum: new Float64Array(columns),
      count: new Uint32Array(columns),
    };
    sums.set(name, row);
    timesMs.forEach((time, i) => {
      // The middle of a step, so that its rounding to the grid moves it into no other column.
      const column = columnAt({ range, columns }, time + answer.stepMs / 2);
      row.sum[column]! += values[i]!;
      row.count[column]! += 1;
    });
  }
  const rows = [...sums].map(([name, { sum, count }]) => {
    const cells = sum.map((total, column) =>
      count[column]! > 0 ? total / count[column]! : Number.NaN,
    );
    const known = cells.filter((cell) => !Number.isNaN(cell));
    const mean = known.reduce((total, cell) => total + cell, 0) / (known.length || 1);
    return { name, cells, mean };
  });
  rows.sort((a, b) => b.mean - a.mean || a.name.localeCompare(b.name));
  const shown = rows.slice(0, ROWS_MAX);
  const extreme = (better: (a: number, b: number) => boolean, from: number): number =>
    shown.reduce(
      (best, { cells }) => cells.reduce((one, cell) => (better(cell, one) ? cell : one), best),
      from,
    );
  const peak = extreme((a, b) => a > b, 0);
  const least = extreme((a, b) => a < b, peak);
  // Instances that all do the same would be one dark block on a scale from 0.
  const low = least < peak / 2 ? 0 : least;
  return { range, columns, rows: shown, hidden: rows.length - shown.length, low, peak };
}
