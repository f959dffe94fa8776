import type { DiffAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { groupDigits } from '../../format.ts';
import { type CompareState, SHOWN, type Shown } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { countShown } from './diff-rows-table.ts';

const NAMES: Readonly<Record<Shown, string>> = {
  changed: 'Changed',
  grew: 'Grew',
  shrank: 'Shrank',
  new: 'New',
  gone: 'Gone',
  all: 'All',
};
const HIDDEN: Readonly<Partial<Record<Shown, string>>> = { new: 'hide-s', gone: 'hide-s' };

/** How many functions changed, and which of them the table shows. */
export function TableBar({
  state,
  diff,
}: {
  readonly state: CompareState;
  readonly diff: DiffAnswer;
}) {
  const counts = useMemo(() => countShown(diff), [diff]);
  return (
    <div class="bar low">
      <h2 class="strong">
        {groupDigits(counts.changed)} of {groupDigits(diff.rows)} functions changed
      </h2>
      <span class="grow" />
      <fieldset class="seg small" aria-label="Functions shown">
        {SHOWN.map((shown) => (
          <button
            type="button"
            key={shown}
            class={HIDDEN[shown] ?? ''}
            aria-pressed={state.shown === shown}
            onClick={() => setCompare({ shown })}
          >
            {NAMES[shown]}
            {shown !== 'changed' && shown !== 'all' && ` ${counts[shown]}`}
          </button>
        ))}
      </fieldset>
    </div>
  );
}
