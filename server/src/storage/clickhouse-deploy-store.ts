import type { DeployEntry, ProcessRun } from '../deploys/entry.ts';
import type { BoundValue } from './bound-settings.ts';
import type {
  DeployPage,
  DeployQuery,
  DeployState,
  DeployStore,
  FunctionCores,
  FunctionRule,
  Judgement,
  KnownVersion,
  RestartCounts,
  StoredDeploy,
  VersionCost,
} from './deploy-store.ts';
import type { Engine } from './engine.ts';
import type { TimeRange } from './profile-store.ts';
import { selectFunctionCores, selectVersionCosts } from './select-version-costs.ts';
import { all, type Condition, epochSeconds } from './selection-sql.ts';
import { tsvText } from './tsv.ts';

const ENTRY_COLUMNS = [
  'id',
  'service',
  'environment',
  'version',
  'base_version',
  'at',
  'kind',
  'rollout',
  'revision',
  'url',
  'author',
  'expected',
  'seen',
  'changes',
  'month',
] as const;

type EntryRow = readonly [
  id: string,
  service: string,
  environment: string,
  version: string,
  baseVersion: string | null,
  at: string,
  kind: DeployEntry['kind'],
  rollout: DeployEntry['rollout'],
  revision: string | null,
  url: string | null,
  author: string | null,
  expected: number,
  seen: number,
  changes: number,
  judgement: string,
];

/** Minutes without a window after which a process is taken to have been away. */
const GAP_MINUTES = 5;
const STATES = ['more', 'less', 'no-change', 'not-enough-data', 'judging'] as const;

/** The columns of an entry with its newest verdict. */
const SELECT_ENTRIES = `SELECT id, service, environment, version, base_version,
    toString(toUnixTimestamp64Milli(at)), kind, rollout, revision, url, author, expected, seen, changes, judgement`;
/**
 * `FINAL` reads what replaced what; the tables hold a row for each deploy and look. When two servers took
 * the same look in the same moment, the later row counts, as it does after a merge.
 */
const LATEST = `deploy_entries FINAL
  LEFT JOIN (
    SELECT id, newest.1 AS judgement, newest.2 AS state, newest.3 AS status FROM (
      SELECT id, argMax((deploy_verdicts.judgement, deploy_verdicts.state, deploy_verdicts.status),
        (verdict_version, judged_at)) AS newest
      FROM deploy_verdicts GROUP BY id
    )
  ) AS verdicts USING (id)`;
/** As an answer names it: what is not decided yet is being judged. */
const STATE = `multiIf(kind = 'first', '', status = '' OR status = 'judging', 'judging', state)`;

/** DeployStore on ClickHouse. */
export class ClickHouseDeployStore implements DeployStore {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  async listProcesses(sinceMs: number): Promise<readonly ProcessRun[]> {
    const rows = await this.engine.rows<
      [string, string, string, string, string, first: number, last: number]
    >({
      sql: `SELECT service, environment, version, instance, toString(started), run.1, run.2 FROM (
    SELECT service, environment, version, instance, started,
      arraySort(groupUniqArray(number)) AS minutes,
      arrayJoin(arrayMap(part -> (part[1], part[-1]),
        arraySplit((number, gap) -> gap > {gap: UInt8}, minutes, arrayDifference(minutes)))) AS run
    FROM (
      SELECT service, environment, version, instance,
        intDiv(toUnixTimestamp(minute), 60) AS number, max(started_at_ms) AS started
      FROM instance_minutes WHERE minute >= toDateTime({from: UInt32}, 'UTC')
      GROUP BY service, environment, version, instance, number
    )
    GROUP BY service, environment, version, instance, started
  )`,
      values: { from: epochSeconds(sinceMs), gap: GAP_MINUTES },
    });
    return rows.map(([service, environment, version, instance, started, first, last]) => ({
      service,
      environment,
      version,
      instance,
      startedAtMs: Number(started),
      firstMinute: first,
      lastMinute: last,
    }));
  }

