import {
  formatSelector,
  type SimilarDurations,
  type SpanDetailAnswer,
  type SpanScope,
  type WaterfallAnswer,
  type WaterfallSpan,
} from '@flamehouse/proto';
import type { Query } from '../../api/use-query.ts';
import { Icon } from '../../components/icon.tsx';
import { Failed, FlameSkeleton, Progress } from '../../components/states.tsx';
import { formatCount, formatMicros } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import { exploreUrl } from '../../state/url.ts';
import { stallsScreen } from '../stalls/state.ts';
import type { TraceState } from './address.ts';
import { CompareFast } from './compare-fast.tsx';
import { NoSamples } from './no-samples.tsx';
import { Similar } from './similar.tsx';
import { SpanProfile } from './span-profile.tsx';
import { setTrace } from './state.ts';
import type { SimilarFacts } from './use-trace.ts';
import { spanName } from './waterfall-rows.ts';
import { toolOf } from './words.ts';

interface SpanPanelProps {
  readonly state: TraceState;
  readonly answer: WaterfallAnswer;
  readonly span: WaterfallSpan | null;
  readonly profile: Query<SpanDetailAnswer>;
  readonly similar: SimilarFacts | null; // null while nobody knows
  readonly onRetry: () => void; // of the trace and of the profile
}

/** What was sampled in the chosen span, in the chosen scope. */
export function SpanPanel(props: SpanPanelProps) {
  const { state, answer, span, profile, similar } = props;
  const spanId = span?.spanId ?? state.spanId;
  const found = profile.data;
  const missing = profile.failure?.code === 'SPAN_NOT_SAMPLED' || found?.samples === 0;
  return (
    <section class="pane span-pane" aria-label="Profile of the chosen span">
      <Head span={span} found={found} spanId={spanId} />
      <Scopes state={state} similar={similar?.similar ?? null} />
      {profile.loading && (profile.stale || found === null) && <Progress />}
      {missing && !profile.loading ? (
        <NoSamples {...props} />
      ) : profile.failure !== null && found === null ? (
        <Failed failure={profile.failure} onRetry={profile.retry} />
      ) : found === null ? (
        <FlameSkeleton />
      ) : state.compare ? (
        <CompareFast state={state} spanId={spanId} here={profile} />
      ) : (
        <SpanProfile state={state} profile={profile} similar={similar} />
      )}
      {similar !== null && <Similar facts={similar} />}
      <Actions
        state={state}
        found={found}
        missing={missing}
        comparable={similar?.similar != null}
        outUrl={span === null || span.url === answer.url ? null : span.url}
      />
    </section>
  );
}

function Head(props: {
  readonly span: WaterfallSpan | null;
  readonly found: SpanDetailAnswer | null;
  readonly spanId: string;
}) {
  const { span, found } = props;
  const name = span === null ? found?.name || `span ${props.spanId}` : spanName(span);
  return (
    <div class="head span-head">
      <h2 class="clip" title={name}>
        {name}
      </h2>
      {span?.durationMicros != null && <span>{formatMicros(span.durationMicros)}</span>}
      {span !== null && span.subtree.samples > 0 && (
        <span>
          <b>{formatMicros(span.subtree.cpuMicros)}</b> on CPU
        </span>
      )}
      {found !== null && (
        <span>
          <b>{formatCount(found.samples)}</b> {found.samples === 1 ? 'sample' : 'samples'}
        </span>
      )}
      {(span?.cpuShare ?? 0) > 1 && (
        <span
          class="tag"
          title="Timers and callbacks that a span starts count to it, also after it ended; worker threads run beside it."
        >
          more CPU than time
        </span>
      )}
      {span !== null && <StalledLink span={span} />}
      {span?.error === true && (
        <span class="tag strong">
          <Icon name="error" /> {span.statusMessage || 'error'}
        </span>
      )}
    </div>
  );
}

const AROUND_STALL_MS = 60_000;

