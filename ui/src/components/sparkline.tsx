import type { Line } from '../series.ts';
import type { Range } from '../time.ts';

const WIDTH = 240;
const HEIGHT = 26;

/** The line of a sparkline as SVG paths: pieces between gaps, and the area under them. */
export function sparkPaths(
  line: Line,
  range: Range,
): { readonly stroke: string; readonly area: string } {
  const max = line.peak * 1.1 || 1;
  const x = (ms: number): string =>
    (1 + ((ms - range.from) / (range.to - range.from)) * (WIDTH - 2)).toFixed(1);
  const y = (v: number): string => (HEIGHT - 1 - (v / max) * (HEIGHT - 3)).toFixed(1);
  let stroke = '';
  let area = '';
  let piece: { ms: number; v: number }[] = [];
  const finish = (): void => {
    const [first] = piece;
    if (first === undefined) return;
    if (piece.length === 1) piece.push({ ms: first.ms + line.stepMs, v: first.v });
    const path = piece.map(({ ms, v }, i) => `${i === 0 ? 'M' : 'L'}${x(ms)} ${y(v)}`).join('');
    stroke += path;
    area += `${path}L${x(piece.at(-1)!.ms)} ${HEIGHT}L${x(first.ms)} ${HEIGHT}Z`;
    piece = [];
  };
  line.timesMs.forEach((ms, i) => {
    const v = line.values[i];
    if (v === null || v === undefined) finish();
    else piece.push({ ms, v });
  });
  finish();
  return { stroke, area };
}

export function Sparkline({ line, range }: { readonly line: Line | null; readonly range: Range }) {
  const paths = line === null ? null : sparkPaths(line, range);
  return (
    <svg
      class="spark"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {paths !== null && (
        <>
          <path class="a" d={paths.area} />
          <path d={paths.stroke} />
        </>
      )}
    </svg>
  );
}
