import type { WaterfallAnswer } from '@flamehouse/proto';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { useRowWindow } from '../../components/use-row-window.ts';
import { formatMicros, plural } from '../../format.ts';
import { setTrace } from './state.ts';
import { SpanRow } from './waterfall-row.tsx';
import { type LaneScale, laneScale, laneTicks, waterfallRows } from './waterfall-rows.ts';

const ROW_HEIGHT = 28;

interface WaterfallProps {
  readonly answer: WaterfallAnswer;
  readonly selected: string; // id of a span
}

/** Every span of the trace: when it was, how much of it was on the CPU, and how many samples say so. */
export function Waterfall({ answer, selected }: WaterfallProps) {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => waterfallRows(answer, closed), [answer, closed]);
  const scale = useMemo(() => laneScale(answer), [answer]);
  const { host, first, last, onScroll, reveal } = useRowWindow<HTMLElement>(
    rows.length,
    ROW_HEIGHT,
  );
  const at = rows.findIndex(({ span }) => span.spanId === selected);
  // A link may lead to a span far down.
  useEffect(() => reveal(at), [answer]);

  const toggle = (spanId: string): void => {
    const next = new Set(closed);
    if (!next.delete(spanId)) next.add(spanId);
    setClosed(next);
  };
  const press = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: at + 1,
      ArrowUp: Math.max(0, at - 1),
      Home: 0,
      End: rows.length - 1,
    };
    const here = rows[at];
    const next = rows[steps[event.key] ?? -1];
    const wants = { ArrowLeft: true, ArrowRight: false }[event.key];
    if (next !== undefined) {
      pick(next.span.spanId, 'replace');
      reveal(rows.indexOf(next));
    } else if (here !== undefined && here.span.children > 0 && wants === here.open)
      toggle(here.span.spanId);
    else return;
    event.preventDefault();
  };

  return (
    <section class="pane" aria-label="Spans">
      <section
        class="table-wrap"
        ref={host}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
        tabIndex={0}
        aria-label="Waterfall: arrow keys move between spans, left and right close and open them"
        onScroll={onScroll}
        onKeyDown={press}
      >
        <table class={`wf by-${scale.by}`} aria-rowcount={rows.length + 1}>
          <Columns timed={scale.by === 'time'} />
          <Head scale={scale} />
          <tbody>
            <tr class="space">
              <td style={{ height: `${first * ROW_HEIGHT}px` }} />
            </tr>
            {rows.slice(first, last).map((row, i) => (
              <SpanRow
                key={row.span.spanId}
                row={row}
                index={first + i}
                scale={scale}
                selected={row.span.spanId === selected}
                onPick={() => pick(row.span.spanId)}
                onToggle={() => toggle(row.span.spanId)}
              />
            ))}
            <tr class="space">
              <td style={{ height: `${(rows.length - last) * ROW_HEIGHT}px` }} />
            </tr>
          </tbody>
        </table>
      </section>
      <Foot answer={answer} scale={scale} />
    </section>
  );
}

const pick = (spanId: string, how: 'push' | 'replace' = 'push'): void =>
  setTrace({ spanId, focus: '' }, how);

const Columns = ({ timed }: { readonly timed: boolean }) => (
  <colgroup>
    <col class="col-span" />
    <col />
    {timed && <col class="col-took hide-s" />}
    <col class="col-cpu" />
    <col class="col-samples" />
  </colgroup>
);

/** Ticks are round: 50 ms, not 50.0 ms. */
const tickText = (micros: number): string => formatMicros(micros).replace(/\.0+(?=\D)/, '');

function Head({ scale }: { readonly scale: LaneScale }) {
  const ticks = laneTicks(scale.lengthMicros);
  return (
    <thead>
      <tr>
        <th scope="col">Span</th>
        <th scope="col" class="lane" aria-label={scale.by === 'time' ? 'Time' : 'CPU'}>
          {ticks.map((micros, i) => (
            <span
              key={micros}
              class={i > 0 && i < ticks.length - 1 ? 'tick hide-s' : 'tick'}
              style={{ left: `${(micros / scale.lengthMicros) * 96 + 1}%` }}
            >
              {micros === 0 ? '0' : tickText(micros)}
            </span>
          ))}
        </th>
        {scale.by === 'time' && (
          <th scope="col" class="num hide-s">
            Took
          </th>
        )}
        <th scope="col" class="num">
          On CPU
        </th>
        <th scope="col" class="num">
          Samples
        </th>
      </tr>
    </thead>
  );
}

/** What the bars mean, and what is not in them. */
function Foot(props: { readonly answer: WaterfallAnswer; readonly scale: LaneScale }) {
  const { answer, scale } = props;
  const cut = answer.rows - answer.spans.length;
  return (
    <div class="foot">
      <span class="legend">
        <span>
          <i class="on-cpu" />
          on CPU
        </span>
        {scale.by === 'time' && (
          <>
            <span>
              <i class="off-cpu" />
              waiting
            </span>
            <span>
              <i class="unknown" />
              not profiled
            </span>
            {answer.spans.some(({ stalls }) => stalls.length > 0) && (
              <span>
                <i class="stalled" />
                event loop stood still
              </span>
            )}
          </>
        )}
      </span>
      <span class="grow" />
      <span class="clip hide-s">
        {plural(answer.rows, 'span')}
        {cut > 0 && `, ${plural(cut, 'more')} not shown`}
        {answer.incomplete === 'spans-missing' &&
          `; ${plural(answer.missing, 'span')} did not arrive`}
      </span>
    </div>
  );
}
