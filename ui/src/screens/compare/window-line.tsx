import { useEffect, useRef, useState } from 'preact/hooks';
import { formatNumber } from '../../format.ts';
import { coverage, type Line, niceTicks } from '../../series.ts';
import { formatClock, formatMinute, formatRange, formatSpan, type Range } from '../../time.ts';

interface WindowLineProps {
  readonly label: string; // whose time this is
  readonly line: Line | null;
  readonly range: Range;
  readonly window: Range; // the minutes that are compared
  readonly peak: number; // of both sides, so that they share a scale
  readonly kind: '' | 'more' | 'less';
  readonly nowMs: number;
  readonly onWindow: (window: Range) => void;
}

const LEFT = 34;
const TOP = 4;
const BOTTOM = 16;
const HEIGHT = 68;
const MINUTE_MS = 60_000;
/** Below two kept minutes there is nothing to judge, and the first two of a process do not count. */
const WINDOW_MS_MIN = 3 * MINUTE_MS;

type Edge = 'from' | 'to' | 'both' | 'new';

/** Move an edge, or the whole window, to whole minutes inside of the range. */
export function moveWindow(window: Range, edge: Edge, byMs: number, range: Range): Range {
  const whole = (ms: number) => Math.round(ms / MINUTE_MS) * MINUTE_MS;
  const inside = (ms: number, from: number, to: number) => Math.max(from, Math.min(to, whole(ms)));
  if (edge === 'from')
    return { ...window, from: inside(window.from + byMs, range.from, window.to - WINDOW_MS_MIN) };
  if (edge === 'to')
    return { ...window, to: inside(window.to + byMs, window.from + WINDOW_MS_MIN, range.to) };
  const span = window.to - window.from;
  const from = inside(window.from + byMs, range.from, range.to - span);
  return { from, to: from + span };
}

/** A window drawn from one place to another; null for a click. */
export function drawnWindow(startMs: number, endMs: number, range: Range): Range | null {
  const whole = (ms: number) =>
    Math.max(range.from, Math.min(range.to, Math.round(ms / MINUTE_MS) * MINUTE_MS));
  const from = whole(Math.min(startMs, endMs));
  const to = whole(Math.max(startMs, endMs));
  return to - from >= WINDOW_MS_MIN ? { from, to } : null;
}

/** CPU of one side over time, with the window that is compared: both its ends and all of it can be dragged. */
export function WindowLine(props: WindowLineProps) {
  const { range, window: kept, line, label } = props;
  const host = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [dragged, setDragged] = useState<Range | null>(null);
  const drag = useRef<{ edge: Edge; startX: number; startMs: number } | null>(null);
  useEffect(() => {
    const sizes = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    sizes.observe(host.current!);
    return () => sizes.disconnect();
  }, []);
  const room = Math.max(1, width - LEFT);
  const x = (ms: number): number => LEFT + ((ms - range.from) / (range.to - range.from)) * room;
  const msOf = (px: number): number => range.from + ((px - LEFT) / room) * (range.to - range.from);
  const shown = dragged ?? kept;

  const begin = (event: PointerEvent, edge: Edge): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    host.current!.setPointerCapture(event.pointerId);
    const box = host.current!.getBoundingClientRect();
    drag.current = { edge, startX: event.clientX, startMs: msOf(event.clientX - box.left) };
  };
  const follow = (event: PointerEvent): void => {
    const { current } = drag;
    if (current === null) return;
    const byMs = ((event.clientX - current.startX) / room) * (range.to - range.from);
    setDragged(
      current.edge === 'new'
        ? drawnWindow(current.startMs, current.startMs + byMs, range)
        : moveWindow(kept, current.edge, byMs, range),
    );
  };
  const end = (): void => {
    drag.current = null;
    if (dragged !== null && (dragged.from !== kept.from || dragged.to !== kept.to))
      props.onWindow(dragged);
    setDragged(null);
  };
  const key = (event: KeyboardEvent, edge: Edge): void => {
    const way = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (way === 0) return;
    event.preventDefault();
    const next = moveWindow(kept, edge, way * (event.shiftKey ? 10 : 1) * MINUTE_MS, range);
    if (next.from !== kept.from || next.to !== kept.to) props.onWindow(next);
  };
  const grip = (edge: 'from' | 'to') => (
    <button
      type="button"
      class="grip"
      role="slider"
      style={{ left: `${x(shown[edge])}px` }}
      aria-label={`${edge === 'from' ? 'Start' : 'End'} of the minutes of ${label}`}
      aria-valuemin={range.from}
      aria-valuemax={range.to}
      aria-valuenow={shown[edge]}
      aria-valuetext={formatClock(shown[edge])}
      onPointerDown={(event) => begin(event, edge)}
      onKeyDown={(event) => key(event, edge)}
    />
  );
  return (
    <div
      class="window-line"
      ref={host}
      onPointerDown={(event) => begin(event, 'new')}
      onPointerMove={follow}
      onPointerUp={end}
      onPointerCancel={end}
    >
      {line !== null && width > 0 && <Picture {...props} line={line} width={width} x={x} />}
      {line === null && <div class="skel" aria-hidden="true" />}
      {width > 0 && (
        <>
          <button
            type="button"
            class="window"
            style={{ left: `${x(shown.from)}px`, width: `${x(shown.to) - x(shown.from)}px` }}
            aria-label={`Minutes of ${label}: ${formatRange(shown, props.nowMs)}, ${formatSpan(shown.to - shown.from)}`}
            title="Drag to move; drag an end to change its length"
            onPointerDown={(event) => begin(event, 'both')}
            onKeyDown={(event) => key(event, 'both')}
          />
          {grip('from')}
          {grip('to')}
        </>
      )}
    </div>
  );
}

