import { isAgentPackage } from './agent-packages.ts';
import type { FrameColumns, FrameKind } from './api.ts';
import { ProfileError } from './errors.ts';
import { hash64 } from './hash.ts';
import {
  collapseRuns,
  type FrameTest,
  fromHere,
  mergeAway,
  notThrough,
  onlyThrough,
  type StackTransform,
  transformStacks,
  type WeightedStacks,
} from './transforms.ts';

/** One step of a view, as the API's parameter `x` says it: `only:9f…`, `hide:dependency`, `group:file`. */
export type TransformStep =
  | { readonly does: 'only' | 'not' | 'from' | 'merge'; readonly functionId: string }
  | { readonly does: 'hide'; readonly kind: FrameKind | 'agent' }
  | { readonly does: 'collapse'; readonly what: 'recursion' }
  | { readonly does: 'group'; readonly by: 'package' | 'file' };

/** Stacks with the frames that they index. */
export interface StackTable extends WeightedStacks {
  readonly frames: FrameColumns;
}

const FUNCTION_STEP = /^(only|not|from|merge):([0-9a-f]{16})$/;
const KIND_STEP = /^hide:(user|dependency|runtime|gc|native|idle|agent)$/;
const GROUP_STEP = /^group:(package|file)$/;

/** Errors  ProfileError TRANSFORM_INVALID naming the text. */
export function parseTransformStep(text: string): TransformStep {
  const ofFunction = FUNCTION_STEP.exec(text);
  if (ofFunction !== null) {
    const does = ofFunction[1] as 'only' | 'not' | 'from' | 'merge';
    return { does, functionId: ofFunction[2]! };
  }
  const kind = KIND_STEP.exec(text)?.[1];
  if (kind !== undefined) return { does: 'hide', kind: kind as FrameKind | 'agent' };
  const by = GROUP_STEP.exec(text)?.[1];
  if (by !== undefined) return { does: 'group', by: by as 'package' | 'file' };
  if (text === 'collapse:recursion') return { does: 'collapse', what: 'recursion' };
  throw new ProfileError('TRANSFORM_INVALID', `x is ${JSON.stringify(text.slice(0, 200))}`);
}

/** The text that `parseTransformStep` reads. */
export function formatTransformStep(step: TransformStep): string {
  if ('functionId' in step) return `${step.does}:${step.functionId}`;
  if (step.does === 'hide') return `hide:${step.kind}`;
  return step.does === 'group' ? `group:${step.by}` : `collapse:${step.what}`;
}

/**
 * Apply one step to all stacks.
 *
 * `only`, `not` and `from` drop stacks, so the total becomes smaller by what they held; the others
 * keep it. `group` makes a frame of each package or file, with ids of their own, and later steps
 * name those. A step that names a function nobody called finds no such frame.
 */
export function applyTransformStep(table: StackTable, step: TransformStep): StackTable {
  if (step.does === 'group') return groupFrames(table, step.by);
  return { frames: table.frames, ...transformStacks(table, [stackTransform(table, step)]) };
}

function stackTransform(
  { frames }: StackTable,
  step: Exclude<TransformStep, { does: 'group' }>,
): StackTransform {
  switch (step.does) {
    case 'collapse':
      // By frame and not by function: closures of one file share a name, and are no recursion.
      return collapseRuns((frame) => frame);
    case 'hide':
      return mergeAway(
        step.kind === 'agent'
          ? (frame) => isAgentPackage(frames.package[frame]!)
          : (frame) => frames.kind[frame] === step.kind,
      );
    default:
      return OF_FUNCTION[step.does](isFunction(frames, step.functionId));
  }
}

const OF_FUNCTION = {
  only: onlyThrough,
  not: notThrough,
  from: fromHere,
  merge: mergeAway,
} as const satisfies Record<string, (test: FrameTest) => StackTransform>;

/** Says whether a frame is of a function. */
export function isFunction(frames: FrameColumns, functionId: string): FrameTest {
  return (frame) => frames.functionId[frame] === functionId;
}

/** One frame for each package or file; frames of one that follow each other in a stack become one. */
function groupFrames({ frames, stacks, values }: StackTable, by: 'package' | 'file'): StackTable {
  const rowOf = new Map<string, number>();
  const first: number[] = []; // group -> its first frame
  const groupOf = frames.id.map((_, frame) => {
    const id = hash64([by, groupName(frames, frame, by), frames.kind[frame]!]);
    let row = rowOf.get(id);
    if (row === undefined) {
      row = first.push(frame) - 1;
      rowOf.set(id, row);
    }
    return row;
  });
  const ids = [...rowOf.keys()];
  const grouped: FrameColumns = {
    id: ids,
    functionId: ids,
    name: first.map((frame) => groupName(frames, frame, by)),
    file: first.map((frame) => (by === 'file' ? frames.file[frame]! : '')),
    package: first.map((frame) => frames.package[frame]!),
    kind: first.map((frame) => frames.kind[frame]!),
    line: first.map(() => 0),
  };
  return {
    frames: grouped,
    ...transformStacks({ stacks, values }, [collapseRuns((frame) => groupOf[frame]!)]),
  };
}

/** What has no package is named by its kind, what has no file by itself. */
function groupName(frames: FrameColumns, frame: number, by: 'package' | 'file'): string {
  if (by === 'file') return frames.file[frame] || frames.name[frame]!;
  return frames.package[frame] || `(${frames.kind[frame]})`;
}