/** To the longest stop of the event loop that hit the span, among those of the minutes around it. */
function StalledLink({ span }: { readonly span: WaterfallSpan }) {
  const [longest] = span.stalls.toSorted((a, b) => b.durationMicros - a.durationMicros);
  if (longest === undefined) return null;
  const href = stallsScreen.url({
    service: span.service,
    from: String(Math.floor(longest.from) - AROUND_STALL_MS),
    to: String(Math.ceil(longest.from) + AROUND_STALL_MS),
    at: longest.from,
    of: span.instance,
  });
  return (
    <a class="tag" href={href} onClick={followLink}>
      <Icon name="clock" /> stood still for {formatMicros(longest.durationMicros)}
    </a>
  );
}

const SCOPE_WORDS: Readonly<Record<SpanScope, string>> = {
  span: 'This span',
  subtree: 'With children',
  similar: 'Similar',
};

/** Whose samples: the span's own, with its children's, or those of spans like it. */
function Scopes(props: { readonly state: TraceState; readonly similar: SimilarDurations | null }) {
  const { state, similar } = props;
  return (
    <div class="bar">
      <fieldset class="seg small" aria-label="Whose samples">
        {(Object.keys(SCOPE_WORDS) as SpanScope[]).map((scope) => (
          <button
            type="button"
            key={scope}
            aria-pressed={scope === state.scope}
            onClick={() => setTrace({ scope, speed: 'all', compare: false, focus: '' })}
          >
            {scope === 'similar' && similar !== null
              ? `${formatCount(similar.spans)} similar`
              : SCOPE_WORDS[scope]}
          </button>
        ))}
      </fieldset>
      {state.scope === 'similar' && similar !== null && (
        <fieldset class="seg small" aria-label="Which similar spans">
          {(['all', 'fast', 'slow'] as const).map((speed) => (
            <button
              type="button"
              key={speed}
              aria-pressed={speed === state.speed}
              title={SPEED_TITLES[speed]}
              onClick={() => setTrace({ speed, focus: '' })}
            >
              {SPEED_WORDS[speed]}
            </button>
          ))}
        </fieldset>
      )}
      <span class="grow" />
      <fieldset class="seg small" aria-label="Profile type">
        {(['cpu', 'wall'] as const).map((type) => (
          <button
            type="button"
            key={type}
            aria-pressed={type === state.type}
            onClick={() => setTrace({ type, focus: '' })}
          >
            {type === 'cpu' ? 'CPU' : 'Wall'}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

const SPEED_WORDS = { all: 'All', fast: 'Fast half', slow: 'Slowest 5 %' } as const;
const SPEED_TITLES = {
  all: 'Every similar span with samples',
  fast: 'Those that took at most the median',
  slow: 'Those that took at least the 95th percentile',
} as const;

function Actions(props: {
  readonly state: TraceState;
  readonly found: SpanDetailAnswer | null;
  readonly missing: boolean;
  readonly comparable: boolean; // durations of similar spans are known, so that some are fast
  readonly outUrl: string | null; // of the span, where it is another than the trace's
}) {
  const { state, found, missing, outUrl } = props;
  const comparable = found !== null && !missing && props.comparable;
  if ((found === null || missing) && outUrl === null) return null;
  return (
    <div class="details">
      {comparable && (
        <button
          type="button"
          class={state.compare ? 'btn' : 'btn primary'}
          aria-pressed={state.compare}
          onClick={() =>
            setTrace(
              state.compare
                ? { compare: false }
                : { compare: true, scope: state.scope === 'similar' ? 'subtree' : state.scope },
            )
          }
        >
          {state.compare ? 'Show the flame graph' : 'Compare with fast ones'}
        </button>
      )}
      {found !== null && !missing && (
        <a class="btn" href={exploreOf(found, state)} onClick={followLink}>
          <Icon name="explore" /> Open in Explore
        </a>
      )}
      {outUrl !== null && (
        <a class="btn" href={outUrl} target="_blank" rel="noopener noreferrer">
          <Icon name="out" /> Span in {toolOf(outUrl)}
        </a>
      )}
    </div>
  );
}

/** Explore knows no single span: it opens at the endpoint and version around it. */
function exploreOf(found: SpanDetailAnswer, state: TraceState): string {
  const { service, version, endpoint } = found;
  const filter =
    endpoint === '' ? '' : formatSelector([{ name: 'endpoint', op: '=', value: endpoint }]);
  const [from, to] = [String(found.from), String(found.to)];
  return exploreUrl({ service, version, filter, type: state.type, from, to });
}
