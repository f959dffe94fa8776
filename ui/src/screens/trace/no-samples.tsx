import type { WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { Empty } from '../../components/states.tsx';
import { formatCount } from '../../format.ts';
import type { TraceState } from './address.ts';
import { setTrace } from './state.ts';
import type { SimilarFacts } from './use-trace.ts';
import { whyNoSamples } from './why-no-samples.ts';

const NONE_SIMILAR = {
  title: 'No sample hit spans like this one',
  text: 'None is inside a span of the same service, version and name in the hour around it.',
  later: false,
} as const;

/** A span without samples: why, and what to look at instead. */
export function NoSamples(props: {
  readonly state: TraceState;
  readonly span: WaterfallSpan | null;
  readonly similar: SimilarFacts | null;
  readonly answer: WaterfallAnswer;
  readonly onRetry: () => void;
}) {
  const { state, span, answer, similar } = props;
  const below = span !== null && span.subtree.samples > 0 && state.scope === 'span';
  const wide = state.scope === 'similar';
  const { title, text, later } = wide ? NONE_SIMILAR : whyNoSamples(span, answer, Date.now());
  return (
    <Empty
      title={title}
      actions={
        <>
          {later && (
            <button type="button" class="btn primary" onClick={props.onRetry}>
              Look again
            </button>
          )}
          {below && (
            <button
              type="button"
              class="btn primary"
              onClick={() => setTrace({ scope: 'subtree', focus: '' })}
            >
              Show it with its children
            </button>
          )}
          {!wide && similar !== null && similar.samples > 0 && (
            <button
              type="button"
              class={below || later ? 'btn' : 'btn primary'}
              onClick={() => setTrace({ scope: 'similar', compare: false, focus: '' })}
            >
              Show the {formatCount(similar.samples)} samples of similar spans
            </button>
          )}
        </>
      }
    >
      <p>{text}</p>
    </Empty>
  );
}
