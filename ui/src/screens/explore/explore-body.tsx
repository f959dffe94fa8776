import { parseProfileType, type ServiceSummary } from '@flamehouse/proto';
import { useState } from 'preact/hooks';
import { Notice } from '../../components/states.tsx';
import { measureOf } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { formatClock } from '../../time.ts';
import { Details } from './details.tsx';
import { Footer } from './footer.tsx';
import { HelpDialog } from './help-dialog.tsx';
import { HotPathPanel } from './hot-path-panel.tsx';
import { createLinks } from './links.ts';
import { FirstLoad, NoSamples } from './nothing.tsx';
import { FlamePanel, TablePanel } from './panels.tsx';
import { Timeline } from './timeline.tsx';
import { Toolbar } from './toolbar.tsx';
import type { ExploreData } from './use-explore-data.ts';
import { useExploreView, usePageKeys } from './use-explore-view.ts';

/** Everything below the top bar: line, sentence, toolbar, graph and table, details, footer. */
export function ExploreBody(props: {
  readonly state: ExploreState;
  readonly data: ExploreData;
  readonly services: readonly ServiceSummary[];
}) {
  const { state, data, services } = props;
  const { base, tree, nowMs, coveredMs } = data;
  const [links] = useState(createLinks);
  const [help, setHelp] = useState(false);
  const view = useExploreView({
    state,
    tree,
    stale: base.stale,
    functions: data.functions.data,
    links,
  });
  usePageKeys({
    '/': () => {
      view.inputRef.current?.focus();
      view.inputRef.current?.select();
    },
    '?': () => setHelp(true),
  });
  // While another type loads, what is still shown keeps its own words.
  const measure = measureOf(base.data?.type ?? parseProfileType(state.type));
  const empty = base.data !== null && !base.stale && base.data.total === 0;
  const panel = { state, data, view, measure, links };

  return (
    <>
      <Timeline
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
          {tree === null ? (
            <FirstLoad.Sentence failed={base.failure !== null} />
          ) : (
            <HotPathPanel
              tree={tree}
              path={view.path}
              focus={view.focus}
              measure={measure}
              coveredMs={coveredMs}
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
            view={state.view}
            onView={(next) => setExplore({ view: next })}
            search={state.search}
            compiled={view.search}
            count={view.count}
            found={view.found}
            inputRef={view.inputRef}
            onSearch={(text) => setExplore({ search: text }, 'replace')}
            onStep={view.step}
            focus={state.focus === '' ? null : { name: view.focusName, gone: view.focusGone }}
            onUnfocus={() => view.zoom(0)}
            onHelp={() => setHelp(true)}
          />
          <div class={state.view === 'both' ? 'split' : 'split one'}>
            {state.view !== 'table' && <FlamePanel {...panel} />}
            {state.view !== 'graph' && <TablePanel {...panel} />}
          </div>
          <Details
            tree={tree}
            functions={data.functions.data}
            focus={view.focus}
            current={view.current}
            measure={measure}
            coveredMs={coveredMs}
            links={links}
            onZoom={view.zoom}
            onZoomFunction={view.zoomFunction}
          />
        </>
      )}
      <Footer
        tree={state.view === 'table' ? null : tree}
        functions={data.functions.data}
        measure={measure}
        tier={base.data?.tier ?? null}
        instances={services.find(({ service }) => service === state.service)?.instances ?? 0}
      />
      {help && <HelpDialog onClose={() => setHelp(false)} />}
    </>
  );
}
