import type { StallsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { StackList } from '../../components/stack-list.tsx';
import { formatMicros, plural } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import { exploreUrl } from '../../state/url.ts';
import { formatMoment } from '../../time.ts';
import { traceUrl } from '../trace/address.ts';
import type { Stall } from './rows.ts';

const STACKS_MAX = 5;
const AROUND_MS = 30_000;

/** The chosen stall: where it was, and every stack that was sampled while it lasted. */
export function StallDetails(props: {
  readonly answer: StallsAnswer;
  readonly stall: Stall;
  readonly nowMs: number;
}) {
  const { answer, stall, nowMs } = props;
  const around = exploreUrl({
    service: stall.service,
    version: stall.version,
    from: String(stall.from - AROUND_MS),
    to: String(Math.min(nowMs, stall.from + AROUND_MS)),
  });
  return (
    <section class="pane" aria-label="Chosen stall">
      <div
        class="scrolling"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
        tabIndex={0}
      >
        <div class="head">
          <h2>{formatMicros(stall.durationMicros)}</h2>
          <span>{formatMoment(stall.from, nowMs)}</span>
          <span class="clip">
            {stall.instance} · <span class="mono">{stall.version}</span>
          </span>
        </div>
        <div class="head">
          <span class="clip" title={stall.endpoint}>
            {stall.endpoint || 'Outside any request'}
          </span>
        </div>
        {stall.stacks.length === 0 ? (
          <p class="pad soft">
            No sample hit this stall. What blocks without running JavaScript, such as a large
            garbage collection or a paused machine, leaves no stack.
          </p>
        ) : (
          stall.stacks.slice(0, STACKS_MAX).map((stack, i) => (
            <div key={stack}>
              <div class="head">
                <h2>{i === 0 ? 'Sampled most' : 'Also sampled'}</h2>
                <span class="muted">outermost caller first</span>
              </div>
              <StackList frames={answer.frames} stack={answer.stacks[stack]!} />
            </div>
          ))
        )}
        {stall.stacks.length > STACKS_MAX && (
          <p class="pad muted">{plural(stall.stacks.length - STACKS_MAX, 'more stack')}.</p>
        )}
      </div>
      <div class="details stick">
        {stall.traceId !== null && (
          <a
            class="btn primary"
            href={traceUrl(stall.traceId, stall.spanId ?? '')}
            onClick={followLink}
          >
            <Icon name="traces" /> Open the trace
          </a>
        )}
        <a class="btn" href={around} onClick={followLink}>
          <Icon name="explore" /> The minute around it
        </a>
      </div>
    </section>
  );
}
