import { type FrameKind, type InstanceMinute, PROFILE_TYPE_OF_ALIAS } from '@flamehouse/proto';
import type { Engine } from './engine.ts';
import type { TimeRange } from './profile-store.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { spanIdValue } from './span-ids.ts';

/** Whose CPU one side of a comparison is. An absent field does not restrict. */
export interface SideSelection {
  readonly service: string;
  readonly range: TimeRange;
  readonly version?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly endpoint?: string;
}

/** One clock minute of one process, with what a comparison adds up of it. */
export interface MinuteFacts extends InstanceMinute {
  readonly processCpuMicros: number;
  readonly runtime: string;
}

/** Sums over chosen minutes, by instance, endpoint and function. Endpoint '' is outside requests. */
export interface MinuteSums {
  readonly cpu: readonly {
    readonly instance: string;
    readonly endpoint: string;
    readonly functionId: string; // 16 hex
    readonly selfMicros: number;
    readonly totalMicros: number;
    readonly selfTicks: number;
    readonly totalTicks: number;
  }[];
  readonly requests: readonly {
    readonly instance: string;
    readonly endpoint: string;
    readonly count: number;
    readonly errors: number;
  }[];
}

export interface FunctionNames {
  readonly name: string;
  readonly file: string;
  readonly kind: FrameKind;
}

/** What comparisons ask of the minute tables. */
export interface ComparisonStore {
  listMinutes(side: SideSelection, signal?: AbortSignal): Promise<readonly MinuteFacts[]>;
  sumMinutes(
    side: SideSelection,
    minutes: readonly InstanceMinute[],
    signal?: AbortSignal,
  ): Promise<MinuteSums>;
  /** functionId -> name. */
  functionNames(
    functionIds: readonly string[], // 16 hex
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, FunctionNames>>;
  /** Live heap of each process, minute by minute, in order of time. */
  listHeap(side: SideSelection, signal?: AbortSignal): Promise<readonly HeapMinute[]>;
  /** CPU and requests of all processes, minute by minute, in order of time. */
  listCosts(side: SideSelection, signal?: AbortSignal): Promise<readonly CostMinute[]>;
}

export interface HeapMinute {
  readonly instance: string;
  readonly minute: number; // since the epoch
  readonly bytes: number;
}

export interface CostMinute {
  readonly minute: number; // since the epoch
  readonly coveredSeconds: number; // summed over processes
  readonly cpuMicros: number;
  readonly requests: number;
}

const MINUTE_MS = 60_000;
// Control characters are refused in names, so one can part the keys.
const KEY_BREAK = '\n';

/** ComparisonStore on ClickHouse. */
export class ClickHouseComparisonStore implements ComparisonStore {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  async listMinutes(side: SideSelection, signal?: AbortSignal): Promise<readonly MinuteFacts[]> {
    const minutes = sideCondition(side, 'minute');
    const windows = sideCondition(side, 'window_start');
    const rows = await this.engine.rows<[string, string, number, string, string, string, string]>(
      {
        sql: `SELECT instance, toString(intDiv(toUnixTimestamp(m.minute), 60)),
    sum(covered_ms) / 1000, toString(intDiv(max(started_at_ms), 60000)),
    toString(sum(process_cpu)), max(runtime), toString(any(requests))
  FROM instance_minutes AS m
  LEFT JOIN (
    SELECT instance, toStartOfMinute(window_start, 'UTC') AS minute, sum(count) AS requests
    FROM requests WHERE ${windows.sql} GROUP BY instance, minute
  ) AS r ON r.instance = m.instance AND r.minute = m.minute
  WHERE ${minutes.sql}
  GROUP BY instance, m.minute`,
        values: { ...minutes.values, ...windows.values },
      },
      signal,
    );
    const counted = rows.some((row) => Number(row[6]) > 0);
    return rows.map(([instance, minute, covered, startedAt, cpu, runtime, requests]) => ({
      instance,
      minute: Number(minute),
      coveredSeconds: Number(covered),
      startedAtMinute: Number(startedAt),
      requests: counted ? Number(requests) : null,
      processCpuMicros: Number(cpu),
      runtime,
    }));
  }

  async sumMinutes(
    side: SideSelection,
    minutes: readonly InstanceMinute[],
    signal?: AbortSignal,
  ): Promise<MinuteSums> {
    const cpuWhere = chosenCondition(side, minutes, 'minute');
    const requestsWhere = chosenCondition(side, minutes, 'window_start');
    const [cpu, requests] = await Promise.all([
      this.engine.rows<[string, string, string, string, string, string, string]>(
        {
          sql: `SELECT instance, endpoint, lower(hex(function_id)),
    toString(sum(self)), toString(sum(total)), toString(sum(self_ticks)), toString(sum(total_ticks))
  FROM function_minutes WHERE ${cpuWhere.sql}
  GROUP BY instance, endpoint, function_id`,
          values: cpuWhere.values,
        },
        signal,
      ),
      this.engine.rows<[string, string, string, string]>(
        {
          sql: `SELECT instance, endpoint, toString(sum(count)), toString(sum(errors))
  FROM requests WHERE ${requestsWhere.sql}
  GROUP BY instance, endpoint`,
          values: requestsWhere.values,
        },
        signal,
      ),
    ]);
    return {
      cpu: cpu.map(([instance, endpoint, functionId, self, total, selfTicks, totalTicks]) => ({
        instance,
        endpoint,
        functionId,
        selfMicros: Number(self),
        totalMicros: Number(total),
        selfTicks: Number(selfTicks),
        totalTicks: Number(totalTicks),
      })),
      requests: requests.map(([instance, endpoint, count, errors]) => ({
        instance,
        endpoint,
        count: Number(count),
        errors: Number(errors),
      })),
    };
  }

