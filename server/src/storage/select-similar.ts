import type { SimilarDurations } from '@flamehouse/proto';
import type { Engine } from './engine.ts';
import type { Condition } from './selection-sql.ts';

/**
 * How long spans like another took. Those that stand for others count as often, so that a share of
 * the unremarkable ones says what all of them would.
 *
 * Shape   null when none of them was exported.
 */
export async function selectSimilar(
  engine: Engine,
  exported: Condition,
  durationMicros: number | null,
  signal?: AbortSignal,
): Promise<SimilarDurations | null> {
  const rows = await engine.rows<
    [spans: number, median: number, p95: number, faster: number, kept: number]
  >(
    {
      // Weights are 1 or 50, so whole numbers hold them.
      sql: `SELECT toFloat64(sum(toUInt64(weight))),
    toFloat64(quantileExactWeighted(0.5)(duration, toUInt64(weight))),
    toFloat64(quantileExactWeighted(0.95)(duration, toUInt64(weight))),
    toFloat64(sumIf(toUInt64(weight), duration < {own: Float64})), toFloat64(count())
  FROM trace_spans WHERE ${exported.sql}`,
      values: { ...exported.values, own: durationMicros ?? 0 },
    },
    signal,
  );
  const [spans, medianMicros, p95Micros, faster, kept] = rows[0]!;
  if (kept === 0) return null;
  const rank = durationMicros === null ? null : faster / spans;
  return { spans, medianMicros, p95Micros, rank };
}
