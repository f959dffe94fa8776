import { type Signal, signal } from '@preact/signals';
import { type FlameTree, functionIdOf } from '../../flame/tree.ts';

/** A frame of one of the graphs on the screen. */
export interface FrameRef {
  readonly tree: FlameTree;
  readonly row: number;
}

/** What is pointed at and picked, shared by graphs, table and details without drawing the page again. */
export interface Links {
  readonly hovered: Signal<FrameRef | null>;
  readonly hoverFunction: Signal<string>; // function id pointed at in the table
  readonly selectedNode: Signal<string>; // node id; '' for none
  readonly selectedFunction: Signal<string>; // function id picked in the table; '' when a node is picked
}

export const createLinks = (): Links => ({
  hovered: signal(null),
  hoverFunction: signal(''),
  selectedNode: signal(''),
  selectedFunction: signal(''),
});

/** The function of what is pointed at in a graph; '' for none. */
export function hoveredFunction(links: Links): string {
  const at = links.hovered.value;
  return at === null || at.row >= at.tree.count ? '' : functionIdOf(at.tree, at.row);
}
