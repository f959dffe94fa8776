import { type Field, textField, timeField } from '../../state/query-codec.ts';

/** What traces, endpoints and stalls are looked at for: kept when one goes from one to the next. */
export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly from: string;
  readonly to: string;
}

export const PLACE_FIELDS: { readonly [K in keyof Place]: Field<Place[K]> } = {
  service: textField('svc'),
  environment: textField('env'),
  version: textField('ver'),
  from: timeField('from', 'now-1h'),
  to: timeField('to', 'now'),
};

export const placeOf = ({ service, environment, version, from, to }: Place): Place => ({
  service,
  environment,
  version,
  from,
  to,
});
