import type { Range } from '../../time.ts';
import type { Stall } from './rows.ts';

const WIDTH = 1000;
const HEIGHT = 64;

/** When the stalls were and how long each lasted, as one mark each; the table below has the numbers. */
export function StallMarks(props: {
  readonly stalls: readonly Stall[];
  readonly chosen: Stall | null;
  readonly range: Range;
}) {
  const { stalls, chosen, range } = props;
  const longest = stalls[0]?.durationMicros ?? 1;
  const x = (ms: number): number => ((ms - range.from) / (range.to - range.from)) * WIDTH;
  const top = (stall: Stall): number =>
    HEIGHT - Math.max(4, (stall.durationMicros / longest) * HEIGHT);
  return (
    <svg
      class="marks"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <line class="ground" x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      {stalls.map((stall) => (
        <line
          key={`${stall.from} ${stall.instance}`}
          class={stall === chosen ? 'chosen' : ''}
          x1={x(stall.from)}
          x2={x(stall.from)}
          y1={HEIGHT}
          y2={top(stall)}
        />
      ))}
    </svg>
  );
}