  async listVersions(): Promise<readonly KnownVersion[]> {
    const rows = await this.engine.rows<[string, string, string, number, number]>({
      sql: `SELECT service, environment, version,
    toUInt32(min(deploys.first_seen)), toUInt32(max(deploys.last_seen))
  FROM deploys GROUP BY service, environment, version`,
      values: {},
    });
    return rows.map(([service, environment, version, first, last]) => ({
      service,
      environment,
      version,
      firstSeen: first * 1000,
      lastSeen: last * 1000,
    }));
  }

  async find(query: DeployQuery, signal?: AbortSignal): Promise<DeployPage> {
    const { sql, values } = conditionOf(query);
    const counted = await this.engine.rows<[state: DeployState | '', count: string]>(
      {
        sql: `SELECT ${STATE} AS shown, toString(count()) FROM ${LATEST} WHERE ${sql} GROUP BY shown`,
        values,
      },
      signal,
    );
    const counts = Object.fromEntries(STATES.map((state) => [state, 0])) as Record<
      DeployState,
      number
    >;
    let all = 0;
    for (const [state, count] of counted) {
      all += Number(count);
      if (state !== '') counts[state] = Number(count);
    }
    const { state = '', limit, offset } = query;
    const rows = await this.engine.rows<EntryRow>(
      {
        sql: `${SELECT_ENTRIES} FROM ${LATEST} WHERE ${sql} AND ({state: String} = '' OR ${STATE} = {state: String})
  ORDER BY at DESC, id LIMIT {limit: UInt32} OFFSET {offset: UInt32}`,
        values: { ...values, state, limit, offset },
      },
      signal,
    );
    return { rows: state === '' ? all : counts[state], counts, deploys: rows.map(storedOf) };
  }

  async get(id: string, signal?: AbortSignal): Promise<StoredDeploy | null> {
    const rows = await this.engine.rows<EntryRow>(
      { sql: `${SELECT_ENTRIES} FROM ${LATEST} WHERE id = {id: String} LIMIT 1`, values: { id } },
      signal,
    );
    return rows[0] === undefined ? null : storedOf(rows[0]);
  }

  async listSince(sinceMs: number): Promise<readonly StoredDeploy[]> {
    const rows = await this.engine.rows<EntryRow>({
      sql: `${SELECT_ENTRIES} FROM ${LATEST} WHERE ${SINCE} ORDER BY at, id`,
      values: { from: sinceMs },
    });
    return rows.map(storedOf);
  }

  async countRestarts(signal?: AbortSignal): Promise<readonly RestartCounts[]> {
    const rows = await this.engine.rows<[service: string, restarts: string, alarms: string]>(
      {
        sql: `SELECT service, toString(count()), toString(countIf(state IN ('more', 'less')))
  FROM ${LATEST} WHERE kind = 'restart' AND status = 'settled' AND state != 'not-enough-data'
  GROUP BY service ORDER BY service`,
        values: {},
      },
      signal,
    );
    return rows.map(([service, restarts, alarms]) => ({
      service,
      restarts: Number(restarts),
      alarms: Number(alarms),
    }));
  }

  listVersionCosts(range: TimeRange, limit: number): Promise<readonly VersionCost[]> {
    return selectVersionCosts(this.engine, range, limit);
  }

  listFunctionCores(
    range: TimeRange,
    rules: readonly FunctionRule[],
  ): Promise<readonly FunctionCores[]> {
    return selectFunctionCores(this.engine, range, rules);
  }

  async saveEntry(entry: DeployEntry): Promise<void> {
    const { id, service, environment, version, baseVersion, at, kind, rollout, changes } = entry;
    const fields = [
      id,
      tsvText(service),
      tsvText(environment),
      tsvText(version),
      nullable(baseVersion),
      (at / 1000).toFixed(3),
      kind,
      rollout,
      nullable(entry.revision),
      nullable(entry.url),
      nullable(entry.author),
      entry.expected ? 1 : 0,
      entry.seen ? 1 : 0,
      changes,
      await this.monthOf(id, at),
    ];
    await this.engine.insert({
      table: 'deploy_entries',
      columns: ENTRY_COLUMNS,
      tsv: `${fields.join('\t')}\n`,
      token: `deploy-${id}-${changes}`,
    });
  }

