import type { LinesQuery, Release, SelectedLines } from './detail-store.ts';
import type { Engine } from './engine.ts';
import { placeCondition } from './place-sql.ts';
import type { ProfileSelection, SelectedStacks, TimeRange } from './profile-store.ts';
import { readColumnsByStack } from './read-columns.ts';
import { type StackReader, selectStacksById } from './select-stacks.ts';
import type { Condition } from './selection-sql.ts';
import type { TierChoice } from './tier.ts';

// A version lives for days; more of them in one range are not all worth naming.
const RELEASES_MAX = 50;

/** The stacks of a selection, and the lines that ran of those which go through the file of a function. */
export async function selectLines(
  reader: StackReader,
  query: LinesQuery,
  choice: TierChoice,
  signal?: AbortSignal,
): Promise<SelectedLines> {
  const { functionId, ...selection } = query;
  const [{ ids, idsQuery, stacks }, releases] = await Promise.all([
    selectStacksById(reader, selection, choice, signal),
    selectReleases(reader.engine, selection, choice.range, signal),
  ]);
  const touching = stacksOfFile(stacks, functionId);
  const none = stacks.stacks.map(() => null);
  if (touching === null) return { stacks, lines: none, releases };
  const known = await selectLinesOfFile(
    reader.engine,
    selection.service,
    touching,
    idsQuery,
    signal,
  );
  return {
    stacks,
    lines: Array.from(ids, (id, row) =>
      touching.rows[row] === 1 ? (known.get(id) ?? null) : null,
    ),
    releases,
  };
}

interface FileOfFunction {
  readonly file: string;
  readonly package: string;
  readonly rows: Uint8Array; // stack -> 1 when it goes through the file
}

/** Null when no stack has the function, or nothing is known of its file. */
function stacksOfFile(
  { frames, stacks }: SelectedStacks,
  functionId: string,
): FileOfFunction | null {
  const at = frames.functionId.indexOf(functionId);
  if (at < 0 || frames.file[at] === '') return null;
  const [file, ofPackage] = [frames.file[at]!, frames.package[at]!];
  const inside = frames.file.map(
    (one, frame) => one === file && frames.package[frame] === ofPackage,
  );
  const rows = Uint8Array.from(stacks, (stack) => (stack.some((frame) => inside[frame]!) ? 1 : 0));
  return { file, package: ofPackage, rows };
}

async function selectLinesOfFile(
  engine: Engine,
  service: string,
  { file, package: ofPackage }: FileOfFunction,
  idsQuery: Condition,
  signal?: AbortSignal,
): Promise<Map<bigint, Uint32Array>> {
  const bytes = await engine.binary(
    {
      sql: `SELECT stack_id, lines FROM stacks
  WHERE service = {service: String}
    AND hasAny(frames, (SELECT groupUniqArray(frame_id) FROM frames
      WHERE file = {file: String} AND package = {package: String}))
    AND stack_id IN (${idsQuery.sql})
  LIMIT 1 BY stack_id`,
      values: { ...idsQuery.values, service, file, package: ofPackage },
    },
    signal,
  );
  return readColumnsByStack(bytes, 4, (part) => new Uint32Array(part));
}

/** Versions with their revision, by when they were last seen; none when the minutes are gone. */
async function selectReleases(
  engine: Engine,
  { service, environment, version, instance }: ProfileSelection,
  range: TimeRange,
  signal?: AbortSignal,
): Promise<Release[]> {
  const place = placeCondition(
    {
      service,
      range,
      ...(environment === undefined ? {} : { environment }),
      ...(version === undefined ? {} : { version }),
      ...(instance === undefined ? {} : { instance }),
    },
    'minute',
  );
  const rows = await engine.rows<[version: string, revision: string]>(
    {
      sql: `SELECT version, argMaxIf(instance_minutes.revision, minute, instance_minutes.revision != '') AS sent
  FROM instance_minutes WHERE ${place.sql}
  GROUP BY version ORDER BY max(minute) DESC, version DESC LIMIT ${RELEASES_MAX}`,
      values: place.values,
    },
    signal,
  );
  return rows.map(([name, revision]) => ({ version: name, revision })).reverse();
}
