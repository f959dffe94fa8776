import uPlot from 'uplot';
import { type Band, type Line, niceTicks, type SplitLine } from '../../series.ts';
import { formatClock, formatDay, type Range } from '../../time.ts';

export interface ChartState {
  readonly line: Line;
  readonly split: readonly SplitLine[] | null; // drawn instead of the whole line
  readonly band: Band | null;
  readonly range: Range;
  readonly left: number; // px for the labels of the y axis
  readonly bytes: boolean;
  readonly tick: (value: number) => string;
}

export interface ChartEvents {
  readonly onSelect: (range: Range) => void;
  readonly onClick: () => void;
  readonly onCursor: (at: { atMs: number; value: number } | null) => void;
}

export const CHART_TOP = 22;
export const CHART_BOTTOM = 20;
const HEIGHT = 104;
const DAY_MS = 86_400_000;

const token = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Dashes of the lines of a split, so that colour is not all that tells them apart. */
export const SPLIT_DASHES = [[], [6, 3], [2, 3], [10, 3, 2, 3], [14, 4]] as const;

/** What a chart is built for: another number of lines needs another chart. */
export const chartShape = ({ left, split, band }: ChartState): string =>
  `${left} ${split?.length ?? 0} ${band !== null}`;

/** uPlot in the look of the design: one line over its band or a soft area, or the lines of a split; a drag selects. */
export class TimelineChart {
  private readonly plot: uPlot;
  private state: ChartState;

  constructor(
    private readonly host: HTMLElement,
    state: ChartState,
    private readonly events: ChartEvents,
  ) {
    this.state = state;
    this.plot = new uPlot(this.options(), this.data(), host);
    this.plot.over.addEventListener('click', (event) => {
      if (event.detail > 0 && this.plot.select.width === 0) this.events.onClick();
    });
  }

  show(state: ChartState): void {
    this.state = state;
    this.plot.setData(this.data(), true);
  }

  resize(width: number): void {
    if (width > 0 && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }

  /** Colours are read while drawing, so drawing again is enough. */
  retheme(): void {
    this.plot.redraw(false, true);
  }

  destroy(): void {
    this.plot.destroy();
  }

  private data(): uPlot.AlignedData {
    // A step is drawn at its middle: its value stands for all of it.
    const { line, split, band } = this.state;
    const times = line.timesMs.map((time) => time + line.stepMs / 2);
    if (split !== null) return [times, ...split.map(({ values }) => [...values])];
    const edges = band === null ? [] : [[...band.high], [...band.low]];
    return [times, ...edges, [...line.values]];
  }

  /** The highest value that is drawn. */
  private top(): number {
    const { line, split, band } = this.state;
    const drawn = split?.flatMap(({ values }) => values) ?? [line.peak, ...(band?.high ?? [])];
    return drawn.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  }

  private series(): uPlot.Series[] {
    const { split, band } = this.state;
    if (split !== null)
      return split.map((_, i) => ({
        stroke: () => token(`--split-${i + 1}`),
        width: 1.5,
        dash: [...SPLIT_DASHES[i % SPLIT_DASHES.length]!],
        spanGaps: false,
        points: { show: false },
      }));
    const line: uPlot.Series = {
      stroke: () => token('--series'),
      width: 1.5,
      spanGaps: false,
      points: {
        show: true,
        size: 4,
        fill: () => token('--series'),
        filter: () => lonelyPoints(this.state.line.values),
      },
    };
    const edge: uPlot.Series = { width: 0, spanGaps: false, points: { show: false } };
    return band === null
      ? [{ ...line, fill: () => `${token('--series-band')}80` }]
      : [edge, edge, line]; // The band lies under the line.
  }

  private options(): uPlot.Options {
    const font = `11px ${token('--font-ui')}`;
    const grey = () => token('--fg-3');
    return {
      width: Math.max(1, this.host.clientWidth),
      height: HEIGHT,
      ms: 1,
      padding: [CHART_TOP, 0, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: {
          size: 6,
          fill: () => token('--series'),
          stroke: () => token('--surface'),
          width: 1.5,
        },
        drag: { x: true, y: false, setScale: false, dist: 4 },
      },
      scales: {
        x: { time: true, range: () => [this.state.range.from, this.state.range.to] },
        y: { range: () => [0, this.top() > 0 ? this.top() * 1.12 : 1] },
      },
      axes: [
        {
          size: CHART_BOTTOM,
          gap: 4,
          font,
          stroke: grey,
          space: 64,
          grid: { show: false },
          ticks: { show: false },
          border: { show: true, stroke: () => token('--line-strong'), width: 1 },
          values: (_, splits) => this.timeLabels(splits),
        },
        {
          size: () => this.state.left,
          gap: 8,
          font,
          stroke: grey,
          grid: { stroke: () => token('--grid'), width: 1 },
          ticks: { show: false },
          splits: () => niceTicks(this.top() * 1.12, this.state.bytes),
          values: (_, splits) => splits.map((v) => this.state.tick(v)),
        },
      ],
      series: [{}, ...this.series()],
      bands:
        this.state.split === null && this.state.band !== null
          ? [{ series: [1, 2], fill: () => token('--series-band') }]
          : [],
      hooks: {
        setSelect: [(u) => this.selected(u)],
        setCursor: [(u) => this.moved(u)],
      },
    };
  }

  /** Labels that would reach over the right edge are left out. */
  private timeLabels(splits: readonly number[]): string[] {
    const { from, to } = this.state.range;
    const room = this.host.clientWidth - this.state.left;
    return splits.map((at) => {
      if (((to - at) / (to - from)) * room < 18) return '';
      const midnight = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
      return to - from > 2 * DAY_MS || (midnight && to - from > DAY_MS / 2)
        ? formatDay(at)
        : formatClock(at);
    });
  }

  private selected(u: uPlot): void {
    const { left, width } = u.select;
    if (width <= 0) return;
    const from = Math.round(u.posToVal(left, 'x') / 1000) * 1000;
    const to = Math.round(u.posToVal(left + width, 'x') / 1000) * 1000;
    // The click that ends a drag must not count as a click.
    window.setTimeout(() => u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false), 0);
    if (to - from >= 1000) this.events.onSelect({ from, to });
  }

  private moved(u: uPlot): void {
    const { idx } = u.cursor;
    const value = idx === null || idx === undefined ? null : this.state.line.values[idx];
    this.events.onCursor(
      value === null || value === undefined
        ? null
        : { atMs: this.state.line.timesMs[idx!]!, value },
    );
  }
}

/** Steps with nothing on either side have no line through them and need a point. */
function lonelyPoints(values: readonly (number | null)[]): number[] {
  const empty = (i: number): boolean => values[i] === null || values[i] === undefined;
  return values.flatMap((_, i) => (!empty(i) && empty(i - 1) && empty(i + 1) ? [i] : []));
}
