import { Empty, Failed, FlameSkeleton, Progress } from '../../components/states.tsx';
import { displayName } from '../../flame/labels.ts';
import { formatPercent, plural } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import { FlamePane } from './flame-pane.tsx';
import type { PanelProps } from './panels.tsx';
import { useRenderer } from './use-renderer.ts';

/** One function: who calls it above, what it calls below, both of them exact. */
export function SandwichPanel(props: PanelProps) {
  const { state, data, view, measure, links } = props;
  const { callers, callees } = data;
  const halves = [callers.base, callees.base];
  const failed = halves.find((half) => half.failure !== null && half.data === null);
  const waiting = halves.some((half) => half.loading && (half.stale || half.data === null));
  const kept = halves.some((half) => half.stale);
  const renderer = useRenderer(Math.max(callers.tree?.count ?? 0, callees.tree?.count ?? 0));
  const name = displayName(state.sandwichName || state.sandwich);
  const whole = data.functions.data?.total ?? 0;
  const common = {
    renderer,
    measure,
    coveredMs: data.coveredMs,
    links,
    emphasis: null,
    whole,
    onMatchStep: view.step,
    hideSelf: false,
  };
  return (
    <section class="pane" aria-label={`Callers and callees of ${name}`}>
      {(waiting || callers.detailLoading || callees.detailLoading) && <Progress />}
      {failed !== undefined ? (
        <Failed failure={failed.failure!} onRetry={() => halves.map((half) => half.retry())} />
      ) : callers.tree === null || callees.tree === null ? (
        <FlameSkeleton />
      ) : callees.tree.count === 0 || callers.tree.count === 0 ? (
        <Empty
          title={`${name} is not in this data`}
          actions={
            <button
              type="button"
              class="btn primary"
              onClick={() => setExplore({ sandwich: '', sandwichName: '' })}
            >
              Show the whole graph
            </button>
          }
        >
          <p>No stack of this range goes through it, or a step of the view takes it out.</p>
        </Empty>
      ) : (
        <div class={kept ? 'sandwich kept' : 'sandwich'}>
          <h2 class="half">
            Callers <span class="muted">{callersWords(callers.tree)}</span>
          </h2>
          <FlamePane
            {...common}
            tree={callers.tree}
            reveal={view.revealIn(callers.tree)}
            focus={view.callersFocus}
            selected={view.pickedCaller}
            match={view.callersMatch}
            callers
            rootAtBottom
            hideSelf
            label={`Callers of ${name}, ${measure.title}, ${state.service}`}
            onFocus={(row) => view.zoomIn(callers.tree, row)}
            onCommand={(command, row) =>
              view.command(command, view.frameTarget(callers.tree!, row))
            }
            onMenu={(row, at) => props.onMenu(view.frameTarget(callers.tree!, row), at)}
          />
          <FlamePane
            {...common}
            tree={callees.tree}
            reveal={view.revealIn(callees.tree)}
            focus={view.focus}
            selected={view.ringed}
            match={view.match}
            rootAtBottom={false}
            label={`Callees of ${name}, ${measure.title}, ${state.service}`}
            onFocus={(row) => view.zoomIn(callees.tree, row)}
            onCommand={(command, row) =>
              view.command(command, view.frameTarget(callees.tree!, row))
            }
            onMenu={(row, at) => props.onMenu(view.frameTarget(callees.tree!, row), at)}
          />
          <h2 class="half foot-half">
            Callees{' '}
            <span class="muted">
              {formatPercent(callees.tree.self[0]! / (callees.tree.total[0]! || 1))} of it is its
              own
            </span>
          </h2>
        </div>
      )}
    </section>
  );
}

function callersWords(tree: NonNullable<PanelProps['data']['callers']['tree']>): string {
  let direct = 0;
  for (let row = 1; row < tree.count; row = tree.end[row]!) if (tree.frame[row]! >= 0) direct++;
  return direct === 0 ? 'none: it is where stacks begin' : plural(direct, 'function');
}
