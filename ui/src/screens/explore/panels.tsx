import { Failed, Progress } from '../../components/states.tsx';
import { type Measure, measureOf } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { formatRange } from '../../time.ts';
import { FlamePane } from './flame-pane.tsx';
import type { CommandTarget } from './frame-commands.ts';
import { FunctionTable } from './function-table.tsx';
import type { Links } from './links.ts';
import { FirstLoad, NoFunctions } from './nothing.tsx';
import type { ExploreData } from './use-explore-data.ts';
import type { ExploreView } from './use-explore-view.ts';
import { useRenderer } from './use-renderer.ts';

export interface PanelProps {
  readonly state: ExploreState;
  readonly data: ExploreData;
  readonly view: ExploreView;
  readonly measure: Measure;
  readonly links: Links;
  /** Opens the menu of a frame or of a function of the table. */
  readonly onMenu: (
    target: CommandTarget | null,
    at: { readonly x: number; readonly y: number },
  ) => void;
}

/** The graph: loading, failed, or there; the last picture stays until the next one is. */
export function FlamePanel({ state, data, view, measure, links, onMenu }: PanelProps) {
  const { base, tree, shown, nowMs } = data;
  const { detailLoading } = data.whole;
  const renderer = useRenderer(tree?.count ?? 0);
  const waiting = base.loading && (base.stale || base.data === null);
  return (
    <section class="pane" aria-label="Flame graph">
      {(waiting || detailLoading) && <Progress />}
      {base.failure !== null && base.data === null ? (
        <Failed failure={base.failure} onRetry={base.retry} />
      ) : tree === null ? (
        <FirstLoad.Flame />
      ) : (
        <div class={base.stale ? 'pane grow kept' : 'pane grow'}>
          <FlamePane
            renderer={renderer}
            tree={tree}
            focus={view.focus}
            selected={view.ringed}
            emphasis={view.path?.emphasis ?? null}
            match={view.match}
            reveal={view.revealIn(tree)}
            label={`Flame graph, ${measure.title}, ${state.service}, ${formatRange(shown, nowMs)}`}
            measure={measure}
            coveredMs={data.coveredMs}
            links={links}
            onFocus={view.zoom}
            onMatchStep={view.step}
            onCommand={(command, row) => view.command(command, view.frameTarget(tree, row))}
            onMenu={(row, at) => onMenu(view.frameTarget(tree, row), at)}
            rootAtBottom={state.root === 'bottom'}
            hideSelf={view.upwards}
          />
        </div>
      )}
      {base.stale && base.loading && (
        <div class="loading-say">Loading {formatRange(shown, nowMs)}…</div>
      )}
    </section>
  );
}

/** The exact table, in the same states. */
export function TablePanel({ state, data, view, links, onMenu }: PanelProps) {
  const { functions } = data;
  const answer = functions.data;
  return (
    <section class="pane" aria-label="Table of functions">
      {functions.loading && (functions.stale || answer === null) && <Progress />}
      {functions.failure !== null && answer === null ? (
        <Failed failure={functions.failure} onRetry={functions.retry} />
      ) : answer === null ? (
        <FirstLoad.Table />
      ) : (
        <div class={functions.stale ? 'pane grow kept' : 'pane grow'}>
          <FunctionTable
            answer={answer}
            measure={measureOf(answer.type)}
            coveredMs={data.coveredMs}
            sort={state.sort}
            onSort={(sort) => setExplore({ sort })}
            search={view.search}
            selectedFunction={view.currentFunction}
            links={links}
            onZoom={view.zoomFunction}
            onCommand={(command, id) => view.command(command, view.functionTarget(id))}
            onMenu={(id, at) => onMenu(view.functionTarget(id), at)}
            nothingFound={
              <NoFunctions
                functions={answer}
                search={state.search}
                problem={view.search?.problem ?? null}
                onPick={(text) => setExplore({ search: text }, 'replace')}
              />
            }
          />
        </div>
      )}
    </section>
  );
}
