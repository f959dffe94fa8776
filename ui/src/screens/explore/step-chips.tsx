import { Icon } from '../../components/icon.tsx';
import { setExplore } from '../../state/location.ts';
import { formatSteps, sayStep, type ViewStep } from '../../state/view-steps.ts';
import { dropStep } from './frame-commands.ts';

/** The steps of the view in their order, each with a way out, and undo for the last. */
export function StepChips({ steps }: { readonly steps: readonly ViewStep[] }) {
  const last = steps.at(-1);
  if (last === undefined) return null;
  return (
    <>
      {steps.map((step) => {
        const { verb, what } = sayStep(step);
        return (
          <span class="chip focus step" key={formatSteps([step])[0]} title={`${verb} ${what}`}>
            <span class="k">{verb}</span>
            <span class="v">{what}</span>
            <button
              type="button"
              class="icon-btn small"
              aria-label={`Remove: ${verb} ${what}`}
              onClick={() => dropStep(step)}
            >
              <Icon name="x" />
            </button>
          </span>
        );
      })}
      <button
        type="button"
        class="icon-btn"
        aria-label="Undo the last step"
        title="Undo the last step"
        onClick={() => dropStep(last)}
      >
        <Icon name="undo" />
      </button>
      {steps.length > 2 && (
        <button
          type="button"
          class="btn small ghost"
          onClick={() => setExplore({ steps: [], focus: '', focusName: '' })}
        >
          Remove all
        </button>
      )}
    </>
  );
}
