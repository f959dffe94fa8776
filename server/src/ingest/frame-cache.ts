import { type DescribedFunction, describeFunction, frameId, functionId } from '@flamehouse/proto';

export interface FrameRow extends DescribedFunction {
  readonly frameId: string;
  readonly functionId: string;
  readonly line: number; // of the definition
}

/** A function as a profile names it. */
export interface RawFrame {
  readonly name: string;
  readonly file: string;
  readonly systemName: string;
  readonly line: number; // of the definition
}

// About 600 bytes each. The functions of a hundred services fit; past that, all are described anew.
const FRAMES_MAX = 100_000;

/** Frames with their ids, described once and not with every window of every instance. */
export class FrameCache {
  private readonly rows = new Map<string, FrameRow>();

  row(raw: RawFrame): FrameRow {
    const key = `${raw.line}\n${raw.systemName}\n${raw.file}\n${raw.name}`;
    let row = this.rows.get(key);
    if (row === undefined) {
      if (this.rows.size >= FRAMES_MAX) this.rows.clear();
      row = describeFrame(raw);
      this.rows.set(key, row);
    }
    return row;
  }
}

export function describeFrame(raw: RawFrame): FrameRow {
  const described = describeFunction(raw);
  const id = functionId(described);
  return { ...described, functionId: id, frameId: frameId(id, raw.line), line: raw.line };
}
