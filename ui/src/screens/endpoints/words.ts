import type { EndpointSeriesAnswer, EndpointsAnswer } from '@flamehouse/proto';
import { formatMicros, formatNumber, formatPercent, plural, sayShare } from '../../format.ts';
import type { Line } from '../../series.ts';
import type { EndpointMeasure } from './address.ts';

type Columns = EndpointsAnswer['endpoints'];

/** One row of the answer. */
export type EndpointRow = { readonly [K in keyof Columns]: Columns[K][number] };

export function rowAt({ endpoints }: EndpointsAnswer, row: number): EndpointRow | null {
  if (endpoints.endpoint[row] === undefined) return null;
  const entries = Object.entries(endpoints).map(([name, column]) => [name, column[row]]);
  return Object.fromEntries(entries) as EndpointRow;
}

export const nameOf = (endpoint: string): string => endpoint || 'outside any request';

export const coresOf = (micros: number, { coveredSeconds }: EndpointsAnswer): number =>
  coveredSeconds > 0 ? micros / 1e6 / coveredSeconds : 0;

const shareOf = (row: EndpointRow, answer: EndpointsAnswer): string =>
  sayShare(row.cpuMicros / (answer.cpuMicros || 1));

/** The answer of the screen: the endpoint that most CPU goes into, and what one request of it takes. */
export function endpointsSentence(answer: EndpointsAnswer): string {
  const rows = answer.endpoints.endpoint.map((_, row) => rowAt(answer, row)!);
  const [top] = rows
    .filter(({ endpoint }) => endpoint !== '')
    .sort((a, b) => b.cpuMicros - a.cpuMicros);
  if (top === undefined) return `${answer.service} served no request that the agent knows.`;
  const each =
    top.cpuMicrosPerRequest === null ? '' : `, ${formatMicros(top.cpuMicrosPerRequest)} a request`;
  return `${shareOf(top, answer)} of CPU goes into ${top.endpoint}${each}.`;
}

/** What stands under the sentence. */
export function endpointsContext(answer: EndpointsAnswer): string {
  const { endpoints } = answer;
  const requests = endpoints.requests.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const errors = endpoints.errors.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const outside = endpoints.endpoint.indexOf('');
  const rest = outside < 0 ? null : rowAt(answer, outside);
  return [
    `${formatNumber(coresOf(answer.cpuMicros, answer))} cores in all`,
    requests > 0
      ? `${plural(requests, 'request')}, ${errors === 0 ? 'none failed' : `${formatPercent(errors / requests)} failed`}`
      : 'nobody counted requests',
    rest === null ? '' : `${shareOf(rest, answer)} is work outside any request`,
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** How one column over time is called and said. */
export const MEASURES: Readonly<
  Record<EndpointMeasure, { title: string; short: string; tick: (value: number) => string }>
> = {
  cores: { title: 'CPU, cores', short: 'CPU', tick: formatNumber },
  perRequest: { title: 'CPU per request', short: 'Per request', tick: formatMicros },
  rate: { title: 'Requests per second', short: 'Rate', tick: formatNumber },
  duration: { title: 'Mean duration', short: 'Duration', tick: formatMicros },
  errors: { title: 'Failed requests', short: 'Failed', tick: formatPercent },
};

const COLUMN = {
  cores: 'cores',
  perRequest: 'cpuMicrosPerRequest',
  rate: 'requestsPerSecond',
  duration: 'durationMicrosMean',
  errors: 'errorShare',
} as const satisfies Record<EndpointMeasure, keyof EndpointSeriesAnswer['series'][number]>;

/** One column of one endpoint over time as a line; null when the endpoint is not in the answer. */
export function lineOf(
  answer: EndpointSeriesAnswer,
  endpoint: string,
  measure: EndpointMeasure,
): Line | null {
  const found = answer.series.find((one) => one.endpoint === endpoint);
  if (found === undefined) return null;
  const values = found[COLUMN[measure]];
  const peak = values.reduce<number>((max, value) => Math.max(max, value ?? 0), 0);
  return { stepMs: answer.stepMs, timesMs: answer.timesMs, values, peak };
}
