import type { FoundTrace, FoundTracesAnswer } from '@flamehouse/proto';
import { formatMicros, groupDigits, plural } from '../../format.ts';
import { formatRange } from '../../time.ts';
import type { Times } from '../requests/place.ts';
import type { TracesState } from './address.ts';

export const nameOfTrace = ({ endpoint, name }: FoundTrace): string =>
  endpoint || name || 'unnamed request';

/** Whether anything but place and time narrows the list. */
export const isFiltered = (state: TracesState): boolean =>
  state.endpoint !== '' ||
  state.minDurationMs > 0 ||
  state.minCpuMs > 0 ||
  state.failed ||
  state.functionId !== '';

/** The answer of the screen: the request at the top of the list, and what it took. */
export function tracesSentence(answer: FoundTracesAnswer, state: TracesState): string {
  const [first] = answer.traces;
  if (first === undefined) return '';
  const name = nameOfTrace(first);
  if (state.functionId !== '' && first.functionMicros !== null) {
    const of = state.functionName || 'this function';
    return `A ${name} request spent ${formatMicros(first.functionMicros)} of CPU in ${of}.`;
  }
  if (state.sort === 'duration' && first.durationMicros !== null)
    return `The slowest request took ${formatMicros(first.durationMicros)}: ${name}.`;
  if (state.sort === 'start')
    return `${plural(answer.rows, 'request')} of ${answer.service} ${answer.rows === 1 ? 'was' : 'were'} sampled.`;
  return `The most expensive request used ${formatMicros(first.cpuMicros)} of CPU: ${name}.`;
}

export function tracesContext(answer: FoundTracesAnswer, { range, nowMs }: Times): string {
  const shown = answer.traces.length;
  const count =
    shown === answer.rows
      ? plural(answer.rows, 'request')
      : `${groupDigits(shown)} of ${plural(answer.rows, 'request')}`;
  return `${count} with samples or spans, ${formatRange(range, nowMs)}.`;
}