  async saveJudgement({ id, at }: DeployEntry, judgement: Judgement): Promise<void> {
    const { version, judgedAt, status, state } = judgement.verdict;
    const month = await this.monthOf(id, at);
    const json = tsvText(JSON.stringify(judgement));
    const fields = [id, version, (judgedAt / 1000).toFixed(3), status, state ?? '', json, month];
    await this.engine.insert({
      table: 'deploy_verdicts',
      columns: ['id', 'verdict_version', 'judged_at', 'status', 'state', 'judgement', 'month'],
      tsv: `${fields.join('\t')}\n`,
      token: `verdict-${id}-${version}`,
    });
  }

  async listNotices(sinceMs: number): Promise<ReadonlySet<string>> {
    const rows = await this.engine.rows<[string, number]>({
      sql: `SELECT id, verdict_version FROM deploy_notices WHERE month >= toDate({from: String})`,
      values: { from: monthText(sinceMs) },
    });
    return new Set(rows.map(([id, version]) => `${id} ${version}`));
  }

  async saveNotice(
    id: string,
    verdictVersion: number,
    { outcome, at }: { readonly outcome: string; readonly at: number },
  ): Promise<void> {
    await this.engine.insert({
      table: 'deploy_notices',
      columns: ['id', 'verdict_version', 'outcome', 'month'],
      tsv: `${id}\t${verdictVersion}\t${tsvText(outcome)}\t${monthText(at)}\n`,
      token: `notice-${id}-${verdictVersion}`,
    });
  }

  /** That of the first writing: rows replace each other within a partition only. */
  private async monthOf(id: string, at: number): Promise<string> {
    const rows = await this.engine.rows<[string]>({
      sql: 'SELECT toString(min(month)) FROM deploy_entries WHERE id = {id: String} HAVING count() > 0',
      values: { id },
    });
    return rows[0]?.[0] ?? monthText(at);
  }
}

const SINCE = 'toUnixTimestamp64Milli(at) >= {from: UInt64}';

function conditionOf({ service, environment, range, search }: DeployQuery): Condition {
  const parts: Condition[] = [
    {
      sql: `${SINCE} AND toUnixTimestamp64Milli(at) < {to: UInt64} AND kind != 'restart'`,
      values: { from: range.from, to: range.to },
    },
  ];
  const texts: readonly (readonly [string, string | undefined])[] = [
    ['service', service],
    ['environment', environment],
  ];
  for (const [name, value] of texts) {
    if (value === undefined) continue;
    parts.push({
      sql: `${name} = {${name}: String}`,
      values: { [name]: value } as Record<string, BoundValue>,
    });
  }
  if (search !== undefined && search !== '') {
    const columns = ['service', 'environment', 'version', 'revision', 'author', 'url'];
    const text = columns.map((column) => `ifNull(toString(${column}), '')`).join(`, '\\n', `);
    parts.push({
      sql: `positionCaseInsensitiveUTF8(concat(${text}), {search: String}) > 0`,
      values: { search },
    });
  }
  return all(parts);
}

function storedOf(row: EntryRow): StoredDeploy {
  const [id, service, environment, version, baseVersion, at, kind, rollout, ...rest] = row;
  const [revision, url, author, expected, seen, changes, judgement] = rest;
  return {
    entry: {
      id,
      service,
      environment,
      version,
      baseVersion,
      at: Number(at),
      kind,
      rollout,
      revision,
      url,
      author,
      expected: expected === 1,
      seen: seen === 1,
      changes,
    },
    judgement: judgement === '' ? null : (JSON.parse(judgement) as Judgement),
  };
}

function nullable(value: string | null): string {
  return value === null ? '\\N' : tsvText(value);
}

/** The first day of a time's month. */
function monthText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 7)}-01`;
}
