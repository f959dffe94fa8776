import { useState } from 'preact/hooks';
import { ContextMenu, type MenuItem } from '../../components/menu.tsx';
import { Failed, FlameSkeleton, Notice, Progress, RowsSkeleton } from '../../components/states.tsx';
import { displayName } from '../../flame/labels.ts';
import { formatPercent } from '../../format.ts';
import { COMPARE_VIEWS, type CompareState } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { formatClock } from '../../time.ts';
import { usePageKeys } from '../explore/use-explore-view.ts';
import { CompareHelp } from './compare-help.tsx';
import { DiffGraphs, type OpenMenu } from './diff-graphs.tsx';
import { DiffTable } from './diff-table.tsx';
import { NoMinutes } from './nothing.tsx';
import { Sides } from './sides.tsx';
import { sizeWords } from './size-words.ts';
import { TableBar } from './table-bar.tsx';
import { CompareToolbar } from './toolbar.tsx';
import type { CompareData } from './use-compare-data.ts';
import { countWords, useCompareView } from './use-compare-view.ts';
import { VerdictPanel } from './verdict-panel.tsx';
import { Warnings } from './warnings.tsx';

/** Everything below the top bar: verdict, sides, graph, details, table. */
export function CompareBody(props: {
  readonly state: CompareState;
  readonly data: CompareData;
  readonly nowMs: number;
}) {
  const { state, data, nowMs } = props;
  const { diff, answer, graph } = data;
  const view = useCompareView(state, data);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [help, setHelp] = useState(false);
  usePageKeys({
    '/': () => {
      view.inputRef.current?.focus();
      view.inputRef.current?.select();
    },
    '?': () => setHelp(true),
    ...Object.fromEntries(
      COMPARE_VIEWS.map((name, i) => [String(i + 1), () => setCompare({ view: name })]),
    ),
  });
  const found = diff.data;
  if (found === null) {
    return diff.failure !== null ? (
      <Failed failure={diff.failure} onRetry={diff.retry} />
    ) : (
      <FirstComparison />
    );
  }
  const words = sizeWords(found.normaliser, found.base.cost || found.head.cost);
  const kept = diff.stale || answer.stale;
  const empty = found.rows === 0;
  return (
    <>
      {kept && <Progress />}
      <VerdictPanel diff={found} kept={kept} />
      {diff.failure !== null && (
        <Notice kind="error">
          {diff.failure.message}. Showing what was loaded at {formatClock(diff.loadedAt)}.{' '}
          <button type="button" onClick={diff.retry}>
            Try again
          </button>
        </Notice>
      )}
      <Sides state={state} diff={found} nowMs={nowMs} />
      <Warnings warnings={found.warnings} />
      {empty ? (
        <NoMinutes state={state} />
      ) : (
        <>
          <CompareToolbar
            state={state}
            domain={graph?.rows.domain ?? null}
            count={countWords(found, view)}
            problem={view.search?.problem ?? null}
            found={view.found}
            inputRef={view.inputRef}
            focusName={view.focusName}
            onUnfocus={() => view.zoom(0)}
            onStep={view.matchStep}
            onHelp={() => setHelp(true)}
          />
          {view.focusGone && (
            <Notice kind="warn">
              This link focused on a frame that is not in this comparison. Showing everything.
            </Notice>
          )}
          <div class={kept ? 'evidence kept' : 'evidence'}>
            {state.view !== 'table' && (
              <DiffGraphs
                state={state}
                data={data}
                diff={found}
                view={view}
                words={words}
                onMenu={setMenu}
              />
            )}
            {(state.view === 'both' || state.view === 'table') && (
              <>
                <TableBar state={state} diff={found} />
                <DiffTable
                  diff={found}
                  state={state}
                  search={view.search}
                  words={words}
                  links={view.links}
                  onZoom={view.zoomFunction}
                />
              </>
            )}
          </div>
        </>
      )}
      <footer class="foot">
        {!empty && (
          <span>
            Any colour is significant. Smallest change visible here:{' '}
            {formatPercent(found.smallestChange)}.
          </span>
        )}
        <span class="grow" />
        {answer.data !== null && answer.data.foldedNodes > 0 && (
          <span class="hide-s">{answer.data.foldedNodes} smaller frames folded</span>
        )}
      </footer>
      <div class="hidden" role="status" aria-live="polite">
        {kept ? 'Loading' : `${found.sentence} ${view.focusName && `Zoomed to ${view.focusName}.`}`}
      </div>
      {menu !== null && (
        <ContextMenu
          at={menu.at}
          label={`Actions for ${frameName(menu)}`}
          title={frameName(menu)}
          items={menuItems(menu, view.command)}
          onClose={() => setMenu(null)}
        />
      )}
      {help && <CompareHelp onClose={() => setHelp(false)} />}
    </>
  );
}

const frameName = ({ graph: { tree }, row }: OpenMenu): string =>
  tree.frame[row]! < 0 ? 'all' : displayName(tree.frames.name[tree.frame[row]!]!);

function menuItems(
  { graph: { tree }, row }: OpenMenu,
  command: ReturnType<typeof useCompareView>['command'],
): MenuItem[] {
  const item = (label: string, name: Parameters<typeof command>[0], key?: string): MenuItem => ({
    label,
    act: () => command(name, row, tree),
    ...(key === undefined ? {} : { key }),
  });
  return [
    item('Zoom to this frame', 'zoom', 'Enter'),
    item('Callers and callees in Explore', 'sandwich', 's'),
    { ...item('Copy name', 'copy-name', 'y'), icon: 'copy', first: true },
    item('Copy stack', 'copy-stack', 'Y'),
  ];
}

/** The shape of a comparison before the first one is there. */
const FirstComparison = () => (
  <>
    <Progress />
    <div class="answer few" aria-hidden="true">
      <div class="skel-say">
        <div class="skel" style={{ width: '420px', maxWidth: '80%', height: '24px' }} />
        <div class="skel" style={{ width: '300px', maxWidth: '60%', height: '14px' }} />
      </div>
    </div>
    <p class="hidden" role="status">
      Comparing
    </p>
    <FlameSkeleton />
    <RowsSkeleton rows={4} />
  </>
);
