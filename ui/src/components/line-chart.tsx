import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { chartShape, TimelineChart } from '../screens/explore/timeline-chart.ts';
import type { Line } from '../series.ts';
import { theme } from '../state/theme.ts';
import type { Range } from '../time.ts';

interface LineChartProps {
  readonly line: Line;
  readonly range: Range;
  readonly tick: (value: number) => string;
  readonly onSelect: (range: Range) => void;
  readonly onCursor: (at: { atMs: number; value: number } | null) => void;
}

/** One line over a range; a drag picks a part of it. */
export function LineChart(props: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<TimelineChart | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { line, range, tick } = props;
  const state = {
    line,
    range,
    tick: roundTick(tick),
    split: null,
    band: null,
    left: 52,
    bytes: false,
  };
  useLayoutEffect(() => {
    const made = new TimelineChart(host.current!, state, {
      onSelect: (picked) => latest.current.onSelect(picked),
      onClick: () => {},
      onCursor: (at) => latest.current.onCursor(at),
    });
    chart.current = made;
    const sizes = new ResizeObserver(([entry]) => made.resize(entry!.contentRect.width));
    sizes.observe(host.current!);
    return () => {
      sizes.disconnect();
      made.destroy();
    };
  }, [chartShape(state)]);
  useEffect(() => chart.current?.show(state), [line, range.from, range.to, tick]);
  // Colours are read while drawing.
  useEffect(() => chart.current?.retheme(), [theme.value]);
  return (
    <div class="timeline">
      <div class="plot" ref={host} />
    </div>
  );
}

/** Axis labels are round numbers: 2, not 2.00. */
const roundTick =
  (tick: (value: number) => string) =>
  (value: number): string =>
    tick(value)
      .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
      .replace(/\.(?=\D|$)/, '');
