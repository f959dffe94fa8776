import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApiFailure } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { Progress } from '../../components/states.tsx';
import type { Measure } from '../../format.ts';
import { type Appearance, coverage, type Line } from '../../series.ts';
import { theme } from '../../state/theme.ts';
import { formatClock, formatRange, type Range } from '../../time.ts';
import { placeFlags } from './flags.ts';
import { CHART_BOTTOM, CHART_TOP, TimelineChart } from './timeline-chart.ts';

interface TimelineProps {
  readonly line: Line | null;
  readonly appearances: readonly Appearance[];
  readonly measure: Measure;
  readonly bytes: boolean;
  readonly range: Range;
  readonly selection: Range | null;
  readonly nowMs: number;
  readonly loading: boolean;
  readonly failure: ApiFailure | null;
  readonly onRetry: () => void;
  readonly onSelect: (selection: Range | null) => void;
}

const FLAG_LANE = 19;

/** CPU (or another type) over the range, what part of it is selected, and where versions begin. */
export function Timeline(props: TimelineProps) {
  const { line, measure, range, selection } = props;
  const [cursor, setCursor] = useState<{ atMs: number; value: number } | null>(null);
  const shown = selection ?? range;
  const mean = line === null ? null : coverage(line, shown);
  return (
    <section class="section" aria-label={`${measure.title} over time`}>
      {props.loading && <Progress />}
      <div class="head">
        <h2>{measure.seriesTitle}</h2>
        {mean !== null && mean.coveredMs > 0 && (
          <span class="nowrap">
            <b class="strong">{measure.tick(mean.mean)}</b>{' '}
            {selection === null ? 'on average' : 'in selection'}
          </span>
        )}
        {cursor !== null && (
          <span class="muted clip hide-s">
            {formatClock(cursor.atMs)}: {measure.tick(cursor.value)}
          </span>
        )}
        <span class="grow" />
        {selection !== null && (
          <span class="chip focus">
            <span class="v clip">{formatRange(selection, props.nowMs)}</span>
            <button
              type="button"
              class="icon-btn small"
              aria-label="Show the whole range"
              onClick={() => props.onSelect(null)}
            >
              <Icon name="x" />
            </button>
          </span>
        )}
      </div>
      <div class="timeline">
        {props.failure !== null && line === null ? (
          <SeriesFailed failure={props.failure} onRetry={props.onRetry} />
        ) : (
          <>
            {line === null && <div class="skel" aria-hidden="true" />}
            {line !== null && <Plot {...props} line={line} onCursor={setCursor} />}
          </>
        )}
      </div>
    </section>
  );
}

function SeriesFailed(props: { readonly failure: ApiFailure; readonly onRetry: () => void }) {
  return (
    <div class="row-flex" role="alert">
      <Icon name="error" />
      <span class="clip">
        <span class="mono">{props.failure.code}</span> {props.failure.message}. {props.failure.help}
      </span>
      <button type="button" class="btn small" onClick={props.onRetry}>
        Try again
      </button>
    </div>
  );
}

type PlotProps = TimelineProps & {
  readonly line: Line;
  readonly onCursor: (at: { atMs: number; value: number } | null) => void;
};

function Plot(props: PlotProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<TimelineChart | null>(null);
  const [width, setWidth] = useState(0);
  const latest = useRef(props);
  latest.current = props;
  const left = props.bytes || props.measure.column === '' ? 60 : 36;
  const state = {
    line: props.line,
    range: props.range,
    left,
    bytes: props.bytes,
    tick: tickOf(props.measure),
  };

  // One chart per kind of axis; data comes by show().
  useLayoutEffect(() => {
    const made = new TimelineChart(host.current!, state, {
      onSelect: (range) => latest.current.onSelect(range),
      onClick: () => latest.current.selection !== null && latest.current.onSelect(null),
      onCursor: (at) => latest.current.onCursor(at),
    });
    chart.current = made;
    const sizes = new ResizeObserver(([entry]) => {
      setWidth(entry!.contentRect.width);
      made.resize(entry!.contentRect.width);
    });
    sizes.observe(host.current!);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [left]);
  // `state` is these.
  useEffect(
    () => chart.current?.show(state),
    [props.line, props.range.from, props.range.to, props.measure],
  );
  // Colours are read while drawing.
  useEffect(() => chart.current?.retheme(), [theme.value]);

  const at = (ms: number): string => {
    const { from, to } = props.range;
    const share = Math.min(1, Math.max(0, (ms - from) / (to - from)));
    return `calc(${left}px + (100% - ${left}px) * ${share.toFixed(5)})`;
  };
  return (
    <>
      <div class="plot" ref={host} />
      {props.selection !== null && (
        <div
          class="picked"
          style={{
            left: at(props.selection.from),
            right: `calc(100% - (${at(props.selection.to).slice(5, -1)}))`,
            top: `${CHART_TOP}px`,
            bottom: `${CHART_BOTTOM}px`,
          }}
        />
      )}
      <Flags {...props} at={at} room={width - left} />
    </>
  );
}

/** Where versions begin. */
function Flags(props: PlotProps & { readonly at: (ms: number) => string; readonly room: number }) {
  const { from, to } = props.range;
  const visible = props.appearances.filter(({ atMs }) => atMs >= from && atMs < to);
  const places = placeFlags(
    visible.map(({ atMs, version }) => ({
      x: ((atMs - from) / (to - from)) * props.room,
      text: version,
    })),
    props.room,
  );
  return (
    <>
      {visible.map(({ version, atMs }, i) => (
        <div key={version}>
          <div
            class="flag-line"
            style={{ left: props.at(atMs), top: '0', bottom: `${CHART_BOTTOM}px` }}
          />
          <button
            type="button"
            class={places[i]!.flip ? 'flag flip' : 'flag'}
            style={{ left: props.at(atMs), top: `${places[i]!.lane * FLAG_LANE}px` }}
            aria-label={`${version} is first seen at ${formatClock(atMs)}. Show what came after.`}
            title={`${version} is first seen at ${formatClock(atMs)}. Show what came after.`}
            onClick={() => props.onSelect({ from: atMs, to: Math.round(to) })}
          >
            <Icon name="flag" />
            {places[i]!.text && <span class="text">{version}</span>}
          </button>
        </div>
      ))}
    </>
  );
}

/** Axis labels are round numbers: 2, not 2.00. */
const tickOf =
  (measure: Measure) =>
  (value: number): string =>
    measure
      .tick(value)
      .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
      .replace(/\.(?=\D|$)/, '');
