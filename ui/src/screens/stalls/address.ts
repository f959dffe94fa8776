import { countField, queryCodec, textField } from '../../state/query-codec.ts';
import { PLACE_FIELDS, type Place } from '../requests/place-fields.ts';

export interface StallsState extends Place {
  readonly endpoint: string;
  readonly instance: string;
  readonly minMs: number;
  readonly at: number; // start of the chosen stall, epoch milliseconds; 0 takes the longest
  readonly of: string; // its instance: two may begin in the same millisecond
}

export const stallsCodec = queryCodec<StallsState>({
  ...PLACE_FIELDS,
  endpoint: textField('ep'),
  instance: textField('in'),
  minMs: countField('min'),
  at: countField('at'),
  of: textField('of'),
});
