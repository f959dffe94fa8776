import { Icon } from '../../components/icon.tsx';
import { setExplore } from '../../state/location.ts';
import type { Chains } from '../../state/url.ts';
import { formatSteps, sayStep, type ViewStep } from '../../state/view-steps.ts';
import { dropStep } from './frame-commands.ts';

/** The steps of the view in their order, each with a way out, and undo for the last. */
export function StepChips(props: { readonly steps: readonly ViewStep[]; readonly chains: Chains }) {
  const { steps } = props;
  const last = steps.at(-1);
  if (last === undefined) return props.chains === 'open' ? null : <ChainsChip />;
  return (
    <>
      {props.chains === 'collapsed' && <ChainsChip />}
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

/** Chains are collapsed in the drawing alone, so the chip is none of the steps. */
const ChainsChip = () => (
  <span
    class="chip focus"
    title="Frames that only call one other are drawn as one row; click it to open it"
  >
    <span class="k">collapse</span>
    <span class="v">chains</span>
    <button
      type="button"
      class="icon-btn small"
      aria-label="Remove: collapse chains"
      onClick={() => setExplore({ chains: 'open' })}
    >
      <Icon name="x" />
    </button>
  </span>
);
