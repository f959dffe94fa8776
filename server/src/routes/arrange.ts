import {
  applyTransformStep,
  type FlamegraphView,
  invert,
  parseTransformStep,
  type StackTransform,
  transformStacks,
} from '@flamehouse/proto';
import { giveWay } from '../http/give-way.ts';
import type { SelectedStacks } from '../storage/profile-store.ts';

/** The parameters of a view. */
export interface ViewQuery {
  readonly view: FlamegraphView;
  readonly x: readonly string[]; // steps, in order
}

/**
 * Exact stacks as a view wants them: its steps in order, then turned round for bottom-up.
 *
 * Errors  ProfileError TRANSFORM_INVALID.
 */
export async function arrangeStacks(
  stacks: SelectedStacks,
  { view, x }: ViewQuery,
): Promise<SelectedStacks> {
  let arranged = stacks;
  for (const step of x.map(parseTransformStep)) {
    await giveWay();
    arranged = withStacks(arranged, applyTransformStep(arranged, step));
  }
  return view === 'top-down' ? arranged : transformed(arranged, invert);
}

/** All stacks after one transform. */
export function transformed(stacks: SelectedStacks, transform: StackTransform): SelectedStacks {
  return withStacks(stacks, transformStacks(stacks, [transform]));
}

function withStacks(
  { range, tier, frames }: SelectedStacks,
  table: Pick<ReturnType<typeof applyTransformStep>, 'stacks' | 'values'> & {
    readonly frames?: SelectedStacks['frames'];
  },
): SelectedStacks {
  return {
    range,
    tier,
    frames: table.frames ?? frames,
    stacks: table.stacks.map((stack) =>
      stack instanceof Uint32Array ? stack : Uint32Array.from(stack),
    ),
    values: Float64Array.from(table.values),
  };
}
