import type { TraceSort } from '@flamehouse/proto';
import {
  choiceField,
  countField,
  flagField,
  idField,
  queryCodec,
  textField,
} from '../../state/query-codec.ts';
import { PLACE_FIELDS, type Place } from '../requests/place-fields.ts';

export const TRACE_SORTS: readonly TraceSort[] = ['cpu', 'duration', 'start'];

export interface TracesState extends Place {
  readonly endpoint: string;
  readonly minDurationMs: number;
  readonly minCpuMs: number;
  readonly failed: boolean; // only traces with an error
  readonly sort: TraceSort;
  /** Traces through one function, those with most CPU in it first; '' for all. */
  readonly functionId: string;
  readonly functionName: string;
}

export const tracesCodec = queryCodec<TracesState>({
  ...PLACE_FIELDS,
  endpoint: textField('ep'),
  minDurationMs: countField('dur'),
  minCpuMs: countField('cpu'),
  failed: flagField('err'),
  sort: choiceField('sort', TRACE_SORTS, 'cpu'),
  functionId: idField('fn'),
  functionName: textField('fnn'),
});
