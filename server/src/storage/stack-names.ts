import type { FrameKind } from '@flamehouse/proto';
import type { Engine } from './engine.ts';
import type { SelectedStacks } from './profile-store.ts';
import { readColumnsByStack } from './read-columns.ts';
import type { Condition } from './selection-sql.ts';

type FrameTuple = readonly [
  id: string,
  functionId: string,
  name: string,
  file: string,
  pkg: string,
  kind: FrameKind,
  line: number,
];

// Over HTTP a list of ids is part of the URL, of which proxies take 8 KB: more ids are asked for by what selects them.
const LISTED_MAX = 300;
// 20,000 stacks of 30 frames are 2.4 MB. A fleet's stacks fit; when they do not, all are read again.
const ENTRIES_MAX = 8_000_000;
const FRAMES_MAX = 400_000;

/** Frames and stacks that were read already, by id. What an id stands for never changes. */
interface Known {
  readonly frames: FrameTuple[];
  readonly frameRow: Map<bigint, number>;
  readonly stacks: Map<bigint, Uint32Array>; // stack -> rows of `frames`, root first
  entries: number;
}

/** Which ids to read, and what selects them, for when they are too many to list. */
export interface WantedStacks {
  readonly service: string;
  readonly ids: readonly bigint[];
  readonly idsQuery: Condition;
}

/** Turns stack ids into frames, reading each stack and each frame once. */
export class StackNames {
  private readonly engine: Engine;
  private known = emptyKnown();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** The frames and stacks of some ids: stacks[i] belongs to ids[i] and indexes `frames`. */
  async resolve(
    wanted: WantedStacks,
    signal?: AbortSignal,
  ): Promise<Pick<SelectedStacks, 'frames' | 'stacks'>> {
    if (this.known.entries > ENTRIES_MAX || this.known.frames.length > FRAMES_MAX) {
      this.known = emptyKnown();
    }
    const { known } = this; // Another question may start afresh while this one waits.
    await this.loadStacks(known, wanted, signal);
    return columnsOf(known, wanted.ids);
  }

  private async loadStacks(
    known: Known,
    { service, ids, idsQuery }: WantedStacks,
    signal?: AbortSignal,
  ): Promise<void> {
    const missing = ids.filter((id) => !known.stacks.has(id));
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
    await this.loadFrames(known, stacks, ofStacks, signal);
    for (const [id, frames] of stacks) {
      known.stacks.set(
        id,
        Uint32Array.from(frames, (frame) => known.frameRow.get(frame) ?? NOT_STORED),
      );
      known.entries += frames.length;
    }
  }

  private async loadFrames(
    known: Known,
    stacks: ReadonlyMap<bigint, BigUint64Array>,
    ofStacks: Condition,
    signal?: AbortSignal,
  ): Promise<void> {
    const missing = new Set<bigint>();
    for (const frames of stacks.values()) {
      for (const frame of frames) if (!known.frameRow.has(frame)) missing.add(frame);
    }
    if (missing.size === 0) return;
    const ofFrames = { sql: `SELECT arrayJoin(frames) ${ofStacks.sql}`, values: ofStacks.values };
    const wanted = listed([...missing]) ?? ofFrames;
    const rows = await this.engine.rows<FrameTuple>(
      {
        sql: `SELECT frame_id, function_id, name, file, package, kind, line FROM frames
  WHERE frame_id IN (${wanted.sql}) LIMIT 1 BY frame_id`,
        values: wanted.values,
      },
      signal,
    );
    for (const [id, functionId, ...rest] of rows) {
      const frame = BigInt(id);
      if (known.frameRow.has(frame)) continue;
      const row = known.frames.push([hex(frame), hex(BigInt(functionId)), ...rest]) - 1;
      known.frameRow.set(frame, row);
    }
  }
}

/** A query for some ids by their numbers; null when they are too many for that. */
function listed(ids: readonly bigint[]): Condition | null {
  if (ids.length > LISTED_MAX) return null;
  return { sql: 'SELECT arrayJoin({ids: Array(UInt64)})', values: { ids } };
}

const NOT_STORED = 0;

/** Row 0 stands for names that are gone although values still refer to them. */
function emptyKnown(): Known {
  const notStored: FrameTuple = [
    '0'.repeat(16),
    '0'.repeat(16),
    '(not stored)',
    '',
    '',
    'native',
    0,
  ];
  return { frames: [notStored], frameRow: new Map(), stacks: new Map(), entries: 0 };
}

const NO_FRAMES = Uint32Array.of(NOT_STORED);

/** Only the frames of these stacks, with their own row numbers. */
function columnsOf(
  known: Known,
  ids: readonly bigint[],
): Pick<SelectedStacks, 'frames' | 'stacks'> {
  const rowOf = new Int32Array(known.frames.length).fill(-1);
  const used: FrameTuple[] = [];
  const stacks = ids.map((id) => {
    const stack = known.stacks.get(id) ?? NO_FRAMES;
    return stack.map((frame) => {
      let row = rowOf[frame]!;
      if (row < 0) {
        row = used.push(known.frames[frame]!) - 1;
        rowOf[frame] = row;
      }
      return row;
    });
  });
  return {
    stacks,
    frames: {
      id: used.map((frame) => frame[0]),
      functionId: used.map((frame) => frame[1]),
      name: used.map((frame) => frame[2]),
      file: used.map((frame) => frame[3]),
      package: used.map((frame) => frame[4]),
      kind: used.map((frame) => frame[5]),
      line: used.map((frame) => frame[6]),
    },
  };
}

function hex(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}
