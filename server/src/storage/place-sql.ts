import type { PlaceSelection } from './detail-store.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';

/** Rows of a table that has service, environment, version, instance and endpoint as columns. */
export function placeCondition(
  { service, range, environment, version, instance, endpoint }: PlaceSelection,
  time: string,
): Condition {
  const parts: Condition[] = [
    { sql: 'service = {service: String}', values: { service } },
    {
      sql: `${time} >= toDateTime({from: UInt32}, 'UTC') AND ${time} < toDateTime({to: UInt32}, 'UTC')`,
      values: { from: epochSeconds(range.from), to: epochSeconds(range.to) },
    },
  ];
  const columns = { environment, version, instance, endpoint };
  for (const [name, value] of Object.entries(columns)) {
    if (value === undefined) continue;
    parts.push({ sql: `${name} = {${name}: String}`, values: { [name]: value } });
  }
  return all(parts);
}
