import type { WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { Empty } from '../../components/states.tsx';
import { formatCount, formatMicros } from '../../format.ts';
import type { TraceState } from './address.ts';
import { setTrace } from './state.ts';
import type { SimilarFacts } from './use-trace.ts';
import { spanName } from './waterfall-rows.ts';

/** A span that no sample hit, in the words of what is known about it; and what to look at instead. */
export function NoSamples(props: {
  readonly state: TraceState;
  readonly span: WaterfallSpan | null;
  readonly similar: SimilarFacts | null;
  readonly answer: WaterfallAnswer;
}) {
  const { state, span, answer, similar } = props;
  const below = span !== null && span.subtree.samples > 0 && state.scope === 'span';
  const profiled =
    span === null || answer.spans.some((one) => one.service === span.service && one.samples > 0);
  return (
    <Empty
      title={below ? 'Only its children were sampled' : 'No sample hit this span'}
      actions={
        <>
          {below && (
            <button
              type="button"
              class="btn primary"
              onClick={() => setTrace({ scope: 'subtree', focus: '' })}
            >
              Show it with its children
            </button>
          )}
          {state.scope !== 'similar' && similar !== null && similar.samples > 0 && (
            <button
              type="button"
              class={below ? 'btn' : 'btn primary'}
              onClick={() => setTrace({ scope: 'similar', compare: false, focus: '' })}
            >
              Show the {formatCount(similar.samples)} samples of similar spans
            </button>
          )}
        </>
      }
    >
      <p>{reason(span, profiled, state)}</p>
    </Empty>
  );
}

function reason(span: WaterfallSpan | null, profiled: boolean, state: TraceState): string {
  if (state.scope === 'similar')
    return 'No sample hit a span of the same service, version and name in the hour around it either.';
  if (!profiled)
    return `No sample of this trace is from ${span!.service}. It may run without the agent, or be no process of yours.`;
  const took =
    span?.durationMicros == null
      ? ''
      : `${spanName(span)} took ${formatMicros(span.durationMicros)}. `;
  return `${took}At 99 samples a second, 5 ms of CPU are hit in one of two cases; what only waits is hit in none.`;
}
