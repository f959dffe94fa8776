// 100 spans a second are 26 million in three days, about 2 GB on disk (docs/operating.md).
const SPANS_PER_SECOND = 100;
// A minute's worth at once: load comes in bursts.
const SPANS_AT_ONCE = 60 * SPANS_PER_SECOND;
const SERVICES_MAX = 10_000;

interface Bucket {
  spans: number;
  atMs: number;
}

/** How many spans of each service may be kept. */
export class SpanBudget {
  private readonly buckets = new Map<string, Bucket>();

  /** Take room for a trace's spans, all or nothing. A trace larger than what is left may overdraw it once. */
  take(spansOfService: ReadonlyMap<string, number>, nowMs: number): boolean {
    const buckets = [...spansOfService].map(
      ([service, spans]) => [this.bucketOf(service, nowMs), spans] as const,
    );
    if (buckets.some(([bucket]) => bucket.spans <= 0)) return false;
    for (const [bucket, spans] of buckets) bucket.spans -= spans;
    return true;
  }

  private bucketOf(service: string, nowMs: number): Bucket {
    const known = this.buckets.get(service);
    if (known === undefined) {
      if (this.buckets.size >= SERVICES_MAX) this.buckets.clear();
      const bucket = { spans: SPANS_AT_ONCE, atMs: nowMs };
      this.buckets.set(service, bucket);
      return bucket;
    }
    const earned = (Math.max(0, nowMs - known.atMs) / 1_000) * SPANS_PER_SECOND;
    known.spans = Math.min(SPANS_AT_ONCE, known.spans + earned);
    known.atMs = nowMs;
    return known;
  }
}