function Picture(
  props: WindowLineProps & {
    readonly line: Line;
    readonly width: number;
    readonly x: (ms: number) => number;
  },
) {
  const { line, range, peak, width, x } = props;
  const top = peak * 1.15 || 1;
  const bottom = HEIGHT - BOTTOM;
  const y = (value: number): number => TOP + (bottom - TOP) * (1 - value / top);
  // The middle of the last step may lie after the range.
  const within = (ms: number): number => Math.min(width, Math.max(LEFT, x(ms)));
  const path = linePath(line, within, y);
  const mean = coverage(line, props.window).mean;
  const ticks = [range.from, (range.from + range.to) / 2, range.to];
  return (
    <svg width={width} height={HEIGHT} aria-hidden="true">
      {niceTicks(top, false).map((tick) => (
        <g key={tick}>
          <line class="gridline" x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
          <text x={LEFT - 8} y={y(tick) + 4} text-anchor="end">
            {tick === 0 ? '0' : formatNumber(tick).replace(/\.?0+$/, '')}
          </text>
        </g>
      ))}
      <line class="axis" x1={LEFT} x2={width} y1={bottom + 0.5} y2={bottom + 0.5} />
      {ticks.map((tick, i) => (
        <text
          key={tick}
          x={x(tick)}
          y={HEIGHT - 3}
          text-anchor={(['start', 'middle', 'end'] as const)[i]}
        >
          {formatMinute(tick)}
        </text>
      ))}
      {mean > 0 && (
        <line
          class="mean"
          x1={x(props.window.from)}
          x2={x(props.window.to)}
          y1={y(mean)}
          y2={y(mean)}
        />
      )}
      <path class={`line ${props.kind}`} d={path} />
    </svg>
  );
}

/** Pieces between gaps; a step is drawn at its middle, a lonely one as a dot. */
function linePath(line: Line, x: (ms: number) => number, y: (value: number) => number): string {
  let path = '';
  let drawing = false;
  line.timesMs.forEach((ms, i) => {
    const value = line.values[i];
    if (value === null || value === undefined) {
      drawing = false;
      return;
    }
    const at = `${x(ms + line.stepMs / 2).toFixed(1)} ${y(value).toFixed(1)}`;
    path += drawing ? `L${at}` : `M${at}h.01`;
    drawing = true;
  });
  return path;
}
