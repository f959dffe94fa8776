import type { DiffAnswer } from '@flamehouse/proto';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { FrameCommand } from '../../flame/keys.ts';
import { displayName } from '../../flame/labels.ts';
import { compileSearch, findMatches } from '../../flame/search.ts';
import { type FlameTree, functionIdOf, idOf, pathTo, widestRow } from '../../flame/tree.ts';
import { plural } from '../../format.ts';
import { type CompareState, parseSide } from '../../state/compare-url.ts';
import { go, setCompare } from '../../state/location.ts';
import { copyText, showToast } from '../../state/toast.ts';
import { exploreUrl } from '../../state/url.ts';
import { createLinks } from '../explore/links.ts';
import { tableRows } from './diff-rows-table.ts';
import type { CompareData } from './use-compare-data.ts';

export type CompareView = ReturnType<typeof useCompareView>;

/** What is zoomed, picked and found in the graph, and what keys and menus do with it. */
export function useCompareView(state: CompareState, data: CompareData) {
  const links = useMemo(createLinks, []);
  const inputRef = useRef<HTMLInputElement>(null);
  const tree = data.graph?.tree ?? null;
  const search = useMemo(() => compileSearch(state.search), [state.search]);
  const found = useMemo(
    () => (tree === null || search === null ? null : findMatches(tree, search)),
    [tree, search],
  );
  const [step, setStep] = useState(-1);
  useEffect(() => setStep(-1), [found]);
  const focus = (tree === null ? undefined : tree.rowOfId.get(state.focus)) ?? 0;
  const selected = tree?.rowOfId.get(links.selectedNode.value) ?? -1;

  const zoom = (row: number): void => {
    if (tree !== null) setCompare({ focus: row === 0 ? '' : idOf(tree, row) });
  };
  const select = (row: number): void => {
    links.selectedNode.value = tree === null ? '' : idOf(tree, row);
    links.selectedFunction.value = '';
  };
  const zoomFunction = (functionId: string): void => {
    const row = tree === null ? -1 : widestRow(tree, functionId);
    if (row < 0) showToast('This function is in no frame that is drawn');
    else {
      select(row);
      zoom(row);
    }
  };
  const matchStep = (by: 1 | -1): void => {
    if (found === null || found.rows.length === 0) return;
    const next = (step + by + found.rows.length) % found.rows.length;
    setStep(next);
    select(found.rows[next]!);
  };
  const openFunction = (functionId: string, name: string): void => {
    const parts = parseSide(state.b.selector);
    go(
      exploreUrl({
        service: state.b.service || state.service,
        environment: state.environment,
        version: parts?.version ?? '',
        ...(parts !== null && parts.from !== '' ? { from: parts.from, to: parts.to } : {}),
        sandwich: functionId,
        sandwichName: displayName(name),
      }),
    );
  };
  const command = (name: FrameCommand, row: number, of: FlameTree): void => {
    if (of.frame[row]! < 0) return;
    const text = of.frames.name[of.frame[row]!]!;
    if (name === 'zoom') zoom(row);
    else if (name === 'copy-name') copyText(text, 'Name copied');
    else if (name === 'copy-stack') copyText(stackText(of, row), 'Stack copied');
    else if (name === 'sandwich') openFunction(functionIdOf(of, row), text);
  };
  const focusName = focus === 0 || tree === null ? '' : nameOf(tree, focus);
  return {
    links,
    inputRef,
    search,
    focus,
    focusName,
    focusGone: state.focus !== '' && tree !== null && focus === 0,
    selected,
    zoom,
    zoomFunction,
    matchStep,
    found: (found?.rows.length ?? 0) > 0,
    openFunction,
    command,
  };
}

/** What the search found in the table, which has every function. */
export function countWords(diff: DiffAnswer | null, view: CompareView): string {
  if (diff === null || view.search === null) return '';
  const rows = tableRows(diff, { shown: 'all', sort: 'name', search: view.search });
  return plural(rows.length, 'function');
}

const nameOf = (tree: FlameTree, row: number): string =>
  displayName(tree.frames.name[tree.frame[row]!] ?? '');

const stackText = (tree: FlameTree, row: number): string =>
  pathTo(tree, row)
    .map((at) => nameOf(tree, at))
    .join('\n');
