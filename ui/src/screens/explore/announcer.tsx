import type { ExploreState } from '../../state/url.ts';
import { sayStep } from '../../state/view-steps.ts';
import type { ExploreView } from './use-explore-view.ts';

/** Says to a screen reader what the picture shows now; it speaks when its text changes. */
export function Announcer(props: {
  readonly state: ExploreState;
  readonly view: ExploreView;
  readonly loading: boolean;
  readonly failed: boolean;
}) {
  const { state, view } = props;
  const steps = state.steps.map(sayStep).map(({ verb, what }) => `${verb} ${what}`);
  const parts = [
    state.sandwich !== '' ? `Callers and callees of ${state.sandwichName || 'a function'}` : '',
    state.sandwich === '' && view.upwards ? 'Bottom-up' : '',
    steps.join(', '),
    state.focus === '' ? 'Everything is shown' : `Zoomed to ${view.focusName}`,
    view.search === null ? '' : view.count,
  ];
  return (
    <div class="hidden" role="status" aria-live="polite">
      {props.failed
        ? 'Loading failed'
        : props.loading
          ? 'Loading'
          : parts.filter((part) => part !== '').join('. ')}
    </div>
  );
}
