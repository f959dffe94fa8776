import { computed } from '@preact/signals';
import { go, location } from '../../state/location.ts';
import { formatTrace, parseTrace, type TraceState } from './address.ts';

/** What the address names; null where it names no trace. */
export const traceState = computed<TraceState | null>(() =>
  parseTrace(location.value.path, location.value.search),
);

/** Change some fields of the trace screen. */
export function setTrace(part: Partial<TraceState>, how: 'push' | 'replace' = 'push'): void {
  const state = traceState.peek();
  if (state !== null) go(formatTrace({ ...state, ...part }), how);
}
