import type { DiffAnswer } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { Failed, FlameSkeleton } from '../../components/states.tsx';
import type { DiffGraph } from '../../flame/diff-tree.ts';
import { findMatches } from '../../flame/search.ts';
import { idOf } from '../../flame/tree.ts';
import type { CompareState } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { DiffDetails } from './diff-details.tsx';
import { DiffPane } from './diff-pane.tsx';
import type { SizeWords } from './size-words.ts';
import type { CompareData } from './use-compare-data.ts';
import type { CompareView } from './use-compare-view.ts';

/** The menu of a frame, and where it opens. */
export interface OpenMenu {
  readonly graph: DiffGraph;
  readonly row: number;
  readonly at: { readonly x: number; readonly y: number };
}

interface DiffGraphsProps {
  readonly state: CompareState;
  readonly data: CompareData;
  readonly diff: DiffAnswer;
  readonly view: CompareView;
  readonly words: SizeWords;
  readonly onMenu: (menu: OpenMenu) => void;
}

/** Both sides as one graph, or beside each other, and the details of what is pointed at. */
export function DiffGraphs(props: DiffGraphsProps) {
  const { state, data, diff, view } = props;
  const { answer, graph, before, after } = data;
  const pair = state.view === 'sides' && before !== null && after !== null;
  return (
    <>
      {graph === null ? (
        answer.failure !== null ? (
          <Failed failure={answer.failure} onRetry={answer.retry} />
        ) : (
          <FlameSkeleton />
        )
      ) : pair ? (
        <div class="pair">
          <figure>
            <figcaption>
              <span class="ab">A</span> {diff.base.name}, by name
            </figcaption>
            <Pane {...props} graph={before} name="flameView" label="Flame graph before" />
          </figure>
          <figure>
            <figcaption>
              <span class="ab b">B</span> {diff.head.name}, by name
            </figcaption>
            <Pane {...props} graph={after} name="callersView" label="Flame graph after" />
          </figure>
        </div>
      ) : (
        <Pane {...props} graph={graph} name="flameView" label="Differential flame graph" />
      )}
      <DiffDetails
        diff={diff}
        graphs={pair ? [before, after] : graph === null ? [] : [graph]}
        current={view.selected > 0 ? view.selected : view.focus}
        links={view.links}
        words={props.words}
        onOpen={view.openFunction}
      />
    </>
  );
}

function Pane(
  props: DiffGraphsProps & {
    readonly graph: DiffGraph;
    readonly name: 'flameView' | 'callersView';
    readonly label: string;
  },
) {
  const { graph, state, diff, view } = props;
  const { search } = view;
  const match = useMemo(
    () => (search === null ? null : findMatches(graph.tree, search).byRow),
    [graph, search],
  );
  const rowOf = (id: string): number | undefined => graph.tree.rowOfId.get(id);
  return (
    <DiffPane
      graph={graph}
      name={props.name}
      label={`${props.label}, ${diff.base.name} and ${diff.head.name}`}
      focus={rowOf(state.focus) ?? 0}
      selected={rowOf(view.links.selectedNode.value) ?? -1}
      match={match}
      words={props.words}
      links={view.links}
      onFocus={(row) => setCompare({ focus: row === 0 ? '' : idOf(graph.tree, row) })}
      onMatchStep={view.matchStep}
      onCommand={(command, row) => view.command(command, row, graph.tree)}
      onMenu={(row, at) => props.onMenu({ graph, row, at })}
    />
  );
}
