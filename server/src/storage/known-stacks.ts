import { type FrameKind, NodeIds, PrefixTree } from '@flamehouse/proto';
import { IdRows } from './id-rows.ts';

/** A frame as the engine tells it; ids are its numbers. */
export type FrameTuple = readonly [
  id: string,
  functionId: string,
  name: string,
  file: string,
  pkg: string,
  kind: FrameKind,
  line: number,
];

const LEAVES_MIN = 512;
// Seven columns, the hash table, and what V8 needs for five strings, two of which are ids.
const FRAME_BYTES = 7 * 8 + 24 + 5 * 16 + 2 * 16;
const STACK_BYTES = 4 + 2 * 12; // Its leaf, and its id in a table that is at most half full.

/** Frames and stacks of one service that were read already, by id. What an id stands for never changes. */
export class KnownStacks {
  /** Row 0 stands for names that are gone although values still refer to them. */
  readonly frames = {
    id: [] as string[],
    functionId: [] as string[],
    name: [] as string[],
    file: [] as string[],
    package: [] as string[],
    kind: [] as FrameKind[],
    line: [] as number[],
  };
  readonly prefixes = new PrefixTree();
  readonly nodeIds = new NodeIds(this.prefixes, this.frames.id);
  private readonly frameRows = new IdRows();
  private readonly stackRows = new IdRows();
  private readonly notStored: number; // node of a stack that is not stored
  private leaves = new Int32Array(LEAVES_MIN); // row of a stack -> its node
  private textBytes = 0;

  constructor() {
    this.addFrame(0n, ['0', '0', '(not stored)', '', '', 'native', 0]);
    this.notStored = this.prefixes.child(0, NOT_STORED_ROW);
  }

  /** What it takes in memory, nearly. */
  get bytes(): number {
    const { frames, prefixes, nodeIds, stackRows, textBytes } = this;
    const ofFrames = frames.id.length * FRAME_BYTES + textBytes;
    return ofFrames + prefixes.bytes + nodeIds.bytes + stackRows.count * STACK_BYTES;
  }

  missingStacks(ids: BigUint64Array): bigint[] {
    const rows = this.stackRows.rowsOf(ids);
    return [...ids.filter((_, i) => rows[i]! < 0)];
  }

  missingFrames(stacks: Iterable<BigUint64Array>): bigint[] {
    const missing = new Set<bigint>();
    for (const frames of stacks) {
      const rows = this.frameRows.rowsOf(frames);
      for (let i = 0; i < rows.length; i++) if (rows[i]! < 0) missing.add(frames[i]!);
    }
    return [...missing];
  }

  addFrame(id: bigint, [, functionId, name, file, pkg, kind, line]: FrameTuple): void {
    const { frames } = this;
    if (this.frameRows.add(id) < frames.id.length) return; // Another question read it meanwhile.
    frames.id.push(hex(id));
    frames.functionId.push(hex(BigInt(functionId)));
    frames.name.push(name);
    frames.file.push(file);
    frames.package.push(pkg);
    frames.kind.push(kind);
    frames.line.push(line);
    this.textBytes += name.length + file.length + pkg.length;
  }

  /** Its frames are known, or are not stored. */
  addStack(id: bigint, frames: BigUint64Array): void {
    const before = this.stackRows.count;
    const row = this.stackRows.add(id);
    if (row < before) return;
    if (row === this.leaves.length) {
      const larger = new Int32Array(2 * row);
      larger.set(this.leaves);
      this.leaves = larger;
    }
    const rows = this.frameRows.rowsOf(frames);
    for (let i = 0; i < rows.length; i++) rows[i] = Math.max(rows[i]!, NOT_STORED_ROW);
    this.leaves[row] = this.prefixes.add(rows);
  }

  /** The nodes of some stacks, in their order. */
  leavesOf(ids: BigUint64Array): Int32Array {
    const rows = this.stackRows.rowsOf(ids);
    return rows.map((row) => (row < 0 ? this.notStored : this.leaves[row]!));
  }
}

const NOT_STORED_ROW = 0;

function hex(id: bigint): string {
  return id.toString(16).padStart(16, '0');
}
