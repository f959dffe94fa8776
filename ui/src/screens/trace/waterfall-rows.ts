import type { WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { isProfiled } from './profiled.ts';

/** Where the bar of a span lies, as shares of the lane: 0 is its left edge, 1 its right. */
export interface Lane {
  readonly left: number;
  readonly width: number;
  readonly onCpu: number; // share of the bar, 0 to 1
}

/** One visible row of the waterfall. */
export interface WaterfallRow {
  readonly span: WaterfallSpan;
  readonly depth: number;
  readonly open: boolean; // its children are rows too
  readonly lane: Lane | null; // null when nobody knows when the span was
  /** Its service ran under the agent: without samples the span used next to no CPU. Else nobody looked. */
  readonly profiled: boolean;
}

/** What the lane of a trace measures: time, or, where no span was exported, CPU. */
export type LaneScale =
  | { readonly by: 'time'; readonly startMicros: number; readonly lengthMicros: number }
  | { readonly by: 'cpu'; readonly lengthMicros: number };

export function laneScale(answer: WaterfallAnswer): LaneScale {
  const { startMicros, durationMicros } = answer;
  if (startMicros !== null && durationMicros !== null && durationMicros > 0)
    return { by: 'time', startMicros, lengthMicros: durationMicros };
  const most = answer.spans.reduce((max, { subtree }) => Math.max(max, subtree.cpuMicros), 0);
  return { by: 'cpu', lengthMicros: most || 1 };
}

const clamp = (share: number): number => Math.min(1, Math.max(0, share));

/** The bar of a span. Clocks of processes differ, so what lies outside of the lane is drawn at its edge. */
export function laneOf(span: WaterfallSpan, scale: LaneScale): Lane | null {
  const { cpuMicros } = span.subtree;
  if (scale.by === 'cpu')
    return { left: 0, width: clamp(cpuMicros / scale.lengthMicros), onCpu: 1 };
  const { startMicros, durationMicros } = span;
  if (startMicros === null || durationMicros === null) return null;
  const left = clamp((startMicros - scale.startMicros) / scale.lengthMicros);
  const right = clamp((startMicros + durationMicros - scale.startMicros) / scale.lengthMicros);
  return {
    left,
    width: right - left,
    onCpu: durationMicros > 0 ? clamp(cpuMicros / durationMicros) : 0,
  };
}

/** The rows that are open, in the order of the answer: each parent before its children. */
export function waterfallRows(
  answer: WaterfallAnswer,
  closed: ReadonlySet<string>,
): readonly WaterfallRow[] {
  const scale = laneScale(answer);
  const profiled = new Set(answer.services.filter((service) => isProfiled(answer, service)));
  const rows: WaterfallRow[] = [];
  let hiddenBelow = Number.POSITIVE_INFINITY; // rows deeper than this are in a closed one
  for (const span of answer.spans) {
    if (span.depth > hiddenBelow) continue;
    const open = !closed.has(span.spanId);
    hiddenBelow = open ? Number.POSITIVE_INFINITY : span.depth;
    rows.push({
      span,
      depth: span.depth,
      open,
      lane: laneOf(span, scale),
      profiled: profiled.has(span.service),
    });
  }
  return rows;
}

/** Where the event loop stood still while the span ran, as shares of the lane. */
export function stallMarks(
  { stalls }: WaterfallSpan,
  scale: LaneScale,
): readonly { readonly left: number; readonly width: number }[] {
  if (scale.by === 'cpu') return [];
  const marks = stalls.map(({ from, durationMicros }) => {
    const left = clamp((from * 1000 - scale.startMicros) / scale.lengthMicros);
    const right = clamp((from * 1000 + durationMicros - scale.startMicros) / scale.lengthMicros);
    return { left, width: right - left };
  });
  return marks.filter(({ width }) => width > 0);
}

/** At most five round ticks from 0, in microseconds. */
export function laneTicks(lengthMicros: number): readonly number[] {
  if (!(lengthMicros > 0)) return [0];
  const power = 10 ** Math.floor(Math.log10(lengthMicros / 4));
  const step = [1, 2, 5, 10]
    .map((nice) => nice * power)
    .find((nice) => lengthMicros / nice <= 4.5)!;
  const ticks: number[] = [];
  for (let i = 0; i * step <= lengthMicros; i++) ticks.push(i * step);
  return ticks;
}

/** The row that says most: the deepest that holds half of the CPU of the whole trace, else the first. */
export function tellingSpan(answer: WaterfallAnswer): WaterfallSpan | null {
  const { spans } = answer;
  const most = spans.reduce((max, { subtree }) => Math.max(max, subtree.cpuMicros), 0);
  const heavy = spans.filter(({ subtree }) => most > 0 && subtree.cpuMicros >= most / 2);
  return (
    heavy.reduce<WaterfallSpan | null>(
      (best, span) => (best === null || span.depth > best.depth ? span : best),
      null,
    ) ??
    spans[0] ??
    null
  );
}

export const spanName = ({ name, endpoint, localRoot }: WaterfallSpan): string =>
  (localRoot && endpoint !== '' ? endpoint : name || endpoint) || 'unnamed span';
