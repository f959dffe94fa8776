import type { SeriesDetail, SeriesLimit } from './label-rows.ts';

// One page can show ten series and one query can group ten thousand. More of them are ids, not labels.
const SERIES_PER_SERVICE_MAX = 10_000;
const ACTIVE_MS = 24 * 3_600_000;

/** Counts the series that each service had in the last day, and turns down new ones past the limit. */
export class SeriesAdmission implements SeriesLimit {
  private readonly seenAt = new Map<string, Map<string, number>>();
  private readonly now: () => number;
  private readonly max: number;

  constructor(now: () => number, max = SERIES_PER_SERVICE_MAX) {
    this.now = now;
    this.max = max;
  }

  admit(service: string, seriesId: string, detail: SeriesDetail): boolean {
    const now = this.now();
    const counted = `${detail} ${service}`;
    const series = this.seenAt.get(counted) ?? new Map<string, number>();
    this.seenAt.set(counted, series);
    if (!series.has(seriesId) && series.size >= this.max) {
      for (const [id, at] of series) if (at < now - ACTIVE_MS) series.delete(id);
      if (series.size >= this.max) return false;
    }
    series.set(seriesId, now);
    return true;
  }
}
