import type { SpanDetailAnswer } from '@flamehouse/proto';
import { useMemo, useState } from 'preact/hooks';
import type { Query } from '../../api/use-query.ts';
import { ContextMenu } from '../../components/menu.tsx';
import { FlameSkeleton, Notice } from '../../components/states.tsx';
import { findHotPath } from '../../flame/hot-path.ts';
import { displayName } from '../../flame/labels.ts';
import {
  buildFlameTree,
  type FlameTree,
  functionIdOf,
  idOf,
  pathTo,
  widestRow,
} from '../../flame/tree.ts';
import { formatCount, sayShare } from '../../format.ts';
import { copyText } from '../../state/toast.ts';
import { FlamePane } from '../explore/flame-pane.tsx';
import { FunctionTable } from '../explore/function-table.tsx';
import { createLinks, type Links } from '../explore/links.ts';
import type { TraceState } from './address.ts';
import { functionsOfGraph } from './function-sums.ts';
import { setTrace } from './state.ts';
import { useSvgRenderer } from './use-svg-renderer.ts';
import type { SimilarFacts } from './use-trace.ts';
import { shareInterval, spanMeasure } from './words.ts';

interface OpenMenu {
  readonly name: string;
  readonly stack: readonly string[];
  readonly zoom: () => void;
  readonly at: { readonly x: number; readonly y: number };
}

/** Flame graph and table of one answer, linked. */
export function SpanProfile(props: {
  readonly state: TraceState;
  readonly profile: Query<SpanDetailAnswer>;
  readonly similar: SimilarFacts | null;
}) {
  const { state, profile } = props;
  const answer = profile.data!;
  const [links] = useState(createLinks);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [sort, setSort] = useState<'self' | 'total' | 'name'>('self');
  const tree = useMemo(() => buildFlameTree(answer), [answer]);
  const functions = useMemo(() => functionsOfGraph(answer), [answer]);
  const renderer = useSvgRenderer(tree.count);
  const focus = Math.max(0, tree.rowOfId.get(state.focus) ?? 0);
  const path = useMemo(() => findHotPath(tree, focus), [tree, focus]);
  const measure = spanMeasure(state.type);
  const picked = tree.rowOfId.get(links.selectedNode.value) ?? -1;
  const selected = picked >= 0 ? picked : (path?.rows.at(-1) ?? -1);
  const zoom = (row: number): void => setTrace({ focus: row <= 0 ? '' : idOf(tree, row) });
  const zoomFunction = (id: string): void => {
    const row = widestRow(tree, id);
    if (row > 0) zoom(row);
  };
  const openMenu = (row: number, at: OpenMenu['at']): void => {
    if ((tree.frame[row] ?? -1) < 0) return;
    const stack = pathTo(tree, row).map((of) => displayName(tree.frames.name[tree.frame[of]!]!));
    setMenu({ name: stack.at(-1)!, stack, zoom: () => zoom(row), at });
  };
  return (
    <div class={profile.stale ? 'span-profile kept' : 'span-profile'}>
      <Few answer={answer} tree={tree} state={state} path={path} similar={props.similar} />
      {renderer === null ? (
        <FlameSkeleton />
      ) : (
        <FlamePane
          renderer={renderer}
          tree={tree}
          focus={focus}
          selected={selected}
          emphasis={path?.emphasis ?? null}
          match={null}
          reveal={-1}
          label={`Flame graph, ${measure.title}, ${answer.name || answer.endpoint}`}
          measure={measure}
          coveredMs={0}
          links={links}
          onFocus={zoom}
          onMatchStep={() => {}}
          onCommand={(command, row) => {
            if (command === 'copy-name') copyText(nameOf(tree, row), 'Name copied');
            else if (command === 'zoom') zoom(row);
          }}
          onMenu={openMenu}
          rootAtBottom={false}
        />
      )}
      <FunctionTable
        answer={functions}
        measure={measure}
        coveredMs={0}
        sort={sort}
        onSort={setSort}
        search={null}
        selectedFunction={currentFunction(links, tree, selected)}
        links={links}
        onZoom={zoomFunction}
        onCommand={(command, id) => {
          if (command === 'zoom') zoomFunction(id);
        }}
        onMenu={(id, at) => openMenu(widestRow(tree, id), at)}
        nothingFound={null}
      />
      {menu !== null && (
        <ContextMenu
          at={menu.at}
          label={`Actions for ${menu.name}`}
          title={menu.name}
          items={[
            { label: 'Zoom', icon: 'explore', key: '⏎', act: menu.zoom },
            {
              label: 'Copy name',
              icon: 'copy',
              act: () => copyText(menu.name, 'Name copied'),
              first: true,
            },
            {
              label: 'Copy stack',
              act: () => copyText(menu.stack.join('\n'), 'Stack copied, outermost caller first'),
            },
          ]}
          onClose={() => setMenu(null)}
        />
      )}
    </div>
  );
}

const nameOf = (tree: FlameTree, row: number): string =>
  displayName(tree.frames.name[tree.frame[row]!] ?? '');

function currentFunction(links: Links, tree: FlameTree, selected: number): string {
  return links.selectedFunction.value || (selected > 0 ? functionIdOf(tree, selected) : '');
}

/** Few samples, or children that are not known: said before anybody reads the picture. */
function Few(props: {
  readonly answer: SpanDetailAnswer;
  readonly tree: FlameTree;
  readonly state: TraceState;
  readonly path: ReturnType<typeof findHotPath>;
  readonly similar: SimilarFacts | null;
}) {
  const { answer, tree, state, path, similar } = props;
  const { samples, uncertainty, children } = answer;
  const share = path === null ? 0.5 : path.subjectTotal / (tree.total[0] || 1);
  const { low, high } = shareInterval(share, samples);
  const range = `${Math.round(low * 100)} to ${Math.round(high * 100)}\u00a0%`;
  return (
    <>
      {uncertainty !== null && (
        <Notice kind="warn">
          {samples === 1 ? '1 sample is few' : `${samples} samples are few`}: a {sayShare(share)}{' '}
          frame could be {range}.{' '}
          {state.scope !== 'similar' && similar !== null && similar.samples > samples && (
            <button
              type="button"
              onClick={() => setTrace({ scope: 'similar', compare: false, focus: '' })}
            >
              Show the {formatCount(similar.samples)} samples of similar spans
            </button>
          )}
        </Notice>
      )}
      {children === 'unknown' && (
        <Notice kind="warn">
          Which spans are below this one is not known from samples: shown is what ran in the span
          itself.
        </Notice>
      )}
    </>
  );
}
