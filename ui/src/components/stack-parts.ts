import type { FrameColumns } from '@flamehouse/proto';

/** Frames of a stack that are shown, or hidden, together. */
export interface StackPart {
  readonly at: number; // place of the first in the stack
  readonly frames: readonly number[];
  readonly folded: boolean; // a run of frames of node
}

/** Two frames of node take no more room than the line that would stand for them. */
const RUN_MIN = 3;

/** A stack in parts: runs of frames of node, which are on every stack, apart from the rest. The leaf stays out. */
export function foldRuns(
  { kind }: Pick<FrameColumns, 'kind'>,
  stack: readonly number[],
): readonly StackPart[] {
  const parts: { at: number; frames: number[]; node: boolean }[] = [];
  stack.forEach((frame, at) => {
    const node = kind[frame] === 'runtime' && at < stack.length - 1;
    const last = parts.at(-1);
    if (last !== undefined && last.node === node) last.frames.push(frame);
    else parts.push({ at, frames: [frame], node });
  });
  return parts.map(({ at, frames, node }) => ({
    at,
    frames,
    folded: node && frames.length >= RUN_MIN,
  }));
}
