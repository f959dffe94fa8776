import { parseProfileType, type ServiceSummary } from '@flamehouse/proto';
import { useEffect, useState } from 'preact/hooks';
import { Shell } from '../../components/shell.tsx';
import { Failed, Notice, Progress } from '../../components/states.tsx';
import { measureOf } from '../../format.ts';
import { exploreState, setExplore } from '../../state/location.ts';
import { formatClock, formatRange } from '../../time.ts';
import { Details } from './details.tsx';
import { FlamePane } from './flame-pane.tsx';
import { Footer } from './footer.tsx';
import { FunctionTable } from './function-table.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { HotPathPanel } from './hot-path-panel.tsx';
import { createLinks } from './links.ts';
import { FirstLoad, NoFunctions, NoSamples, NoService } from './nothing.tsx';
import { Timeline } from './timeline.tsx';
import { Toolbar } from './toolbar.tsx';
import { ExploreTopBar } from './top-bar.tsx';
import { useExploreData, useServices } from './use-explore-data.ts';
import { useExploreView } from './use-explore-view.ts';

/** Where does the CPU (or the memory) of one service go? */
export function ExploreScreen() {
  const state = exploreState.value;
  const services = useServices();
  const known = services.data ?? [];
  useEffect(() => {
    if (state.service === '' && known.length > 0)
      setExplore({ service: busiest(known) }, 'replace');
  }, [state.service, known]);
  useEffect(() => {
    document.title = `${state.service || 'Explore'}, ${measureOf(parseProfileType(state.type)).title} · Flamehouse`;
  }, [state.service, state.type]);
  return (
    <Explore
      services={known}
      servicesFailed={services.failure !== null && known.length === 0}
      retryServices={services.retry}
      servicesLoaded={services.data !== null}
      failure={services.failure}
    />
  );
}

const busiest = (services: readonly ServiceSummary[]): string =>
  [...services].sort((a, b) => b.cores - a.cores)[0]!.service;

