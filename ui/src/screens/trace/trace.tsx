import type { SpanDetailAnswer, WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { useEffect, useMemo } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Shell } from '../../components/shell.tsx';
import { Progress, RowsSkeleton } from '../../components/states.tsx';
import { findHotPath } from '../../flame/hot-path.ts';
import { displayName } from '../../flame/labels.ts';
import { buildFlameTree } from '../../flame/tree.ts';
import { plural } from '../../format.ts';
import { copyText } from '../../state/toast.ts';
import { formatDay } from '../../time.ts';
import type { TraceState } from './address.ts';
import { NoTrace } from './no-trace.tsx';
import { SpanPanel } from './span-panel.tsx';
import { traceState } from './state.ts';
import { TraceAnswer } from './trace-answer.tsx';
import { useSimilar, useSpanProfile, useWaterfall } from './use-trace.ts';
import { Waterfall } from './waterfall.tsx';
import { spanName, tellingSpan } from './waterfall-rows.ts';
import { shortId, toolOf } from './words.ts';

/** What did this request do on the CPU? */
export function TraceScreen() {
  const state = traceState.value;
  return state === null ? null : <Trace state={state} />;
}

function Trace({ state }: { readonly state: TraceState }) {
  const query = useWaterfall(state);
  const answer = query.data;
  const root = answer?.spans[0];
  useEffect(() => {
    document.title = `${root === undefined ? 'Trace' : spanName(root)} · Flamehouse`;
  }, [root]);
  return (
    <Shell title="Trace" bar={<Bar state={state} answer={answer} />}>
      {answer !== null && !query.stale ? (
        <Found state={state} answer={answer} onRetry={query.retry} />
      ) : query.failure !== null ? (
        <NoTrace state={state} failure={query.failure} onRetry={query.retry} />
      ) : (
        <>
          <Progress />
          <RowsSkeleton rows={12} />
        </>
      )}
    </Shell>
  );
}

/** The span that the address names; without one, the span that says most. */
function selectedSpan(answer: WaterfallAnswer, spanId: string): WaterfallSpan | null {
  if (spanId === '') return tellingSpan(answer);
  return answer.spans.find((span) => span.spanId === spanId) ?? null;
}

/** The function that the sentence names: where most of the span goes. */
function hotFunction(profile: SpanDetailAnswer): string {
  const tree = buildFlameTree(profile);
  const path = tree.count === 0 ? null : findHotPath(tree);
  return path === null ? '' : displayName(tree.frames.name[tree.frame[path.subject]!]!);
}

function Found(props: {
  readonly state: TraceState;
  readonly answer: WaterfallAnswer;
  readonly onRetry: () => void;
}) {
  const { state, answer } = props;
  const span = selectedSpan(answer, state.spanId);
  const spanId = span?.spanId ?? state.spanId;
  const profile = useSpanProfile({ ...state, spanId });
  const similar = useSimilar({ ...state, spanId });
  const telling = span !== null && span === tellingSpan(answer) && state.scope === 'subtree';
  const mostlyIn = useMemo(
    () => (telling && profile.data !== null ? hotFunction(profile.data) : ''),
    [telling, profile.data],
  );
  return (
    <>
      <TraceAnswer answer={answer} mostlyIn={mostlyIn} />
      <div class="split trace-split">
        <Waterfall answer={answer} selected={spanId} />
        <SpanPanel
          {...{ state, answer, span, profile, similar }}
          onRetry={() => {
            props.onRetry();
            profile.retry();
          }}
        />
      </div>
    </>
  );
}

function Bar(props: { readonly state: TraceState; readonly answer: WaterfallAnswer | null }) {
  const { state, answer } = props;
  const traceId = answer?.traceId ?? state.traceId;
  const root = answer?.spans[0];
  return (
    <>
      <span class="title hide-s">Trace</span>
      <span class="chip" title={traceId}>
        <span class="v">{shortId(traceId)}</span>
        <button
          type="button"
          class="icon-btn small"
          aria-label="Copy the trace id"
          onClick={() => copyText(traceId, 'Trace id copied')}
        >
          <Icon name="copy" />
        </button>
      </span>
      {answer !== null && root !== undefined && (
        <span class="soft clip hide-m">
          {whenOf(answer)} · {root.service}
          {root.version !== '' && (
            <>
              @<span class="mono">{root.version}</span>
            </>
          )}
          {answer.services.length > 1 && ` · ${plural(answer.services.length, 'service')}`}
        </span>
      )}
      <span class="grow" />
      {answer?.url !== undefined && answer?.url !== null && (
        <a class="btn" href={answer.url} target="_blank" rel="noopener noreferrer">
          <Icon name="out" /> <span class="hide-s">Open in {toolOf(answer.url)}</span>
          <span class="only-s">{toolOf(answer.url)}</span>
        </a>
      )}
      <button
        type="button"
        class="btn"
        aria-label="Copy link"
        onClick={() => copyText(window.location.href, 'Link copied')}
      >
        <Icon name="link" /> <span class="hide-s">Copy link</span>
      </button>
    </>
  );
}

/** To the millisecond where a span was exported; samples know their window only. */
function whenOf({ startMicros, from }: WaterfallAnswer): string {
  const t = new Date(startMicros === null ? from : startMicros / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  const millis = startMicros === null ? '' : `.${String(t.getMilliseconds()).padStart(3, '0')}`;
  return `${formatDay(t.getTime())} ${clock}${millis}`;
}
