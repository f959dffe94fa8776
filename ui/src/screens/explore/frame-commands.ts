import type { TransformStep } from '@flamehouse/proto';
import type { MenuItem } from '../../components/menu.tsx';
import type { FrameCommand } from '../../flame/keys.ts';
import { displayName } from '../../flame/labels.ts';
import { type FlameTree, functionIdOf, pathTo } from '../../flame/tree.ts';
import { exploreState, go, setExplore } from '../../state/location.ts';
import { sourceOf, sourceUrl } from '../../state/source-url.ts';
import { copyText } from '../../state/toast.ts';
import { addStep, formatSteps, hasStep, type ViewStep } from '../../state/view-steps.ts';
import { exampleTraces } from './traces-link.tsx';

/** What a command is about: a frame of a graph, or a function of the table. */
export interface CommandTarget {
  readonly functionId: string;
  readonly name: string;
  readonly stack: readonly string[] | null; // root first; null for a function, which has many
  readonly zoom: () => void;
}

/** Null for what is no function. `upwards`: the tree holds callers. */
export function targetOf(
  tree: FlameTree,
  row: number,
  upwards: boolean,
  zoom: () => void,
): CommandTarget | null {
  const frame = tree.frame[row] ?? -1;
  // The root, a rest block and a collapsed chain are no functions.
  if (frame < 0 || functionIdOf(tree, row) === '') return null;
  const path = pathTo(tree, row);
  const rows = (tree.frame[0] ?? -1) >= 0 ? [0, ...path] : path;
  const names = rows.map((at) => displayName(tree.frames.name[tree.frame[at]!] ?? ''));
  return {
    functionId: functionIdOf(tree, row),
    name: displayName(tree.frames.name[frame]!),
    stack: upwards ? names.reverse() : names,
    zoom,
  };
}

/** Take a step, in a view that starts at its root again. */
export function takeStep(step: TransformStep, name = ''): void {
  const { steps } = exploreState.peek();
  const added = { step, name };
  const grouped = step.does === 'group' ? { sandwich: '', sandwichName: '' } : {};
  setExplore({ steps: addStep(steps, added), focus: '', focusName: '', ...grouped });
}

/** Without a step; steps that name what only it made go with it. */
export function dropStep(dropped: ViewStep): void {
  const { steps } = exploreState.peek();
  const at = steps.indexOf(dropped);
  const kept = steps.filter(
    ({ step }, i) => i !== at && !(dropped.step.does === 'group' && i > at && 'functionId' in step),
  );
  const grouped = dropped.step.does === 'group' ? { sandwich: '', sandwichName: '' } : {};
  setExplore({ steps: kept, focus: '', focusName: '', ...grouped });
}

export function toggleStep(step: TransformStep): void {
  const { steps } = exploreState.peek();
  const known = steps.find((one) => hasStep([one], step));
  if (known === undefined) takeStep(step);
  else dropStep(known);
}

export const openSandwich = (functionId: string, name: string): void =>
  setExplore({ sandwich: functionId, sandwichName: name, focus: '', focusName: '' });

/** The lines of a function, for what is shown now. */
export const openSource = (functionId: string, name: string): void =>
  go(sourceUrl(sourceOf(exploreState.peek(), functionId, name)));

/** Do what a key, a menu or a button asks for. */
export function runCommand(command: FrameCommand, target: CommandTarget): void {
  const { functionId, name, stack } = target;
  if (command === 'zoom') target.zoom();
  else if (command === 'sandwich') openSandwich(functionId, name);
  else if (command === 'source') openSource(functionId, name);
  else if (command === 'collapse') takeStep({ does: 'collapse', what: 'recursion' });
  else if (command === 'copy-name') copyText(name, 'Name copied');
  else if (command === 'copy-stack')
    copyText((stack ?? [name]).join('\n'), 'Stack copied, outermost caller first');
  else takeStep({ does: command, functionId }, name);
}

/** Everything that can be done with a target, in the order of the menu. */
export function commandItems(target: CommandTarget): readonly MenuItem[] {
  const item = (
    command: FrameCommand,
    label: string,
    more: Partial<MenuItem> = {},
  ): readonly MenuItem[] => [{ label, act: () => runCommand(command, target), ...more }];
  const step = (label: string, what: TransformStep, more: Partial<MenuItem> = {}) => ({
    label,
    act: () => takeStep(what),
    ...more,
  });
  const { steps } = exploreState.peek();
  const traces = exampleTraces(exploreState.peek(), target.functionId, target.name);
  const hides = [
    step('Hide node frames', { does: 'hide', kind: 'runtime' }),
    step('Hide packages', { does: 'hide', kind: 'dependency' }),
  ].filter(({ label }) => !formatSteps(steps).includes(HIDDEN[label] ?? ''));
  return [
    ...item('zoom', target.stack === null ? 'Zoom to widest' : 'Zoom', {
      icon: 'explore',
      key: '⏎',
    }),
    ...item('sandwich', 'Callers and callees', { icon: 'sandwich', key: 's' }),
    ...item('source', 'Source', { icon: 'source', key: 'o' }),
    ...item('only', 'Only through this', { icon: 'filter', first: true }),
    ...item('not', 'Not through this', { key: 'x' }),
    ...item('from', 'From here'),
    ...item('merge', 'Merge away', { key: 'm' }),
    ...item('collapse', 'Collapse recursion', { key: 'c', first: true }),
    ...hides,
    ...(traces === null
      ? []
      : [
          {
            label: 'Example traces',
            icon: 'traces' as const,
            act: () => go(traces),
            first: true,
          },
        ]),
    ...item('copy-name', 'Copy name', { icon: 'copy', key: 'y', first: traces === null }),
    ...(target.stack === null ? [] : item('copy-stack', 'Copy stack', { key: 'Y' })),
  ];
}

const HIDDEN: Readonly<Record<string, string>> = {
  'Hide node frames': 'hide:runtime',
  'Hide packages': 'hide:dependency',
};