function Explore(props: {
  readonly services: readonly ServiceSummary[];
  readonly servicesFailed: boolean;
  readonly servicesLoaded: boolean;
  readonly failure: ReturnType<typeof useServices>['failure'];
  readonly retryServices: () => void;
}) {
  const state = exploreState.value;
  const data = useExploreData(state);
  const [links] = useState(createLinks);
  const [help, setHelp] = useState(false);
  const measure = measureOf(parseProfileType(state.type));
  const view = useExploreView({
    state,
    tree: data.tree,
    stale: data.base.stale,
    functions: data.functions.data,
    links,
  });
  const { nowMs } = data;

  const bar = (
    <ExploreTopBar state={state} services={props.services} types={data.types.data} nowMs={nowMs} />
  );
  if (state.service === '') {
    return (
      <Shell title="Explore" bar={bar}>
        {props.servicesFailed ? (
          <Failed failure={props.failure!} onRetry={props.retryServices} />
        ) : (
          props.servicesLoaded && <NoService />
        )}
      </Shell>
    );
  }

  const shownData = state.view === 'table' ? data.functions : data.base;
  const offline = shownData.failure !== null && shownData.data !== null;
  const total = state.view === 'table' ? data.functions.data?.total : data.tree?.total[0];
  const empty = shownData.data !== null && !shownData.stale && total === 0;
  const kept = shownData.stale ? ' kept' : '';
  const saying = `Loading ${formatRange(data.shown, nowMs)}…`;
  return (
    <Shell title={`${measure.title} of ${state.service}`} bar={bar}>
      <Timeline
        line={data.line}
        appearances={data.flags}
        measure={measureOf(data.series.data?.type ?? parseProfileType(state.type))}
        bytes={data.series.data?.unit === 'bytes'}
        range={data.range}
        selection={state.selection}
        nowMs={nowMs}
        loading={data.series.stale && data.series.loading}
        stale={data.series.stale}
        failure={data.series.failure}
        onRetry={data.series.retry}
        onSelect={(selection) => setExplore({ selection })}
      />
      {offline && (
        <Notice kind="error">
          {shownData.failure!.message}. Showing what was loaded at {formatClock(shownData.loadedAt)}
          .{' '}
          <button type="button" onClick={shownData.retry}>
            Try again
          </button>
        </Notice>
      )}
      {empty ? (
        <NoSamples
          state={state}
          range={data.shown}
          nowMs={nowMs}
          services={props.services}
          measure={measure}
        />
      ) : (
        <>
          {data.tree !== null && !shownData.stale && (
            <HotPathPanel
              tree={data.tree}
              path={view.path}
              focus={view.focus}
              measure={measure}
              coveredMs={data.coveredMs}
              onPick={view.zoom}
              onFollow={view.followPath}
            />
          )}
          {(data.tree === null || shownData.stale) && state.view !== 'table' && (
            <FirstLoad.Sentence failed={data.base.failure !== null} />
          )}
          {view.focusGone && (
            <Notice kind="warn">
              This link focused on a frame that is not in this data. Showing everything.
            </Notice>
          )}
          <Toolbar
            view={state.view}
            onView={(next) => setExplore({ view: next })}
            search={state.search}
            compiled={view.search}
            count={view.count}
            found={view.matches !== null && view.matches.rows.length > 0}
            inputRef={view.inputRef}
            onSearch={(text) => setExplore({ search: text }, 'replace')}
            onStep={view.step}
            focus={state.focus === '' ? null : { name: view.focusName, gone: view.focusGone }}
            onUnfocus={() => view.zoom(0)}
            onHelp={() => setHelp(true)}
          />
          <div class={state.view === 'both' ? 'split' : 'split one'}>
            {state.view !== 'table' && (
              <section class="pane" aria-label="Flame graph">
                {((data.base.loading && (data.base.stale || data.base.data === null)) ||
                  data.detailLoading) && <Progress />}
                {data.base.failure !== null && data.base.data === null ? (
                  <Failed failure={data.base.failure} onRetry={data.base.retry} />
                ) : data.tree === null ? (
                  <FirstLoad.Flame />
                ) : (
                  <>
                    <div class={`pane grow${kept}`}>
                      <FlamePane
                        tree={data.tree}
                        focus={view.focus}
                        selected={view.current}
                        emphasis={view.path?.emphasis ?? null}
                        match={view.matches?.byRow ?? null}
                        reveal={view.reveal}
                        label={`Flame graph, ${measure.title}, ${state.service}, ${formatRange(data.shown, nowMs)}`}
                        measure={measure}
                        coveredMs={data.coveredMs}
                        links={links}
                        onFocus={view.zoom}
                        onMatchStep={view.step}
                      />
                    </div>
                    {data.base.stale && <div class="loading-say">{saying}</div>}
                  </>
                )}
              </section>
            )}
            {state.view !== 'graph' && (
              <section class="pane" aria-label="Functions">
                {data.functions.loading && data.functions.stale && <Progress />}
                {data.functions.failure !== null && data.functions.data === null ? (
                  <Failed failure={data.functions.failure} onRetry={data.functions.retry} />
                ) : data.functions.data === null ? (
                  <FirstLoad.Table />
                ) : (
                  <div class={`pane grow${data.functions.stale ? ' kept' : ''}`}>
                    <FunctionTable
                      answer={data.functions.data}
                      measure={measure}
                      coveredMs={data.coveredMs}
                      sort={state.sort}
                      onSort={(sort) => setExplore({ sort })}
                      search={view.search}
                      hoveredFunction={view.hoveredFunction}
                      selectedFunction={view.currentFunction}
                      links={links}
                      onZoom={view.zoomFunction}
                      nothingFound={
                        <NoFunctions
                          functions={data.functions.data}
                          search={state.search}
                          problem={view.search?.problem ?? null}
                          onPick={(text) => setExplore({ search: text }, 'replace')}
                        />
                      }
                    />
                  </div>
                )}
              </section>
            )}
          </div>
          <Details
            tree={data.tree}
            functions={data.functions.data}
            focus={view.focus}
            current={view.current}
            measure={measure}
            coveredMs={data.coveredMs}
            links={links}
            onZoom={view.zoom}
            onZoomFunction={view.zoomFunction}
          />
        </>
      )}
      <Footer
        tree={state.view === 'table' ? null : data.tree}
        functions={data.functions.data}
        measure={measure}
        tier={shownData.data?.tier ?? null}
        instances={props.services.find((s) => s.service === state.service)?.instances ?? 0}
      />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </Shell>
  );
}
