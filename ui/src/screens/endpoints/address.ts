import { choiceField, nullableField, queryCodec, textField } from '../../state/query-codec.ts';
import { PLACE_FIELDS, type Place } from '../requests/place-fields.ts';

export const ENDPOINT_SORTS = [
  'cpu',
  'perRequest',
  'requests',
  'errors',
  'duration',
  'wall',
  'name',
] as const;
export const ENDPOINT_MEASURES = ['cores', 'perRequest', 'rate', 'duration', 'errors'] as const;
export type EndpointSort = (typeof ENDPOINT_SORTS)[number];
export type EndpointMeasure = (typeof ENDPOINT_MEASURES)[number];

export interface EndpointsState extends Place {
  readonly sort: EndpointSort;
  readonly search: string;
  readonly endpoint: string | null; // '' is work outside any request; null takes the first row
  readonly measure: EndpointMeasure; // of the line
}

export const endpointsCodec = queryCodec<EndpointsState>({
  ...PLACE_FIELDS,
  sort: choiceField('sort', ENDPOINT_SORTS, 'cpu'),
  search: textField('s'),
  endpoint: nullableField('ep'),
  measure: choiceField('m', ENDPOINT_MEASURES, 'cores'),
});
