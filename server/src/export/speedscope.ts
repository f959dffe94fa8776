import { aliasOf, unitOf } from '@flamehouse/proto';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';

/**
 * Write all selected stacks as a speedscope file with one sampled profile.
 *
 * Source  https://github.com/jlfwong/speedscope/blob/main/src/lib/file-format-spec.ts
 */
export function exportSpeedscope(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  stacks: SelectedStacks,
): string {
  const { frames } = stacks;
  const name = `${selection.service} ${aliasOf(selection.type) ?? selection.type}`;
  const unit = unitOf(selection.type);
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'flamehouse',
    name,
    activeProfileIndex: 0,
    shared: {
      frames: frames.name.map((frameName, frame) => ({
        name: frameName,
        ...(frames.file[frame] === '' ? {} : { file: frames.file[frame] }),
        ...(frames.line[frame] === 0 ? {} : { line: frames.line[frame] }),
      })),
    },
    profiles: [
      {
        type: 'sampled',
        name,
        unit: unit === 'count' ? 'none' : unit,
        startValue: 0,
        endValue: stacks.values.reduce((sum, value) => sum + value, 0),
        samples: stacks.stacks.map((stack) => [...stack]),
        weights: [...stacks.values],
      },
    ],
  });
}
