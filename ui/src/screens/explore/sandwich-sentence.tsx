import { Icon } from '../../components/icon.tsx';
import { displayName } from '../../flame/labels.ts';
import type { FlameTree } from '../../flame/tree.ts';
import { formatPercent, type Measure, sayShare } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { openSandwich } from './frame-commands.ts';
import type { ExploreData } from './use-explore-data.ts';

/** The direct caller that most comes from; -1 when there is none. */
function mainCaller(tree: FlameTree): number {
  let best = -1;
  for (let row = 1; row < tree.count; row = tree.end[row]!)
    if (tree.frame[row]! >= 0 && (best < 0 || tree.total[row]! > tree.total[best]!)) best = row;
  return best;
}

/** What share goes through the function, and who calls it most. */
export function SandwichSentence(props: {
  readonly state: ExploreState;
  readonly data: ExploreData;
  readonly measure: Measure;
}) {
  const { state, data, measure } = props;
  const { callers, functions, coveredMs } = data;
  const name = displayName(state.sandwichName || state.sandwich);
  const tree = callers.tree === null || callers.tree.count === 0 ? null : callers.tree;
  const caller = tree === null ? -1 : mainCaller(tree);
  const callerFrame = tree === null ? -1 : (tree.frame[caller] ?? -1);
  const callerName = displayName(tree?.frames.name[callerFrame] ?? '');
  const total = tree?.total[0] ?? 0;
  const whole = functions.data?.total || total || 1;
  return (
    <section class={callers.base.stale ? 'hotpath kept' : 'hotpath'} aria-label="Sandwich">
      <div class="grow">
        <h1 title={name}>
          {tree === null
            ? 'Callers and callees of '
            : `${sayShare(total / whole)} of ${measure.subject} ${measure.verb} `}
          <span class="mono">{name}</span>.
        </h1>
        <div class="crumbs">
          {tree !== null && (
            <span class="say hide-s">
              {measure.short(total, coveredMs)} of {measure.long(whole, coveredMs)}
            </span>
          )}
          {tree !== null && caller >= 0 && (
            <>
              <span class="muted hide-s">·</span>
              <span class="say">
                {formatPercent(tree.total[caller]! / (total || 1))} of it from
              </span>
              <button
                type="button"
                title={`Callers and callees of ${callerName}`}
                onClick={() => openSandwich(tree.frames.functionId[callerFrame]!, callerName)}
              >
                {callerName}
              </button>
            </>
          )}
        </div>
      </div>
      <button
        type="button"
        class="btn hide-s"
        onClick={() => setExplore({ sandwich: '', sandwichName: '', focus: '', focusName: '' })}
      >
        <Icon name="explore" /> Whole graph
      </button>
    </section>
  );
}
