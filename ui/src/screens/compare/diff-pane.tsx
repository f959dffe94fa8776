import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { FlameHost } from '../../components/flame-host.tsx';
import { sayDelta } from '../../flame/diff-rows.ts';
import type { DiffGraph } from '../../flame/diff-tree.ts';
import { FlameView, type FlameViewState } from '../../flame/flame-view.ts';
import type { FrameCommand } from '../../flame/keys.ts';
import { displayName } from '../../flame/labels.ts';
import { idOf } from '../../flame/tree.ts';
import { theme } from '../../state/theme.ts';
import { hoveredFunction, type Links } from '../explore/links.ts';
import type { SizeWords } from './size-words.ts';

interface DiffPaneProps {
  readonly graph: DiffGraph;
  readonly focus: number;
  readonly selected: number;
  readonly match: Uint8Array | null;
  readonly label: string;
  readonly words: SizeWords;
  readonly links: Links;
  readonly name: 'flameView' | 'callersView'; // of the probe for tests
  readonly onFocus: (row: number) => void;
  readonly onMatchStep: (step: 1 | -1) => void;
  readonly onCommand: (command: FrameCommand, row: number) => void;
  readonly onMenu: (row: number, at: { readonly x: number; readonly y: number }) => void;
}

/** The accessible name of a row: both values and the change, in one sentence. */
export function describeDiffRow({ tree, rows }: DiffGraph, row: number, words: SizeWords): string {
  const frame = tree.frame[row]!;
  const sizes = `${words.long(rows.base[row]!)} before, ${words.long(rows.head[row]!)} after`;
  if (frame === -2) return `${tree.folded[row]} smaller frames, ${sizes}`;
  const name = frame < 0 ? 'all' : displayName(tree.frames.name[frame]!);
  if (rows.step[row] === 0) return `${name}, ${sizes}, no significant change`;
  const word = rows.fresh[row] === 1 ? 'new, ' : rows.gone[row] === 1 ? 'gone, ' : '';
  const origin = rows.origin[row] === 1 ? ', origin' : '';
  return `${name}, ${word}${sizes}, ${sayDelta(rows.delta[row]!)} of the service${origin}`;
}

/** The differential flame graph in the page: hands state down to FlameView and what the user does up. */
export function DiffPane(props: DiffPaneProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<FlameView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { links, graph, name } = props;
  const linkedFunction =
    links.hoverFunction.value || links.selectedFunction.value || hoveredFunction(links);
  const state = useRef<FlameViewState>(null!);
  state.current = {
    tree: graph.tree,
    diff: graph.rows,
    focus: props.focus,
    selected: props.selected,
    linkedFunction,
    emphasis: null,
    match: props.match,
    rootAtBottom: false,
    hideRoot: false,
  };

  useLayoutEffect(() => {
    const made = new FlameView(host.current!, {
      onHover: (row) => {
        links.hovered.value = row < 0 ? null : { tree: latest.current.graph.tree, row };
      },
      onSelect: (row) => {
        links.selectedNode.value = idOf(latest.current.graph.tree, row);
        links.selectedFunction.value = '';
      },
      onFocus: (row) => latest.current.onFocus(row),
      onMatchStep: (step) => latest.current.onMatchStep(step),
      onCommand: (command, row) => latest.current.onCommand(command, row),
      onMenu: (row, at) => latest.current.onMenu(row, at),
      describe: (row) => describeDiffRow(latest.current.graph, row, latest.current.words),
    });
    view.current = made;
    window.__flamehouse = { flameView: null, ...window.__flamehouse, [name]: made };
    return () => {
      made.destroy();
      links.hovered.value = null;
      window.__flamehouse = { flameView: null, ...window.__flamehouse, [name]: null };
    };
  }, [links, name]);
  // Before the next key: an effect after the paint would put what was shown over what was just picked.
  useLayoutEffect(() => {
    view.current?.show(state.current);
  }, [graph, props.focus, props.selected, linkedFunction, props.match]);
  // Colours are read again when the theme changes.
  useEffect(() => view.current?.retheme(), [theme.value]);
  useEffect(() => {
    if (props.selected > 0) view.current?.reveal(props.selected);
  }, [props.selected]);

  return (
    <FlameHost
      id={name === 'flameView' ? 'flame' : 'flame-after'}
      class="flame-pane diff"
      hostRef={host}
      label={props.label}
      more="The table below says the same numbers."
    />
  );
}
