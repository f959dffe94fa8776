/** Share of requests of an endpoint that count as slow. */
const SLOW_SHARE = 0.05;
// Below this, the slowest twentieth is one request or none.
const OBSERVATIONS_MIN = 40;
// Old durations count half after that many new ones, so that a threshold follows a service that changes.
const HALVED_AFTER = 2_000;
// Bounds differ by 9 %: closer than two measurements of one request.
const BUCKETS_PER_DOUBLING = 8;
const BUCKETS = 40 * BUCKETS_PER_DOUBLING; // up to 2^40 microseconds, which are twelve days
// A service has tens of endpoints. Beyond this, names hold ids, and no threshold means anything.
const KEYS_MAX = 5_000;

interface Histogram {
  readonly counts: Float64Array;
  total: number;
  sinceHalved: number;
}

/** Says which durations belong to the slow end of their endpoint, from all durations it is told. */
export class SlowThreshold {
  private readonly histograms = new Map<string, Histogram>();

  /** Count a duration, and say whether it is slow among those before it. */
  isSlow(key: string, durationMicros: number): boolean {
    const histogram = this.histogramOf(key);
    const bucket = bucketOf(durationMicros);
    const slow = histogram.total >= OBSERVATIONS_MIN && isAbove(histogram, bucket);
    histogram.counts[bucket]!++;
    histogram.total++;
    if (++histogram.sinceHalved >= HALVED_AFTER) halve(histogram);
    return slow;
  }

  private histogramOf(key: string): Histogram {
    const known = this.histograms.get(key);
    if (known !== undefined) return known;
    if (this.histograms.size >= KEYS_MAX) {
      const [oldest] = this.histograms.keys();
      this.histograms.delete(oldest!);
    }
    const histogram = { counts: new Float64Array(BUCKETS), total: 0, sinceHalved: 0 };
    this.histograms.set(key, histogram);
    return histogram;
  }
}

/** Whether at most a twentieth lies in this bucket and above. */
function isAbove({ counts, total }: Histogram, bucket: number): boolean {
  let above = 0;
  for (let one = bucket; one < BUCKETS; one++) {
    above += counts[one]!;
    if (above > total * SLOW_SHARE) return false;
  }
  return true;
}

function halve(histogram: Histogram): void {
  histogram.counts.forEach((count, bucket, counts) => {
    counts[bucket] = count / 2;
  });
  histogram.total /= 2;
  histogram.sinceHalved = 0;
}

function bucketOf(micros: number): number {
  const bucket = Math.floor(Math.log2(Math.max(1, micros)) * BUCKETS_PER_DOUBLING);
  return Math.min(BUCKETS - 1, bucket);
}
