import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { FlameView } from '../../flame/flame-view.ts';
import { displayName } from '../../flame/labels.ts';
import type { RendererFactory } from '../../flame/renderer.ts';
import { type FlameTree, functionIdOf } from '../../flame/tree.ts';
import { formatPercent, type Measure } from '../../format.ts';
import { theme } from '../../state/theme.ts';
import { copyText } from '../../state/toast.ts';
import type { Links } from './links.ts';

declare global {
  interface Window {
    /** What end-to-end tests look at, since a canvas has no elements. */
    __flamehouse?: { flameView: FlameView | null };
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
}

/** The accessible name of a row: what the details strip says, in one sentence. */
function describeRow(props: FlamePaneProps, row: number): string {
  const { tree, measure, coveredMs } = props;
  const frame = tree.frame[row]!;
  const share = formatPercent(tree.total[row]! / (tree.total[0]! || 1));
  if (frame === -2) return `${tree.folded[row]} smaller frames, ${share}`;
  const name = frame < 0 ? 'all' : displayName(tree.frames.name[frame]!);
  const total = measure.long(tree.total[row]!, coveredMs);
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
  const hovered = links.hoverRow.value;
  const linkedFunction =
    links.hoverFunction.value ||
    links.selectedFunction.value ||
    (hovered > 0 ? functionIdOf(tree, hovered) : '');

  useLayoutEffect(() => {
    const made = new FlameView(
      host.current!,
      {
        onHover: (row) => {
          links.hoverRow.value = row;
        },
        onSelect: (row) => {
          links.selectedNode.value = latest.current.tree.id[row] ?? '';
          links.selectedFunction.value = '';
        },
        onFocus: (row) => latest.current.onFocus(row),
        onMatchStep: (step) => latest.current.onMatchStep(step),
        onCopy: (row) =>
          copyText(
            latest.current.tree.frames.name[latest.current.tree.frame[row]!] ?? 'all',
            'Name copied',
          ),
        describe: (row) => describeRow(latest.current, row),
      },
      props.renderer,
    );
    view.current = made;
    window.__flamehouse = { flameView: made };
    return () => {
      made.destroy();
      links.hoverRow.value = -1;
      window.__flamehouse = { flameView: null };
    };
  }, [links, props.renderer]);
  useEffect(() => {
    view.current?.show({
      tree,
      focus: props.focus,
      selected,
      linkedFunction,
      emphasis: props.emphasis,
      match: props.match,
    });
  }, [tree, props.focus, selected, linkedFunction, props.emphasis, props.match, props.renderer]);
  // Colours are read again when the theme changes.
  useEffect(() => view.current?.retheme(), [theme.value]);
  useEffect(() => {
    if (props.reveal >= 0) view.current?.reveal(props.reveal);
  }, [props.reveal]);

  return (
    <div class="flame-pane">
      <div
        id="flame"
        class="flame-scroll"
        ref={host}
        role="tree"
        tabIndex={0}
        aria-label={props.label}
        aria-describedby="flame-help"
      />
      <span id="flame-help" class="hidden">
        Arrow keys move between frames, Enter zooms, Escape steps out, Home shows all.
      </span>
    </div>
  );
}
