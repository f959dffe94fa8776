import type { Interval } from '@flamehouse/proto';

export type PlotKind = 'more' | 'less' | 'same' | 'few';

interface IntervalPlotProps {
  readonly interval: Interval;
  readonly scale: { readonly min: number; readonly max: number };
  readonly kind: PlotKind;
  readonly width: number;
  readonly height: number;
  readonly say: string; // for those who cannot see it; '' when the text beside it says the same
}

/** The place of a value on a plot, held inside of it. */
export function plotX(
  value: number,
  { min, max }: { readonly min: number; readonly max: number },
  width: number,
): number {
  const inside = Math.max(min, Math.min(max, value));
  return 2 + ((inside - min) / (max - min)) * (width - 4);
}

/** A dot on its interval, on a scale shared by all rows; an arrow where it lies beyond. */
export function IntervalPlot(props: IntervalPlotProps) {
  const { interval, scale, kind, width, height, say } = props;
  const x = (value: number) => plotX(value, scale, width).toFixed(1);
  const y = height / 2;
  return (
    <svg
      class={`ci ${kind}`}
      width={width}
      height={height}
      role={say === '' ? undefined : 'img'}
      aria-label={say === '' ? undefined : say}
      aria-hidden={say === '' ? 'true' : undefined}
    >
      <line class="zero" x1={x(0)} x2={x(0)} y1="2" y2={height - 2} stroke-dasharray="1 2" />
      <line class="w" x1={x(interval.low)} x2={x(interval.high)} y1={y} y2={y} />
      <Dot {...props} y={y} radius={3.5} />
    </svg>
  );
}

function Dot({ interval, scale, width, y, radius }: IntervalPlotProps & DotPlace) {
  const { value } = interval;
  if (value > scale.max) return <path class="dot" d={`M${width - 9} ${y - 5}l8 5-8 5Z`} />;
  if (value < scale.min) return <path class="dot" d={`M9 ${y - 5}l-8 5 8 5Z`} />;
  return <circle class="dot" cx={plotX(value, scale, width).toFixed(1)} cy={y} r={radius} />;
}

interface DotPlace {
  readonly y: number;
  readonly radius: number;
}

/** Round ticks over a scale, three to six of them, 0 among them. */
export function scaleTicks({ min, max }: { readonly min: number; readonly max: number }): number[] {
  const rough = (max - min) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((nice) => nice * power >= rough)! * power;
  const first = Math.ceil(min / step - 1e-9);
  const last = Math.floor(max / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** A scale that holds every interval and "same", with some room. Wide intervals end beyond its edges. */
export function scaleOver(
  intervals: readonly Interval[],
  limits: { readonly least: number; readonly most: number },
): { min: number; max: number } {
  const low = Math.min(0, ...intervals.map(({ low: end, value }) => Math.max(end, 3 * value - 1)));
  const high = Math.max(
    0,
    ...intervals.map(({ high: end, value }) => Math.min(end, 3 * value + 1)),
  );
  const room = Math.max((high - low) * 0.15, limits.least / 4);
  return {
    min: Math.max(-limits.most, Math.min(low - room, -limits.least)),
    max: Math.min(limits.most, Math.max(high + room, limits.least)),
  };
}

interface AxisPlotProps extends IntervalPlotProps {
  readonly smallest: number; // changes inside of ± this could not have been seen
  readonly label: string; // over the dot
}

/** The interval of a verdict: with an axis, and the part in which nothing could have been seen. */
export function AxisPlot(props: AxisPlotProps) {
  const { interval, scale, kind, width, height, smallest, label, say } = props;
  const at = (value: number) => plotX(value, scale, width);
  const bottom = height - 17.5;
  const y = (16 + bottom) / 2;
  const end = (value: number) => (
    <line class="w" x1={at(value)} x2={at(value)} y1={y - 4} y2={y + 4} />
  );
  return (
    <svg class={`ci ${kind}`} width={width} height={height} role="img" aria-label={say}>
      <rect
        class="floor"
        x={at(-smallest)}
        y="16"
        width={Math.max(0, at(smallest) - at(-smallest))}
        height={height - 34}
        rx="2"
      />
      <line class="axis" x1="0" x2={width} y1={bottom} y2={bottom} />
      {scaleTicks(scale).map((tick) => (
        <text key={tick} x={at(tick)} y={height - 4} text-anchor={anchorOf(at(tick), width)}>
          {tick === 0 ? 'same' : sayTick(tick)}
        </text>
      ))}
      <line class="zero" x1={at(0)} x2={at(0)} y1="16" y2={bottom} />
      <text
        class="v"
        x={at(interval.value)}
        y="11"
        text-anchor={anchorOf(at(interval.value), width)}
      >
        {label}
      </text>
      <line class="w" x1={at(interval.low)} x2={at(interval.high)} y1={y} y2={y} />
      {interval.low >= scale.min && end(interval.low)}
      {interval.high <= scale.max && end(interval.high)}
      <Dot {...props} y={y} radius={5} />
    </svg>
  );
}

const anchorOf = (x: number, width: number): 'start' | 'middle' | 'end' =>
  x < 20 ? 'start' : x > width - 22 ? 'end' : 'middle';

const sayTick = (share: number): string =>
  `${share < 0 ? '−' : '+'}${Number((Math.abs(share) * 100).toPrecision(3))}\u00a0%`;
