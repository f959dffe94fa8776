import { parseProfileType, type ServiceSummary } from '@flamehouse/proto';
import { useState } from 'preact/hooks';
import { ContextMenu } from '../../components/menu.tsx';
import { Notice } from '../../components/states.tsx';
import type { FlameTree } from '../../flame/tree.ts';
import { measureOf } from '../../format.ts';
import { keptValue, onlyValue } from '../../state/filter.ts';
import { setExplore } from '../../state/location.ts';
import { showToast } from '../../state/toast.ts';
import { type ExploreState, type Split, showsGrowth } from '../../state/url.ts';
import { formatClock } from '../../time.ts';
import { Announcer } from './announcer.tsx';
import { Details } from './details.tsx';
import { ExploreHelp } from './explore-help.tsx';
import { neighbourDeploy } from './flags.ts';
import { Footer } from './footer.tsx';
import { type CommandTarget, commandItems, openSandwich } from './frame-commands.ts';
import { GrowthPanel } from './growth-panel.tsx';
import { HotPathPanel } from './hot-path-panel.tsx';
import { createLinks } from './links.ts';
import { FirstLoad, NoSamples } from './nothing.tsx';
import { FlamePanel, type PanelProps, TablePanel } from './panels.tsx';
import { SandwichPanel } from './sandwich-panel.tsx';
import { SandwichSentence } from './sandwich-sentence.tsx';
import { Timeline } from './timeline.tsx';
import { Toolbar } from './toolbar.tsx';
import type { ExploreData } from './use-explore-data.ts';
import { useExploreView, usePageKeys } from './use-explore-view.ts';
import { useHistory } from './use-history.ts';

interface OpenMenu {
  readonly target: CommandTarget;
  readonly at: { readonly x: number; readonly y: number };
}

const nonEmpty = (tree: FlameTree | null): FlameTree | null => (tree?.count === 0 ? null : tree);

/** Keep one version, instance or endpoint: the version has a field of its own, the others go into the filter. */
const onlyLabel = (state: ExploreState, label: Split, value: string): Partial<ExploreState> =>
  label === 'version'
    ? { version: value, split: '' }
    : { filter: onlyValue(state.filter, label, value), split: '' };

