import type { Deploy, SeriesAnswer } from '@flamehouse/proto';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { ApiFailure } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { ContextMenu, type MenuItem } from '../../components/menu.tsx';
import { Progress } from '../../components/states.tsx';
import { chipOf } from '../../components/verdict-chip.tsx';
import { type Measure, sayChange } from '../../format.ts';
import { type Appearance, type Band, coverage, type Line, type SplitLine } from '../../series.ts';
import { versionsUrl } from '../../state/compare-url.ts';
import { deploysUrl } from '../../state/deploys-url.ts';
import { go } from '../../state/location.ts';
import { theme } from '../../state/theme.ts';
import type { Split } from '../../state/url.ts';
import { formatClock, formatRange, type Range } from '../../time.ts';
import { changeOf, compareOf } from '../deploys/deploy-words.ts';
import { placeFlags } from './flags.ts';
import { HeatMap } from './heat-map.tsx';
import { CHART_BOTTOM, CHART_TOP, chartShape, TimelineChart } from './timeline-chart.ts';
import { SplitLegend, SplitPicker } from './timeline-split.tsx';

interface TimelineProps {
  readonly service: string;
  readonly environment: string;
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
  readonly split: Split;
  readonly splitLines: readonly SplitLine[] | null;
  readonly band: Band | null;
  readonly heat: SeriesAnswer | null; // by instance, when the heat map is wanted
  readonly instance: string; // that is picked; '' for none
  readonly onPickInstance: (instance: string, selection: Range) => void;
  readonly onSplit: (split: Split) => void;
  readonly onOnly: (split: Split, value: string) => void;
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
        {cursor === null && props.band !== null && props.split === '' && (
          <span
            class="hide-s muted"
            title="What the service would come to if every instance were like its lowest, or its highest"
          >
            band: lowest to highest of {props.band.instances} instances
          </span>
        )}
        {props.splitLines !== null && (
          <SplitLegend
            split={props.split}
            lines={props.splitLines}
            measure={measure}
            onOnly={props.onOnly}
          />
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
        <SplitPicker split={props.split} onSplit={props.onSplit} />
      </div>
      <div class={props.heat === null ? 'timeline' : 'timeline heated'}>
        {props.heat !== null ? (
          <HeatMap {...props} answer={props.heat} onPick={props.onPickInstance} />
        ) : props.failure !== null && line === null ? (
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
    split: props.splitLines,
    band: props.band,
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
  }, [chartShape(state)]);
  // `state` is these.
  useEffect(
    () => chart.current?.show(state),
    [props.line, props.splitLines, props.band, props.range.from, props.range.to, props.measure],
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

/** Where versions begin; each opens what can be done with its version. */
function Flags(props: PlotProps & { readonly at: (ms: number) => string; readonly room: number }) {
  const { from, to } = props.range;
  const [open, setOpen] = useState<OpenFlag | null>(null);
  const visible = props.appearances.filter(({ atMs }) => atMs >= from && atMs < to);
  const places = placeFlags(
    visible.map(({ atMs, version, deploy }) => ({
      x: ((atMs - from) / (to - from)) * props.room,
      text: `${version}${changeText(deploy)}`,
    })),
    props.room,
  );
  const itemsOf = (i: number): readonly MenuItem[] => {
    const { version, atMs, deploy } = visible[i]!;
    const next = visible[i + 1]?.atMs ?? to;
    const before = visible[i - 1]?.atMs ?? from;
    return [
      { label: 'Only this version', icon: 'filter', act: () => props.onOnly('version', version) },
      {
        label: 'Time after it began',
        act: () => props.onSelect({ from: Math.round(atMs), to: Math.round(next) }),
        first: true,
      },
      ...(atMs > before
        ? [
            {
              label: 'Time before it began',
              act: () => props.onSelect({ from: Math.round(before), to: Math.round(atMs) }),
            },
          ]
        : []),
      ...deployItems(props, version, deploy, visible[i - 1]?.version),
    ];
  };
  return (
    <>
      {visible.map(({ version, atMs, deploy }, i) => (
        <div key={`${version} ${atMs}`}>
          <div
            class={`flag-line ${flagKind(deploy)}`}
            style={{ left: props.at(atMs), top: '0', bottom: `${CHART_BOTTOM}px` }}
          />
          <button
            type="button"
            class={`flag ${flagKind(deploy)}${places[i]!.flip ? ' flip' : ''}`}
            style={{ left: props.at(atMs), top: `${places[i]!.lane * FLAG_LANE}px` }}
            aria-label={flagLabel(version, atMs, deploy)}
            aria-haspopup="menu"
            aria-expanded={open?.version === version}
            title={flagLabel(version, atMs, deploy)}
            onClick={(event) => {
              const box = event.currentTarget.getBoundingClientRect();
              setOpen({ version, at: { x: box.left, y: box.bottom + 4 }, items: itemsOf(i) });
            }}
          >
            <Icon name="flag" />
            {places[i]!.text && (
              <span class="text">
                {version}
                {changeText(deploy)}
              </span>
            )}
          </button>
        </div>
      ))}
      {open !== null && (
        <ContextMenu
          at={open.at}
          label={`Version ${open.version}`}
          title={open.version}
          items={open.items}
          onClose={() => setOpen(null)}
        />
      )}
    </>
  );
}

/** What leads from a flag to the answer: the comparison, and the deploy once it was found. */
function deployItems(
  { service, environment }: Pick<TimelineProps, 'service' | 'environment'>,
  version: string,
  deploy: Deploy | undefined,
  before: string | undefined,
): MenuItem[] {
  const base = deploy?.baseVersion ?? before;
  const url =
    deploy !== undefined
      ? compareOf(deploy)
      : before === undefined
        ? null
        : versionsUrl(service, before, version, environment);
  return [
    ...(url === null
      ? []
      : [
          {
            label: base === version ? 'Compare before and after' : `Compare with ${base}`,
            icon: 'compare' as const,
            act: () => go(url),
            first: true,
          },
        ]),
    ...(deploy === undefined
      ? []
      : [{ label: 'Open the deploy', act: () => go(deploysUrl({ open: deploy.id })) }]),
  ];
}

/** A flag takes the colour of a verdict that needs a look, or of less. */
function flagKind(deploy: Deploy | undefined): '' | 'more' | 'less' {
  if (deploy === undefined || deploy.expected) return '';
  const { kind } = chipOf(deploy.verdict);
  return kind === 'more' || kind === 'less' ? kind : '';
}

/** ▲ +8.1 % behind the version, where there is something to say. */
function changeText(deploy: Deploy | undefined): string {
  const kind = flagKind(deploy);
  const change = deploy === undefined || kind === '' ? null : changeOf(deploy);
  return change === null ? '' : ` ${kind === 'more' ? '▲' : '▼'} ${sayChange(change.value)}`;
}

function flagLabel(version: string, atMs: number, deploy: Deploy | undefined): string {
  const verdict = deploy?.verdict ? `: ${chipOf(deploy.verdict).words}` : '';
  return `${version}${changeText(deploy)} begins at ${formatClock(atMs)}${verdict}`;
}

interface OpenFlag {
  readonly version: string;
  readonly at: { readonly x: number; readonly y: number };
  readonly items: readonly MenuItem[];
}

/** Axis labels are round numbers: 2, not 2.00. */
const tickOf =
  (measure: Measure) =>
  (value: number): string =>
    measure
      .tick(value)
      .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
      .replace(/\.(?=\D|$)/, '');
