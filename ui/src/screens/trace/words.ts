import type { WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { formatMicros, type Measure, plural } from '../../format.ts';
import { spanName } from './waterfall-rows.ts';

/** Values of a span are amounts of time, not a rate. */
export const spanMeasure = (type: 'cpu' | 'wall'): Measure => {
  const wall = type === 'wall';
  return {
    title: wall ? 'Wall time' : 'CPU',
    subject: wall ? 'wall time' : 'CPU',
    verb: wall ? 'passes in' : 'goes through',
    seriesTitle: wall ? 'Wall time' : 'CPU',
    column: 'ms',
    perSecond: false,
    short: millis,
    long: formatMicros,
    tick: formatMicros,
  };
};

/** Milliseconds with three digits, for a column whose head has the unit. */
function millis(micros: number): string {
  const value = micros / 1000;
  if (value === 0) return '0';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3).replace(/\.?0+$/, '');
}

/** How many services used CPU in this trace. */
export function busyServices({ spans }: WaterfallAnswer): number {
  return new Set(spans.filter(({ cpuMicros }) => cpuMicros > 0).map(({ service }) => service)).size;
}

/** What this request did on the CPU, in one sentence. */
export function traceSentence(answer: WaterfallAnswer): string {
  const [root] = answer.spans;
  if (root === undefined) return 'This trace has no span.';
  const name = spanName(root);
  const { durationMicros, cpuMicros } = answer;
  const busy = busyServices(answer);
  const where = busy > 1 ? ` in ${plural(busy, 'service')}` : '';
  if (durationMicros === null) return `${name} used ${formatMicros(cpuMicros)} of CPU${where}.`;
  const took = `${name} took ${formatMicros(durationMicros)}`;
  if (answer.samples === 0) return `${took}, and no sample hit it.`;
  return cpuMicros <= durationMicros
    ? `${took}, ${formatMicros(cpuMicros)} of it on CPU.`
    : `${took} and used ${formatMicros(cpuMicros)} of CPU${where}.`;
}

/** Parts of the time of a trace: the telling span on CPU, other CPU, and what was waiting. */
export interface TraceParts {
  readonly span: number;
  readonly other: number;
  readonly waiting: number; // 0 when more CPU was used than time passed, or nobody knows the time
}

export function traceParts(answer: WaterfallAnswer, telling: WaterfallSpan): TraceParts {
  const span = Math.min(answer.cpuMicros, telling.subtree.cpuMicros);
  const waiting = Math.max(0, (answer.durationMicros ?? 0) - answer.cpuMicros);
  return { span, other: answer.cpuMicros - span, waiting };
}

const Z = 1.96;

/**
 * The 95 % interval of a share that `samples` samples show.
 *
 * Source  Wilson 1927, the score interval of a proportion.
 */
export function shareInterval(share: number, samples: number): { low: number; high: number } {
  if (samples <= 0) return { low: 0, high: 1 };
  const z2 = (Z * Z) / samples;
  const middle = (share + z2 / 2) / (1 + z2);
  const half = (Z / (1 + z2)) * Math.sqrt((share * (1 - share)) / samples + z2 / (4 * samples));
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}

const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/jaeger/i, 'Jaeger'],
  [/tempo/i, 'Tempo'],
  [/grafana/i, 'Grafana'],
  [/datadog/i, 'Datadog'],
  [/zipkin/i, 'Zipkin'],
  [/honeycomb/i, 'Honeycomb'],
  [/signoz/i, 'SigNoz'],
];

/** What a link out is called: the tool that its address names, else "tracing tool". */
export const toolOf = (url: string): string =>
  TOOLS.find(([known]) => known.test(url))?.[1] ?? 'tracing tool';

/** 7c1f09be…41e2: enough to tell two ids apart. */
export const shortId = (id: string): string => `${id.slice(0, 8)}…${id.slice(-4)}`;
