import { formatFolded } from '@flamehouse/proto';
import type { SelectedStacks } from '../storage/profile-store.ts';

/** Write all selected stacks as folded text, one to a line: `main;parse;lex 10`. Units as the store's. */
export function exportFolded(stacks: SelectedStacks): string {
  return formatFolded(stacks.stacks, stacks.values, (frame) => stacks.frames.name[frame]!);
}
