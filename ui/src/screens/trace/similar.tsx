import { formatCount, formatMicros, sayShare } from '../../format.ts';
import type { SimilarFacts } from './use-trace.ts';

/** How long spans like this one took, and where this one stands among them. */
export function Similar({ facts }: { readonly facts: SimilarFacts }) {
  const { similar, durationMicros } = facts;
  if (similar === null) return null;
  const { medianMicros, p95Micros, rank, spans } = similar;
  const most = Math.max(p95Micros, durationMicros ?? 0) * 1.1 || 1;
  const at = (micros: number): string => `${((micros / most) * 100).toFixed(2)}%`;
  return (
    <div class="similar">
      <div class="head">
        <h2>{formatCount(spans)} similar spans, an hour around</h2>
        {rank !== null && (
          <span>this one took longer than {rank > 0.995 ? 'nearly all' : sayShare(rank)}</span>
        )}
      </div>
      <div class="scale" aria-hidden="true">
        <span class="half" style={{ left: 0, width: at(medianMicros) }} />
        <span
          class="most"
          style={{ left: at(medianMicros), width: at(p95Micros - medianMicros) }}
        />
        {durationMicros !== null && <b style={{ left: at(durationMicros) }} />}
      </div>
      <div class="legend">
        <span>
          <i class="half" />
          half took at most {formatMicros(medianMicros)}
        </span>
        <span>
          <i class="most" />
          95{'\u00a0'}% at most {formatMicros(p95Micros)}
        </span>
        {durationMicros !== null && (
          <span>
            <i class="here" />
            this span {formatMicros(durationMicros)}
          </span>
        )}
      </div>
    </div>
  );
}
