import { parseProfileType } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { measureOf } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import type { SourceState } from '../../state/source-url.ts';

interface SourceTopBarProps {
  readonly state: SourceState;
  readonly explore: string; // the flame graph of the same selection
  readonly nowMs: number;
  readonly onChange: (part: Partial<SourceState>) => void;
}

/** The way back, what is counted, and when. */
export function SourceTopBar({ state, explore, nowMs, onChange }: SourceTopBarProps) {
  const filters = [state.environment, state.version, state.filter].filter((text) => text !== '');
  return (
    <>
      <a class="btn" href={explore} onClick={followLink}>
        <Icon name="left" />
        <span class="clip">{state.service || 'Explore'}</span>
      </a>
      <span class="chip">
        <span class="v">{measureOf(parseProfileType(state.type)).title}</span>
      </span>
      {filters.length > 0 && (
        <span class="chip hide-s" title={filters.join(', ')}>
          <span class="v">{filters.join(', ')}</span>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Remove the filter"
            onClick={() => onChange({ environment: '', version: '', filter: '' })}
          >
            <Icon name="x" />
          </button>
        </span>
      )}
      <span class="grow" />
      <RangePicker
        from={state.from}
        to={state.to}
        nowMs={nowMs}
        onPick={(from, to) => onChange({ from, to })}
      />
    </>
  );
}
