import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { FlameHost } from '../../components/flame-host.tsx';
import { FlameView, type FlameViewState } from '../../flame/flame-view.ts';
import type { FrameCommand } from '../../flame/keys.ts';
import { displayName } from '../../flame/labels.ts';
import type { RendererFactory } from '../../flame/renderer.ts';
import { type FlameTree, idOf } from '../../flame/tree.ts';
import { formatPercent, type Measure } from '../../format.ts';
import { theme } from '../../state/theme.ts';
import { hoveredFunction, type Links } from './links.ts';

declare global {
  interface Window {
    /** What end-to-end tests look at, since a canvas has no elements. */
    __flamehouse?: { flameView: FlameView | null; callersView?: FlameView | null };
  }
}

interface FlamePaneProps {
  readonly renderer: RendererFactory;
  readonly tree: FlameTree;
  readonly focus: number;
  readonly selected: number;
  readonly emphasis: Uint8Array | null;
  readonly match: Uint8Array | null;
  readonly reveal: number; // row to scroll to, -1 for none
  readonly label: string;
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly links: Links;
  readonly onFocus: (row: number) => void;
  readonly onMatchStep: (step: 1 | -1) => void;
  readonly onCommand: (command: FrameCommand, row: number) => void;
  readonly onMenu: (row: number, at: { readonly x: number; readonly y: number }) => void;
  readonly rootAtBottom: boolean;
  /** The upper half of a sandwich: it stands on its function, which the lower half draws. */
  readonly callers?: boolean;
  readonly whole?: number; // what shares are of; the root's total without it
  readonly hideSelf?: boolean; // frames are callers, so that no value is their own
}

/** The accessible name of a row: what the details strip says, in one sentence. */
function describeRow(props: FlamePaneProps, row: number): string {
  const { tree, measure, coveredMs } = props;
  const frame = tree.frame[row]!;
  const share = formatPercent(tree.total[row]! / (props.whole || tree.total[0]! || 1));
  if (frame === -2) return `${tree.folded[row]} smaller frames, ${share}`;
  const name = frame < 0 ? 'all' : displayName(tree.frames.name[frame]!);
  const total = measure.long(tree.total[row]!, coveredMs);
  if (props.hideSelf === true) return `${name}, ${share}, ${total}`;
  const self = measure.long(tree.self[row]!, coveredMs);
  return `${name}, ${share}, ${total} total, ${self} self`;
}

/** The flame graph in the page: hands state down to FlameView and what the user does up. */
export function FlamePane(props: FlamePaneProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<FlameView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const { links, tree } = props;
  const { selected } = props;
  const linkedFunction =
    links.hoverFunction.value || links.selectedFunction.value || hoveredFunction(links);
  const name = props.callers === true ? 'callersView' : 'flameView';

  const state = useRef<FlameViewState>(null!);
  state.current = {
    tree,
    focus: props.focus,
    selected,
    linkedFunction,
    emphasis: props.emphasis,
    match: props.match,
    rootAtBottom: props.rootAtBottom,
    hideRoot: props.callers === true,
  };

  useLayoutEffect(() => {
    const made = new FlameView(
      host.current!,
      {
        onHover: (row) => {
          links.hovered.value = row < 0 ? null : { tree: latest.current.tree, row };
        },
        onSelect: (row) => {
          links.selectedNode.value = idOf(latest.current.tree, row);
          links.selectedFunction.value = '';
        },
        onFocus: (row) => latest.current.onFocus(row),
        onMatchStep: (step) => latest.current.onMatchStep(step),
        onCommand: (command, row) => latest.current.onCommand(command, row),
        onMenu: (row, at) => latest.current.onMenu(row, at),
        describe: (row) => describeRow(latest.current, row),
      },
      props.renderer,
    );
    view.current = made;
    window.__flamehouse = { flameView: null, ...window.__flamehouse, [name]: made };
    return () => {
      made.destroy();
      links.hovered.value = null;
      window.__flamehouse = { flameView: null, ...window.__flamehouse, [name]: null };
    };
  }, [links, props.renderer, name]);
  // Before the next key: an effect after the paint would put what was shown over what was just picked.
  // It also gives a new view its first state.
  useLayoutEffect(() => {
    view.current?.show(state.current);
  }, [
    tree,
    props.focus,
    selected,
    linkedFunction,
    props.emphasis,
    props.match,
    props.renderer,
    props.rootAtBottom,
    links,
    name,
  ]);
  // Colours are read again when the theme changes.
  const coloured = useRef(theme.value);
  useEffect(() => {
    if (coloured.current !== theme.value) view.current?.retheme();
    coloured.current = theme.value;
  }, [theme.value]);
  useEffect(() => {
    if (props.reveal >= 0) view.current?.reveal(props.reveal);
  }, [props.reveal]);

  return (
    <FlameHost
      id={props.callers === true ? 'flame-callers' : 'flame'}
      class={props.callers === true ? 'flame-pane callers' : 'flame-pane'}
      hostRef={host}
      label={props.label}
    />
  );
}
