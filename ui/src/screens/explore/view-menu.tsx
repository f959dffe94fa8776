import type { TransformStep } from '@flamehouse/proto';
import { useCallback, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Popover } from '../../components/popover.tsx';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { hasStep } from '../../state/view-steps.ts';
import { toggleStep } from './frame-commands.ts';

const STEPS: readonly { readonly label: string; readonly step: TransformStep }[] = [
  { label: 'Collapse recursion', step: { does: 'collapse', what: 'recursion' } },
  { label: 'Hide node frames', step: { does: 'hide', kind: 'runtime' } },
  { label: 'Hide packages', step: { does: 'hide', kind: 'dependency' } },
  { label: 'Hide native frames', step: { does: 'hide', kind: 'native' } },
  { label: 'Hide agent frames', step: { does: 'hide', kind: 'agent' } },
  { label: 'Group by package', step: { does: 'group', by: 'package' } },
  { label: 'Group by file', step: { does: 'group', by: 'file' } },
];

/** How the graph is drawn and which frames it has, beyond what the toolbar has room for. */
export function ViewMenu({ state }: { readonly state: ExploreState }) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-btn"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label="Frames: order, direction, grouping"
        title="Frames: order, direction, grouping"
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      {open && (
        <Popover anchor={button.current} label="Frames" onClose={close}>
          <Toggle
            label="Root at the bottom (flame)"
            keyName="i"
            on={state.root === 'bottom'}
            onPick={() => setExplore({ root: state.root === 'bottom' ? 'top' : 'bottom' })}
          />
          <Toggle
            label="Order by name"
            on={state.order === 'name'}
            onPick={() => setExplore({ order: state.order === 'name' ? 'value' : 'name' })}
          />
          <Toggle
            label="Collapse single-child chains"
            on={state.chains === 'collapsed'}
            onPick={() =>
              setExplore({ chains: state.chains === 'collapsed' ? 'open' : 'collapsed' })
            }
          />
          <hr />
          {STEPS.map(({ label, step }) => (
            <Toggle
              key={label}
              label={label}
              on={hasStep(state.steps, step)}
              onPick={() => toggleStep(step)}
            />
          ))}
        </Popover>
      )}
    </>
  );
}

function Toggle(props: {
  readonly label: string;
  readonly on: boolean;
  readonly keyName?: string;
  readonly onPick: () => void;
}) {
  return (
    <button type="button" class="mi" aria-pressed={props.on} onClick={props.onPick}>
      <span class="grow">{props.label}</span>
      {props.on && <Icon name="check" />}
      {props.keyName !== undefined && (
        <span class="kbd" aria-hidden="true">
          {props.keyName}
        </span>
      )}
    </button>
  );
}
