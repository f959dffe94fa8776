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
  readonly package: string;
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

/** A process with its minutes, number by number. */
type ProcessRow = readonly [
  instance: string,
  startedAtMinute: number,
  runtime: string,
  minute: readonly number[],
  coveredSeconds: readonly number[],
  cpuMicros: readonly number[],
  requests: readonly number[],
];

/** An endpoint of an instance with its functions, number by number. */
type SumsRow = readonly [
  instance: string,
  endpoint: string,
  functionId: readonly string[],
  self: readonly number[],
  total: readonly number[],
  selfTicks: readonly number[],
  totalTicks: readonly number[],
];

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
    // A row for each process: a day of a fleet is 30,000 minutes, and as rows of their own they take longer to read than to add up.
    const rows = await this.engine.rows<ProcessRow>(
      {
        sql: `SELECT instance, started, runtime, groupArray(number), groupArray(covered), groupArray(cpu), groupArray(requests)
  FROM (
    SELECT instance, toUInt32(intDiv(toUnixTimestamp(m.minute), 60)) AS number, sum(covered_ms) / 1000 AS covered,
      toUInt32(intDiv(max(started_at_ms), 60000)) AS started, toFloat64(sum(process_cpu)) AS cpu,
      toString(max(m.runtime)) AS runtime, toFloat64(any(r.served)) AS requests
    FROM instance_minutes AS m
    LEFT JOIN (
      SELECT instance, toStartOfMinute(window_start, 'UTC') AS minute, sum(count) AS served
      FROM requests WHERE ${windows.sql} GROUP BY instance, minute
    ) AS r ON r.instance = m.instance AND r.minute = m.minute
    WHERE ${minutes.sql}
    GROUP BY instance, m.minute
    ORDER BY instance, number
  )
  GROUP BY instance, started, runtime`,
        values: { ...minutes.values, ...windows.values },
      },
      signal,
    );
    const counted = rows.some((row) => row[6].some((requests) => requests > 0));
    return rows.flatMap(([instance, startedAtMinute, runtime, minute, covered, cpu, requests]) =>
      minute.map((number, i) => ({
        instance,
        minute: number,
        coveredSeconds: covered[i]!,
        startedAtMinute,
        requests: counted ? requests[i]! : null,
        processCpuMicros: cpu[i]!,
        runtime,
      })),
    );
  }

  async sumMinutes(
    side: SideSelection,
    minutes: readonly InstanceMinute[],
    signal?: AbortSignal,
  ): Promise<MinuteSums> {
    const cpuWhere = chosenCondition(side, minutes, 'minute');
    const requestsWhere = chosenCondition(side, minutes, 'window_start');
    const [cpu, requests] = await Promise.all([
      this.engine.rows<SumsRow>(
        { sql: sumsOfFunctions(cpuWhere), values: cpuWhere.values },
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
      cpu: cpu.flatMap(([instance, endpoint, ids, self, total, selfTicks, totalTicks]) =>
        ids.map((functionId, i) => ({
          instance,
          endpoint,
          functionId,
          selfMicros: self[i]!,
          totalMicros: total[i]!,
          selfTicks: selfTicks[i]!,
          totalTicks: totalTicks[i]!,
        })),
      ),
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
    const rows = await this.engine.rows<[string, string, string, FrameKind, string]>(
      {
        sql: `SELECT lower(hex(function_id)), any(name), any(file), any(kind), any(package)
  FROM frames WHERE function_id IN {ids: Array(UInt64)}
  GROUP BY function_id`,
        values: { ids: functionIds.map(spanIdValue) },
      },
      signal,
    );
    return new Map(
      rows.map(([id, name, file, kind, of]) => [id, { name, file, kind, package: of }]),
    );
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

/**
 * Sums of functions by instance and endpoint.
 *
 * Reads the table behind `function_minutes` and what is left from before it: minutes are chosen before functions are
 * unfolded, and grouped by a number in place of two names, which together take half of the CPU (2026-11-20).
 */
function sumsOfFunctions({ sql }: Condition): string {
  const key =
    'cityHash64(instance, endpoint) AS place, toString(instance) AS pod, toString(endpoint) AS route';
  return `SELECT any(pod), any(route), groupArray(id), groupArray(self_sum), groupArray(total_sum),
    groupArray(self_tick_sum), groupArray(total_tick_sum)
  FROM (
    SELECT place, any(pod) AS pod, any(route) AS route, lower(hex(function_id)) AS id,
      toFloat64(sum(self)) AS self_sum, toFloat64(sum(total)) AS total_sum,
      toFloat64(sum(self_ticks)) AS self_tick_sum, toFloat64(sum(total_ticks)) AS total_tick_sum
    FROM (
      SELECT ${key}, function_id, self, total, self_ticks, total_ticks
      FROM function_sums WHERE ${sql}
      UNION ALL
      SELECT ${key}, [function_id], [self], [total], [self_ticks], [total_ticks]
      FROM function_minutes_rows WHERE ${sql}
    ) ARRAY JOIN function_id, self, total, self_ticks, total_ticks
    GROUP BY place, function_id
  )
  GROUP BY place`;
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
