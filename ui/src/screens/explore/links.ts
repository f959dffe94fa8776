import { type Signal, signal } from '@preact/signals';

/** What is pointed at and picked, shared by graph, table and details without drawing the page again. */
export interface Links {
  readonly hoverRow: Signal<number>; // row of the graph, -1 for none
  readonly hoverFunction: Signal<string>; // function id pointed at in the table
  readonly selectedNode: Signal<string>; // node id; '' for none
  readonly selectedFunction: Signal<string>; // function id picked in the table; '' when a node is picked
}

export const createLinks = (): Links => ({
  hoverRow: signal(-1),
  hoverFunction: signal(''),
  selectedNode: signal(''),
  selectedFunction: signal(''),
});
