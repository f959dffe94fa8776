import type { FlamegraphAnswer } from '@flamehouse/proto';
import { useMemo, useRef } from 'preact/hooks';
import { apiUrl, getFlamegraph, type Params } from '../../api/client.ts';
import { type Query, useQuery } from '../../api/use-query.ts';
import { collapseChains } from '../../flame/chains.ts';
import { graftAnswer } from '../../flame/graft.ts';
import {
  buildFlameTree,
  type ChildOrder,
  type FlameTree,
  functionIdOf,
  hasFolded,
} from '../../flame/tree.ts';

export interface Graph {
  readonly base: Query<FlamegraphAnswer>;
  readonly tree: FlameTree | null;
  readonly detailLoading: boolean;
}

interface GraphAsk {
  readonly path: string;
  readonly params: Params; // the whole question but for its times
  readonly times: Params;
  readonly subject: Params; // its times as the user chose them, which a refresh does not change
  readonly ready: boolean;
  readonly focus: string;
  readonly order: ChildOrder;
  readonly collapsed: boolean; // chains of frames that only call one other
  /** The function of a half of a sandwich is its root. */
  readonly ofFunction?: boolean;
}

/** The tree of an answer, with what is below the focused frame asked for in full and grafted in. */
export function useGraph(ask: GraphAsk): Graph {
  const { path, params, focus, order, collapsed, ofFunction = false } = ask;
  const url = apiUrl(path, { ...params, ...ask.times });
  const base = useQuery<FlamegraphAnswer>(
    ask.ready ? url : null,
    (signal) => getFlamegraph(url, signal),
    apiUrl(path, { ...params, ...ask.subject }),
  );
  const answer = base.data;
  const layOut = (data: FlamegraphAnswer, open: string): FlameTree => {
    const shown = ofFunction ? withoutRoot(data) : data;
    return buildFlameTree(collapsed ? collapseChains(shown, open) : shown, order);
  };
  const closed = useMemo(
    () => (answer === null ? null : layOut(answer, '')),
    [answer, order, ofFunction, collapsed],
  );
  // A chain that is zoomed to is opened; any other zoom moves in the tree that is there.
  const opened = collapsed && closed !== null && isInChain(closed, focus) ? focus : '';
  const plain = useMemo(
    () => (answer === null || opened === '' ? closed : layOut(answer, opened)),
    [answer, closed, opened],
  );
  const row = plain === null || focus === '' ? undefined : plain.rowOfId.get(focus);
  const wanted =
    plain !== null && row !== undefined && row > 0 && !base.stale && hasFolded(plain, row);
  const detailUrl =
    answer === null || !wanted
      ? null
      : apiUrl(path, { ...params, from: answer.from, to: answer.to, root: focus });
  const detail = useQuery<FlamegraphAnswer>(
    detailUrl,
    (signal) => getFlamegraph(detailUrl!, signal),
    `detail ${path} ${focus}`,
  );
  const ready = detailUrl !== null && detail.dataKey === detailUrl;
  const tree = useMemo(
    () =>
      answer !== null && ready && detail.data !== null
        ? layOut(graftAnswer(answer, detail.data, focus), opened)
        : plain,
    [answer, plain, ready, detail.data, focus, order],
  );
  // While a refresh loads the detail again, the last complete picture stays.
  const last = useRef<{ focus: string; tree: FlameTree } | null>(null);
  const waiting = detailUrl !== null && !ready && detail.failure === null;
  const keep = waiting && last.current?.focus === focus ? last.current.tree : null;
  if (!waiting && tree !== null) last.current = { focus, tree };
  return { base, tree: keep ?? tree, detailLoading: waiting };
}

/** Whether a frame is the row of a collapsed chain, or hidden in one. */
function isInChain(tree: FlameTree, id: string): boolean {
  const row = id === '' ? 0 : tree.rowOfId.get(id);
  return row === undefined || (row > 0 && tree.frame[row]! >= 0 && functionIdOf(tree, row) === '');
}

/** Without the root whose one child is the function that a half of a sandwich is about. */
export function withoutRoot(answer: FlamegraphAnswer): FlamegraphAnswer {
  const { nodes } = answer;
  return {
    ...answer,
    nodes: {
      id: nodes.id.slice(1),
      parent: nodes.parent.slice(1).map((parent) => parent - 1),
      frame: nodes.frame.slice(1),
      self: nodes.self.slice(1),
      total: nodes.total.slice(1),
      folded: nodes.folded.slice(1),
    },
  };
}