/** Everything below the top bar: line, sentence, toolbar, graph and table, details, footer. */
export function ExploreBody(props: {
  readonly state: ExploreState;
  readonly data: ExploreData;
  readonly services: readonly ServiceSummary[];
}) {
  const { state, data, services } = props;
  const { base, nowMs, coveredMs } = data;
  const sandwich = state.sandwich !== '';
  const growth = showsGrowth(state);
  const shownView = state.view === 'growth' ? 'both' : state.view;
  const tree = sandwich ? nonEmpty(data.callees.tree) : data.tree;
  const callers = sandwich ? nonEmpty(data.callers.tree) : null;
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [links] = useState(createLinks);
  const [help, setHelp] = useState(false);
  const view = useExploreView({
    state,
    tree,
    callers,
    stale: sandwich ? data.callees.base.stale || data.callers.base.stale : base.stale,
    functions: data.functions.data,
    links,
  });
  const { history, samples } = useHistory(state, data, view.currentFunction);
  const pickSandwich = (): void => {
    const target = view.functionTarget(view.currentFunction);
    if (target !== null) view.command('sandwich', target);
    else showToast('Pick a function first: a frame of the graph or a row of the table');
  };
  const stepDeploy = (way: 1 | -1): void => {
    const selection = neighbourDeploy(data.flags, state.selection, data.range, way);
    if (selection !== null) setExplore({ selection });
  };
  usePageKeys({
    '/': () => {
      view.inputRef.current?.focus();
      view.inputRef.current?.select();
    },
    '?': () => setHelp(true),
    '[': () => stepDeploy(-1),
    ']': () => stepDeploy(1),
    i: () => setExplore({ root: state.root === 'top' ? 'bottom' : 'top' }),
    '1': () => setExplore({ view: 'graph', sandwich: '', sandwichName: '' }),
    '2': () => setExplore({ view: 'both', sandwich: '', sandwichName: '' }),
    '3': () => setExplore({ view: 'table', sandwich: '', sandwichName: '' }),
    '4': () => pickSandwich(),
  });
  const onMenu: PanelProps['onMenu'] = (target, at) => setMenu(target && { target, at });
  // While another type loads, what is still shown keeps its own words.
  const measure = measureOf(base.data?.type ?? parseProfileType(state.type));
  const empty = base.data !== null && !base.stale && base.data.total === 0;
  const panel = { state, data, view, measure, links, onMenu };

  return (
    <>
      <Timeline
        service={state.service}
        environment={state.environment}
        line={data.line}
        appearances={data.flags}
        measure={measureOf(data.series.data?.type ?? parseProfileType(state.type))}
        bytes={data.series.data?.unit === 'bytes'}
        range={data.range}
        selection={state.selection}
        nowMs={nowMs}
        loading={data.series.stale && data.series.loading}
        failure={data.series.failure}
        onRetry={data.series.retry}
        onSelect={(selection) => setExplore({ selection })}
        split={state.split}
        splitLines={data.split}
        band={data.band}
        heat={data.heat}
        instance={keptValue(state.filter, 'instance')}
        onPickInstance={(instance, selection) =>
          setExplore({ filter: onlyValue(state.filter, 'instance', instance), selection })
        }
        onSplit={(split) => setExplore({ split })}
        onOnly={(label, value) => setExplore(onlyLabel(state, label, value))}
      />
      {base.failure !== null && base.data !== null && (
        <Notice kind="error">
          {base.failure.message}. Showing what was loaded at {formatClock(base.loadedAt)}.{' '}
          <button type="button" onClick={base.retry}>
            Try again
          </button>
        </Notice>
      )}
      {empty ? (
        <NoSamples
          state={state}
          range={data.shown}
          nowMs={nowMs}
          services={services}
          measure={measure}
        />
      ) : (
        <>
          {growth ? null : sandwich ? (
            <SandwichSentence state={state} data={data} measure={measure} />
          ) : tree === null ? (
            <FirstLoad.Sentence failed={base.failure !== null} />
          ) : (
            <HotPathPanel
              tree={tree}
              path={view.path}
              focus={view.focus}
              measure={measure}
              coveredMs={coveredMs}
              upwards={view.upwards}
              kept={base.stale}
              onPick={view.zoom}
              onFollow={view.followPath}
            />
          )}
          {view.focusGone && (
            <Notice kind="warn">
              This link focused on a frame that is not in this data. Showing everything.
            </Notice>
          )}
          <Toolbar
            state={state}
            onSandwich={pickSandwich}
            problem={view.search?.problem ?? null}
            count={view.count}
            found={view.found}
            inputRef={view.inputRef}
            onSearch={(text) => setExplore({ search: text }, 'replace')}
            onStep={view.step}
            focus={state.focus === '' ? null : { name: view.focusName, gone: view.focusGone }}
            onUnfocus={() => view.zoom(0)}
            onHelp={() => setHelp(true)}
          />
          {growth ? (
            <GrowthPanel state={state} data={data} />
          ) : (
            <>
              <div
                class={
                  shownView === 'both' || (sandwich && shownView === 'table')
                    ? 'split'
                    : 'split one'
                }
              >
                {sandwich ? (
                  <SandwichPanel {...panel} />
                ) : (
                  state.view !== 'table' && <FlamePanel {...panel} />
                )}
                {state.view !== 'graph' && <TablePanel {...panel} />}
              </div>
              <Details
                tree={view.pickedCaller >= 0 ? callers : tree}
                callers={callers}
                upwards={view.upwards}
                whole={data.functions.data?.total ?? tree?.total[0] ?? 0}
                functions={data.functions.data}
                focus={view.pickedCaller >= 0 ? view.callersFocus : view.focus}
                current={view.pickedCaller >= 0 ? view.pickedCaller : view.current}
                history={history}
                samples={samples}
                measure={measure}
                coveredMs={coveredMs}
                links={links}
                onZoom={view.zoomIn}
                onSandwich={openSandwich}
                onZoomFunction={view.zoomFunction}
              />
            </>
          )}
        </>
      )}
      <Footer
        tree={state.view === 'table' || sandwich || growth ? null : tree}
        functions={growth ? null : data.functions.data}
        measure={measure}
        tier={base.data?.tier ?? null}
        instances={services.find(({ service }) => service === state.service)?.instances ?? 0}
      />
      <Announcer
        state={state}
        view={view}
        loading={base.loading && (base.stale || base.data === null)}
        failed={base.failure !== null && base.data === null}
      />
      {menu !== null && (
        <ContextMenu
          at={menu.at}
          label={`Actions for ${menu.target.name}`}
          title={menu.target.name}
          items={commandItems(menu.target)}
          onClose={() => setMenu(null)}
        />
      )}
      {help && <ExploreHelp onClose={() => setHelp(false)} />}
    </>
  );
}
