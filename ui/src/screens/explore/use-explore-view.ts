import type { FunctionsAnswer } from '@flamehouse/proto';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { findHotPath, findSelfPath } from '../../flame/hot-path.ts';
import type { FrameCommand } from '../../flame/keys.ts';
import { displayName } from '../../flame/labels.ts';
import { compileSearch, findMatches } from '../../flame/search.ts';
import { type FlameTree, functionIdOf, idOf, widestRow } from '../../flame/tree.ts';
import { formatPercent, groupDigits, plural } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { type CommandTarget, openSandwich, runCommand, targetOf } from './frame-commands.ts';
import type { FrameRef, Links } from './links.ts';

/** A match narrower than this share of the focus is zoomed to when it is stepped to. */
const VISIBLE_SHARE = 0.003;

const NO_ROWS = new Int32Array(0);

interface ViewInput {
  readonly state: ExploreState;
  readonly tree: FlameTree | null; // of the graph, or of the callees of a sandwich
  readonly callers: FlameTree | null; // of the upper half of a sandwich
  readonly stale: boolean;
  readonly functions: FunctionsAnswer | null;
  readonly links: Links;
}

export type ExploreView = ReturnType<typeof useExploreView>;

/** What follows from URL and data together: focus, hot path, matches, and the ways to change them. */
export function useExploreView(input: ViewInput) {
  const { state, tree, callers, stale, functions, links } = input;
  const sandwich = state.sandwich !== '';
  const inputRef = useRef<HTMLInputElement>(null);
  // Which match was stepped to, of which search.
  const [stepped, setStepped] = useState<{ of: unknown; at: number }>({ of: null, at: -1 });
  const [revealed, setRevealed] = useState<FrameRef | null>(null);

  const focusRow = tree === null || state.focus === '' ? 0 : (tree.rowOfId.get(state.focus) ?? -1);
  const callersFocus = callers?.rowOfId.get(state.focus) ?? 0;
  const focusGone = tree !== null && !stale && focusRow < 0 && callersFocus === 0;
  const focus = Math.max(0, focusRow);
  const upwards = state.reading === 'bottom-up';
  const path = useMemo(() => {
    if (tree === null || tree.count === 0 || sandwich) return null;
    return upwards ? findSelfPath(tree, focus) : findHotPath(tree, focus);
  }, [tree, focus, sandwich, upwards]);
  const search = useMemo(() => compileSearch(state.search), [state.search]);
  const matches = useMemo(
    () => (tree === null || search === null ? null : findMatches(tree, search)),
    [tree, search],
  );
  const callersMatch = useMemo(
    () => (callers === null || search === null ? null : findMatches(callers, search)),
    [callers, search],
  );
  // In the order of the picture: callers stand above, and the function itself belongs to the lower half.
  const above = useMemo(
    () => (callersMatch?.rows ?? NO_ROWS).filter((row) => row > 0),
    [callersMatch],
  );
  const below = matches?.rows ?? NO_ROWS;
  const stops = above.length + below.length;
  const stopAt = (at: number): FrameRef =>
    at < above.length
      ? { tree: callers!, row: above[at]! }
      : { tree: tree!, row: below[at - above.length]! };
  const found = stops > 0;
  // A new search starts at its first match, also for an Enter that comes before the next frame.
  const at = stepped.of === search ? stepped.at : -1;

  const zoomIn = (of: FlameTree | null, row: number): void => {
    if (of === null) return;
    if (row <= 0) setExplore({ focus: '', focusName: '' });
    else setExplore({ focus: idOf(of, row), focusName: of.frames.name[of.frame[row]!] ?? '' });
  };
  const zoom = (row: number): void => zoomIn(tree, row);
  const selectIn = (of: FlameTree, row: number): void => {
    links.selectedNode.value = idOf(of, row);
    links.selectedFunction.value = '';
    setRevealed({ tree: of, row });
  };
  const select = (row: number): void => {
    if (tree !== null) selectIn(tree, row);
  };
  const step = (way: 1 | -1): void => {
    if (stops === 0) return;
    const next = at < 0 && way === -1 ? stops - 1 : (at + way + stops) % stops;
    const { tree: of, row } = stopAt(next);
    setStepped({ of: search, at: next });
    const from = of === callers ? callersFocus : focus;
    const outside = row < from || row >= of.end[from]!;
    if (outside || of.total[row]! < of.total[from]! * VISIBLE_SHARE) zoomIn(of, widerThan(of, row));
    selectIn(of, row);
  };
  const zoomFunction = (functionId: string): void => {
    if (sandwich) {
      const at = functions?.functions.id.indexOf(functionId) ?? -1;
      openSandwich(functionId, displayName(functions?.functions.name[at] ?? ''));
      return;
    }
    if (tree === null) return;
    const row = widestRow(tree, functionId);
    if (row < 0) return;
    if (state.view === 'table') setExplore({ view: 'both' });
    zoom(row);
    select(row);
  };
  const followPath = (): void => {
    const leaf = path?.rows.at(-1);
    if (leaf !== undefined) select(leaf);
  };

  const functionTarget = (functionId: string): CommandTarget | null => {
    const at = functions?.functions.id.indexOf(functionId) ?? -1;
    if (at < 0) return null;
    const name = displayName(functions!.functions.name[at]!);
    return { functionId, name, stack: null, zoom: () => zoomFunction(functionId) };
  };
  const frameTarget = (of: FlameTree, row: number): CommandTarget | null =>
    targetOf(of, row, upwards || of === callers, () => zoomIn(of, row));
  const command = (name: FrameCommand, target: CommandTarget | null): void => {
    if (target !== null) runCommand(name, target);
  };

  const picked = tree?.rowOfId.get(links.selectedNode.value) ?? -1;
  const usual = focus > 0 || sandwich ? focus : (path?.subject ?? -1);
  const pickedCaller = picked >= 0 ? -1 : (callers?.rowOfId.get(links.selectedNode.value) ?? -1);
  const current = links.selectedFunction.value !== '' ? -1 : picked >= 0 ? picked : usual;

  const currentFunction =
    links.selectedFunction.value ||
    (pickedCaller >= 0
      ? functionIdOf(callers!, pickedCaller)
      : tree !== null && current >= 0
        ? functionIdOf(tree, current)
        : '');

  return {
    focus,
    callersFocus,
    focusGone,
    sandwich,
    upwards,
    pickedCaller,
    /** The row that the details are about: what was picked, else the focus, else what the sentence names. */
    current,
    /** The row that is ringed: the same, but a search rings its own. */
    ringed: picked < 0 && found ? -1 : current,
    currentFunction,
    focusName: displayName(state.focusName || tree?.frames.name[tree.frame[focus]!] || state.focus),
    path,
    search,
    matches,
    found,
    /** Nothing found dims nothing: the graph stays as it is. */
    match: (matches?.rows.length ?? 0) > 0 ? matches!.byRow : null,
    callersMatch: (callersMatch?.rows.length ?? 0) > 0 ? callersMatch!.byRow : null,
    count: countWords(),
    inputRef,
    /** The row of a graph to scroll to; -1 for none. */
    revealIn: (of: FlameTree): number => (revealed?.tree === of ? revealed.row : -1),
    zoom,
    zoomIn,
    functionTarget,
    frameTarget,
    command,
    step,
    zoomFunction,
    followPath,
  };

  function countWords(): string {
    if (search === null) return '';
    if (search.problem !== null) return 'not an expression';
    const hits = functions === null ? null : search.hits(functions.functions);
    const found =
      hits === null ? (matches?.functions ?? 0) : hits.reduce((sum, hit) => sum + hit, 0);
    if (found === 0) return functions === null ? '0' : `0 of ${groupDigits(functions.rows)}`;
    if (matches === null || tree === null) return plural(found, 'function');
    if (at >= 0) return `${at + 1} of ${plural(stops, 'frame')}`;
    // The function of a sandwich is in every stack of it, and no match inside it.
    if (matches.value === 0) return plural(found, 'function');
    return `${plural(found, 'function')}, ${formatPercent(matches.value / (tree.total[0]! || 1))}`;
  }
}

/** Keys that work anywhere but in a text field: `/` goes to the search, `?` shows the keys. */
export function usePageKeys(keys: Readonly<Record<string, () => void>>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLInputElement;
      const busy = typing || document.querySelector('dialog[open]') !== null;
      const act = busy || event.ctrlKey || event.metaKey ? undefined : latest.current[event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

/** The caller from which a small frame is wide enough to see: the whole of it would hide where it is called. */
function widerThan(tree: FlameTree, row: number): number {
  let at = row;
  while (tree.parent[at]! > 0 && tree.total[row]! > tree.total[tree.parent[at]!]! * 0.1)
    at = tree.parent[at]!;
  return at;
}
