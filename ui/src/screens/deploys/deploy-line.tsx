import type { Deploy, DeployLine } from '@flamehouse/proto';
import { niceTicks } from '../../series.ts';
import { formatMinute } from '../../time.ts';
import { sizeWords } from '../compare/size-words.ts';
import { lineKind } from './deploy-words.ts';

interface Point {
  readonly ms: number;
  readonly value: number;
}

interface Shape {
  readonly before: string;
  readonly after: string; // from the deploy on
  readonly area: string;
}

/** The line as paths: what came before the deploy, what came after, and the area under both. */
export function deployPaths(
  line: DeployLine,
  at: number,
  place: {
    readonly x: (ms: number) => number;
    readonly y: (value: number) => number;
    readonly bottom: number;
  },
): Shape {
  const { x, y, bottom } = place;
  const pieces = piecesOf(line);
  const path = (points: readonly Point[]) =>
    points
      .map(({ ms, value }, i) => `${i === 0 ? 'M' : 'L'}${x(ms).toFixed(1)} ${y(value).toFixed(1)}`)
      .join('') + (points.length === 1 ? 'h.01' : '');
  const part = (wanted: (ms: number) => boolean) =>
    pieces
      .map((points) => points.filter(({ ms }) => wanted(ms)))
      .filter((points) => points.length > 0)
      .map(path)
      .join('');
  const area = pieces
    .map((points) => {
      const [first, last] = [points[0]!, points.at(-1)!];
      return `${path(points)}L${x(last.ms).toFixed(1)} ${bottom}L${x(first.ms).toFixed(1)} ${bottom}Z`;
    })
    .join('');
  return { before: part((ms) => ms < at), after: part((ms) => ms >= at), area };
}

/** Steps without a gap between them. */
function piecesOf({ from, stepMs, values }: DeployLine): Point[][] {
  const pieces: Point[][] = [];
  let open: Point[] | null = null;
  values.forEach((value, i) => {
    if (value === null) {
      open = null;
      return;
    }
    if (open === null) {
      open = [];
      pieces.push(open);
    }
    open.push({ ms: from + (i + 0.5) * stepMs, value });
  });
  return pieces;
}

const endOf = ({ from, stepMs, values }: DeployLine): number => from + stepMs * values.length;
const peakOf = ({ values }: DeployLine): number =>
  values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);

const SPARK = { width: 128, height: 22 };

/** CPU before and after, in a row: the part after the deploy takes the verdict's colour. */
export function DeploySpark({ deploy }: { readonly deploy: Deploy }) {
  const { line, at } = deploy;
  if (line === null || peakOf(line) === 0) return <span class="muted">–</span>;
  const { width, height } = SPARK;
  const kind = lineKind(deploy);
  const to = endOf(line);
  const x = (ms: number) => 1 + ((ms - line.from) / (to - line.from)) * (width - 2);
  const top = peakOf(line) * 1.1;
  const y = (value: number) => height - 1 - (value / top) * (height - 3);
  const { before, after, area } = deployPaths(line, at, { x, y, bottom: height });
  return (
    <svg class="spark fixed" width={width} height={height} aria-hidden="true">
      <path class="a" d={area} />
      <path d={before} />
      <path class={`after ${kind}`} d={after} />
      <path class="cut" d={`M${x(at).toFixed(1)} 0V${height}`} />
    </svg>
  );
}

const CHART = { width: 340, height: 96, left: 36, top: 20, bottom: 18 };

/** The same line with its axes, in the open row. */
export function DeployChart({ deploy }: { readonly deploy: Deploy }) {
  const { line, at, version } = deploy;
  if (line === null || peakOf(line) === 0) return null;
  const { width, height, left, top, bottom } = CHART;
  const kind = lineKind(deploy);
  const to = endOf(line);
  const words = sizeWords(line.normaliser, peakOf(line));
  const high = peakOf(line) * 1.15;
  const x = (ms: number) => left + ((ms - line.from) / (to - line.from)) * (width - left);
  const y = (value: number) => top + (height - bottom - top) * (1 - value / high);
  const { before, after, area } = deployPaths(line, at, { x, y, bottom: height - bottom });
  const near = x(at) > width - 90;
  return (
    <figure class="deploy-chart">
      <figcaption>
        {words.measure}, {words.column} · before and after {formatMinute(at)}
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} aria-hidden="true">
        {niceTicks(high, false).map((tick) => (
          <g key={tick}>
            <line class="gridline" x1={left} x2={width} y1={y(tick)} y2={y(tick)} />
            <text x={left - 6} y={y(tick) + 4} text-anchor="end">
              {tick === 0 ? '0' : words.short(tick).replace(/\.?0+$/, '')}
            </text>
          </g>
        ))}
        <path class="a" d={area} />
        <path class="line" d={before} />
        <path class={`line after ${kind}`} d={after} />
        <line class={`cut ${kind}`} x1={x(at)} x2={x(at)} y1="0" y2={height - bottom} />
        <text
          class="flag-text"
          x={near ? x(at) - 5 : x(at) + 5}
          y="11"
          text-anchor={near ? 'end' : 'start'}
        >
          {version.length > 18 ? `${version.slice(0, 17)}…` : version}
        </text>
        <text x={left} y={height - 4}>
          {formatMinute(line.from)}
        </text>
        <text x={width} y={height - 4} text-anchor="end">
          {formatMinute(to)}
        </text>
      </svg>
    </figure>
  );
}