  async functionNames(
    functionIds: readonly string[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, FunctionNames>> {
    const rows = await this.engine.rows<[string, string, string, FrameKind]>(
      {
        sql: `SELECT lower(hex(function_id)), any(name), any(file), any(kind)
  FROM frames WHERE function_id IN {ids: Array(UInt64)}
  GROUP BY function_id`,
        values: { ids: functionIds.map(spanIdValue) },
      },
      signal,
    );
    return new Map(rows.map(([id, name, file, kind]) => [id, { name, file, kind }]));
  }

  async listHeap(side: SideSelection, signal?: AbortSignal): Promise<readonly HeapMinute[]> {
    const where = sideCondition(side, 'window_start');
    const rows = await this.engine.rows<[instance: string, minute: number, bytes: number]>(
      {
        sql: `SELECT instance, toUInt32(intDiv(toUnixTimestamp(window_start), 60)) AS number,
    toFloat64(sum(value * seconds)) / sum(seconds)
  FROM windows WHERE type = {heap: String} AND seconds > 0 AND ${where.sql}
  GROUP BY instance, number ORDER BY number, instance`,
        values: { ...where.values, heap: PROFILE_TYPE_OF_ALIAS.heap },
      },
      signal,
    );
    return rows.map(([instance, minute, bytes]) => ({ instance, minute, bytes }));
  }

  async listCosts(side: SideSelection, signal?: AbortSignal): Promise<readonly CostMinute[]> {
    const minutes = sideCondition(side, 'minute');
    const windows = sideCondition(side, 'window_start');
    const rows = await this.engine.rows<[number, number, string, string]>(
      {
        sql: `SELECT number, covered, toString(cpu), toString(counted) FROM (
    SELECT toUInt32(intDiv(toUnixTimestamp(minute), 60)) AS number,
      toFloat64(sum(covered_ms)) / 1000 AS covered, sum(process_cpu) AS cpu
    FROM instance_minutes WHERE ${minutes.sql} GROUP BY number
  ) AS costs
  LEFT JOIN (
    SELECT toUInt32(intDiv(toUnixTimestamp(window_start), 60)) AS number, sum(count) AS counted
    FROM requests WHERE ${windows.sql} GROUP BY number
  ) AS served USING (number)
  ORDER BY number`,
        values: { ...minutes.values, ...windows.values },
      },
      signal,
    );
    return rows.map(([minute, coveredSeconds, cpu, requests]) => ({
      minute,
      coveredSeconds,
      cpuMicros: Number(cpu),
      requests: Number(requests),
    }));
  }
}

/** Rows of a table of minutes or windows that belong to a side. */
function sideCondition(side: SideSelection, time: string): Condition {
  const parts: Condition[] = [
    { sql: 'service = {service: String}', values: { service: side.service } },
    {
      sql: `${time} >= toDateTime({from: UInt32}, 'UTC') AND ${time} < toDateTime({to: UInt32}, 'UTC')`,
      values: { from: epochSeconds(side.range.from), to: epochSeconds(side.range.to) },
    },
  ];
  for (const name of ['version', 'environment', 'instance'] as const) {
    const value = side[name];
    if (value !== undefined) {
      parts.push({ sql: `${name} = {${name}: String}`, values: { [name]: value } });
    }
  }
  return all(parts);
}

/** The rows of chosen minutes, and of an endpoint when one is asked for. */
function chosenCondition(
  side: SideSelection,
  minutes: readonly InstanceMinute[],
  time: string,
): Condition {
  const keys = minutes.map(({ minute, instance }) => `${minute} ${instance}`).join(KEY_BREAK);
  const parts = [
    sideCondition({ ...side, range: rangeOf(minutes) }, time),
    {
      sql: `(toUInt32(intDiv(toUnixTimestamp(${time}), 60)), toString(instance)) IN (
      SELECT toUInt32(substring(key, 1, position(key, ' ') - 1)), substring(key, position(key, ' ') + 1)
      FROM (SELECT arrayJoin(splitByString('\\n', {keys: String})) AS key))`,
      values: { keys },
    },
  ];
  if (side.endpoint !== undefined) {
    parts.push({ sql: 'endpoint = {endpoint: String}', values: { endpoint: side.endpoint } });
  }
  return all(parts);
}

/** From the first to the last of these minutes. */
function rangeOf(minutes: readonly InstanceMinute[]): TimeRange {
  const numbers = minutes.map(({ minute }) => minute);
  return { from: Math.min(...numbers) * MINUTE_MS, to: (Math.max(...numbers) + 1) * MINUTE_MS };
}
