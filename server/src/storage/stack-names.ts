import { giveWay } from '../http/give-way.ts';
import type { Engine } from './engine.ts';
import { type FrameTuple, KnownStacks } from './known-stacks.ts';
import { NamedStacks } from './named-stacks.ts';
import { readColumnsByStack } from './read-columns.ts';
import type { Condition } from './selection-sql.ts';

// Over HTTP a list of ids is part of the URL, of which proxies take 8 KB: more ids are asked for by what selects them.
const LISTED_MAX = 300;
// 20,000 stacks of a service with 90,000 prefixes are 8 MB. What was not asked for the longest goes first.
const BYTES_MAX = 192 * 2 ** 20;
// 0.5 ms for a thousand, and uploads wait meanwhile.
const STACKS_AT_ONCE = 4_000;

/** Which ids to read, and what selects them, for when they are too many to list. */
export interface WantedStacks {
  readonly service: string;
  readonly ids: BigUint64Array;
  readonly idsQuery: Condition;
}

/** Turns stack ids into frames, reading each stack and each frame once. */
export class StackNames {
  private readonly engine: Engine;
  private readonly bytesMax: number;
  /** Service -> what is known of it; the one that was asked for last is the last. */
  private readonly known = new Map<string, KnownStacks>();

  constructor(engine: Engine, { bytesMax = BYTES_MAX }: { readonly bytesMax?: number } = {}) {
    this.engine = engine;
    this.bytesMax = bytesMax;
  }

  /** What all services take. */
  get bytes(): number {
    let bytes = 0;
    for (const known of this.known.values()) bytes += known.bytes;
    return bytes;
  }

  /** The frames and stacks of some ids: stacks[i] belongs to ids[i] and indexes `frames`. */
  async resolve(wanted: WantedStacks, signal?: AbortSignal): Promise<NamedStacks> {
    const known = this.take(wanted.service);
    await this.loadStacks(known, wanted, signal);
    const named = new NamedStacks(known, known.leavesOf(wanted.ids));
    this.forget();
    return named;
  }

  private take(service: string): KnownStacks {
    const known = this.known.get(service) ?? new KnownStacks();
    this.known.delete(service);
    this.known.set(service, known);
    return known;
  }

  /** Questions that are under way keep what they hold. */
  private forget(): void {
    let bytes = this.bytes;
    for (const [service, known] of this.known) {
      if (bytes <= this.bytesMax) return;
      this.known.delete(service);
      bytes -= known.bytes;
    }
  }

  private async loadStacks(
    known: KnownStacks,
    { service, ids, idsQuery }: WantedStacks,
    signal?: AbortSignal,
  ): Promise<void> {
    const missing = known.missingStacks(ids);
    if (missing.length === 0) return;
    const wanted = listed(missing) ?? idsQuery;
    const ofStacks: Condition = {
      sql: `FROM stacks WHERE service = {service: String} AND stack_id IN (${wanted.sql})`,
      values: { ...wanted.values, service },
    };
    const bytes = await this.engine.binary(
      {
        sql: `SELECT stack_id, frames ${ofStacks.sql} LIMIT 1 BY stack_id`,
        values: ofStacks.values,
      },
      signal,
    );
    const stacks = readColumnsByStack(bytes, 8, (entries) => new BigUint64Array(entries));
    await giveWay();
    await this.loadFrames(known, known.missingFrames(stacks.values()), ofStacks, signal);
    let added = 0;
    for (const [id, frames] of stacks) {
      if (added++ % STACKS_AT_ONCE === 0) await giveWay();
      known.addStack(id, frames);
    }
    await giveWay();
  }

  private async loadFrames(
    known: KnownStacks,
    missing: readonly bigint[],
    ofStacks: Condition,
    signal?: AbortSignal,
  ): Promise<void> {
    if (missing.length === 0) return;
    const ofFrames = { sql: `SELECT arrayJoin(frames) ${ofStacks.sql}`, values: ofStacks.values };
    const wanted = listed(missing) ?? ofFrames;
    const rows = await this.engine.rows<FrameTuple>(
      {
        sql: `SELECT frame_id, function_id, name, file, package, kind, line FROM frames
  WHERE frame_id IN (${wanted.sql}) LIMIT 1 BY frame_id`,
        values: wanted.values,
      },
      signal,
    );
    for (const frame of rows) known.addFrame(BigInt(frame[0]), frame);
  }
}

/** A query for some ids by their numbers; null when they are too many for that. */
function listed(ids: readonly bigint[]): Condition | null {
  if (ids.length > LISTED_MAX) return null;
  return { sql: 'SELECT arrayJoin({ids: Array(UInt64)})', values: { ids } };
}
