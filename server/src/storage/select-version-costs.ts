import type { FunctionCores, FunctionRule, VersionCost } from './deploy-store.ts';
import type { Engine } from './engine.ts';
import type { TimeRange } from './profile-store.ts';
import { epochSeconds } from './selection-sql.ts';

/** The busiest versions of all services, with CPU and requests of a range. */
export async function selectVersionCosts(
  engine: Engine,
  range: TimeRange,
  limit: number,
): Promise<readonly VersionCost[]> {
  const rows = await engine.rows<[string, string, string, string, string]>({
    sql: `SELECT service, environment, version, toString(cpu), toString(counted) FROM (
    SELECT service, environment, version, sum(process_cpu) AS cpu
    FROM instance_minutes WHERE ${inRange('minute')} GROUP BY service, environment, version
  ) AS costs
  LEFT JOIN (
    SELECT service, environment, version, sum(count) AS counted
    FROM requests WHERE ${inRange('window_start')} GROUP BY service, environment, version
  ) AS served USING (service, environment, version)
  ORDER BY cpu DESC LIMIT {limit: UInt32}`,
    values: { ...rangeValues(range), limit },
  });
  return rows.map(([service, environment, version, cpu, requests]) => ({
    service,
    environment,
    version,
    cpuMicros: Number(cpu),
    requests: Number(requests),
    cores: coresOf(Number(cpu), range),
  }));
}

/** CPU of named functions with what they call, by version. */
export async function selectFunctionCores(
  engine: Engine,
  range: TimeRange,
  rules: readonly FunctionRule[],
): Promise<readonly FunctionCores[]> {
  const own = rules.map(({ file }, i) => {
    const inFile = file === '' ? '' : ` AND file = {file${i}: String}`;
    return `(name = {name${i}: String}${inFile})`;
  });
  const texts = rules.flatMap(({ name, file }, i) => [
    [`name${i}`, name],
    ...(file === '' ? [] : [[`file${i}`, file]]),
  ]);
  const rows = await engine.rows<[string, string, string, string, string]>({
    sql: `SELECT service, environment, version, named.function_name, toString(sum(function_minutes.total)) AS cpu
  FROM function_minutes
  INNER JOIN (
    SELECT function_id, any(frames.name) AS function_name FROM frames WHERE ${own.join(' OR ')} GROUP BY function_id
  ) AS named USING (function_id)
  WHERE ${inRange('minute')}
  GROUP BY service, environment, version, named.function_name
  ORDER BY service, environment, version, named.function_name`,
    values: { ...rangeValues(range), ...Object.fromEntries(texts) },
  });
  return rows.map(([service, environment, version, name, cpu]) => ({
    service,
    environment,
    version,
    name,
    cores: coresOf(Number(cpu), range),
  }));
}

function inRange(time: string): string {
  return `${time} >= toDateTime({from: UInt32}, 'UTC') AND ${time} < toDateTime({to: UInt32}, 'UTC')`;
}

function rangeValues({ from, to }: TimeRange) {
  return { from: epochSeconds(from), to: epochSeconds(to) };
}

function coresOf(cpuMicros: number, { from, to }: TimeRange): number {
  return cpuMicros / 1000 / (to - from);
}
