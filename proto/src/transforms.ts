import type { FrameRow } from './call-tree.ts';

/** Stacks with their values: stacks[i] is root first and pairs with values[i]. */
export interface WeightedStacks {
  readonly stacks: readonly ArrayLike<FrameRow>[];
  readonly values: ArrayLike<number>;
}

/** What a transform does to one stack: the frames that are left, root first, or null to drop the stack. */
export type StackTransform = (stack: ArrayLike<FrameRow>) => ArrayLike<FrameRow> | null;

/** Says whether a frame is meant: of one function, of one package, of one kind. */
export type FrameTest = (frame: FrameRow) => boolean;

/**
 * Apply transforms one after the other to every stack.
 *
 * Dropped stacks leave the total, so the result's total is smaller by what they held; transforms that
 * only take frames away keep it.
 */
export function transformStacks(
  { stacks, values }: WeightedStacks,
  transforms: readonly StackTransform[],
): { stacks: ArrayLike<FrameRow>[]; values: number[] } {
  const result: { stacks: ArrayLike<FrameRow>[]; values: number[] } = { stacks: [], values: [] };
  for (let i = 0; i < stacks.length; i++) {
    let stack: ArrayLike<FrameRow> | null = stacks[i]!;
    for (const transform of transforms) {
      stack = transform(stack);
      if (stack === null) break;
    }
    if (stack === null) continue;
    result.stacks.push(stack);
    result.values.push(values[i]!);
  }
  return result;
}

/** Keep the stacks that contain a frame. The total becomes that of the frame. */
export function onlyThrough(test: FrameTest): StackTransform {
  return (stack) => (outermost(stack, test) < 0 ? null : stack);
}

/** Drop the stacks that contain a frame. The total loses that of the frame. */
export function notThrough(test: FrameTest): StackTransform {
  return (stack) => (outermost(stack, test) < 0 ? stack : null);
}

/** Begin every stack at the outermost such frame; drop those without. The total becomes that of the frame. */
export function fromHere(test: FrameTest): StackTransform {
  return (stack) => {
    const at = outermost(stack, test);
    return at < 0 ? null : Array.prototype.slice.call(stack, at);
  };
}

/** Take frames out; what they held themselves goes to their callers. Keeps the total. */
export function mergeAway(test: FrameTest): StackTransform {
  return (stack) =>
    outermost(stack, test) < 0
      ? stack
      : Array.prototype.filter.call(stack, (frame: FrameRow) => !test(frame));
}

/** One frame for a function that calls itself, directly or through others of its group. Keeps the total. */
export function collapseRuns(groupOf: (frame: FrameRow) => FrameRow): StackTransform {
  return (stack) => {
    const kept: FrameRow[] = [];
    for (let i = 0; i < stack.length; i++) {
      const group = groupOf(stack[i]!);
      if (group !== kept[kept.length - 1]) kept.push(group);
    }
    return kept;
  };
}

/** Leaf first: the tree of the result is the bottom-up view. Keeps the total. */
export const invert: StackTransform = (stack) => Array.prototype.slice.call(stack).reverse();

/** From a frame up to its callers: the upper half of a sandwich. Recursion counts once. */
export function callersOf(test: FrameTest): StackTransform {
  return (stack) => {
    const at = outermost(stack, test);
    return at < 0 ? null : Array.prototype.slice.call(stack, 0, at + 1).reverse();
  };
}

/** From a frame down to its callees: the lower half of a sandwich. Recursion counts once. */
export const calleesOf = fromHere;

function outermost(stack: ArrayLike<FrameRow>, test: FrameTest): number {
  for (let i = 0; i < stack.length; i++) if (test(stack[i]!)) return i;
  return -1;
}
