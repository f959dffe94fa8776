import type { DiffAnswer, ServiceSummary } from '@flamehouse/proto';
import { useCallback, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Picker } from '../../components/picker.tsx';
import { Popover } from '../../components/popover.tsx';
import { Command } from '../../components/states.tsx';
import { type CompareState, formatCompare, NO_SIDE, NORMS } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { copyText } from '../../state/toast.ts';
import { diffCommand, frozen } from './diff-command.ts';
import { SidePicker } from './side-picker.tsx';

interface TopBarProps {
  readonly state: CompareState;
  readonly services: readonly ServiceSummary[];
  readonly diff: DiffAnswer | null;
  readonly nowMs: number;
}

const NORMALISERS = {
  request: 'per request',
  cores: 'cores per instance',
  share: 'share of total',
};

/** What is compared, by what it is divided, and how to take the answer elsewhere. */
export function CompareTopBar({ state, services, diff, nowMs }: TopBarProps) {
  const names = [...new Set([...services.map(({ service }) => service), state.service])]
    .filter((name) => name !== '')
    .map((name) => ({ value: name, label: name }));
  const service = services.find((one) => one.service === state.service);
  const environments = [...new Set([...(service?.environments ?? []), state.environment])]
    .filter((name) => name !== '')
    .map((name) => ({ value: name, label: name }));
  const automatic =
    diff === null || state.norm !== 'auto' ? 'per request' : NORMALISERS[diff.normaliser];
  return (
    <>
      <Picker
        label="Service"
        class="main-pick"
        value={state.service}
        options={names}
        onPick={(next) =>
          setCompare({ service: next, environment: '', a: NO_SIDE, b: NO_SIDE, focus: '' })
        }
      />
      <Picker
        label="Environment"
        class="hide-m"
        value={state.environment}
        options={[{ value: '', label: 'All environments' }, ...environments]}
        onPick={(environment) => setCompare({ environment })}
      />
      <span class="sep hide-s" />
      <SidePicker name="a" state={state} services={services} nowMs={nowMs} />
      <button
        type="button"
        class="icon-btn hide-s"
        aria-label="Swap A and B"
        title="Swap A and B"
        onClick={() => setCompare({ a: state.b, b: state.a, focus: '' })}
      >
        <Icon name="swap" />
      </button>
      <SidePicker name="b" state={state} services={services} nowMs={nowMs} />
      <span class="grow" />
      <Picker
        label="CPU"
        class="hide-m"
        value={state.norm}
        options={[
          {
            value: 'auto',
            label: automatic,
            note: automatic === 'per request' ? 'where requests are counted' : 'all there is',
          },
          { value: 'cores', label: 'cores per instance', note: 'whatever the traffic' },
        ]}
        onPick={(value) => setCompare({ norm: NORMS.find((norm) => norm === value) ?? 'auto' })}
      />
      <CommandButton state={state} />
      <button type="button" class="btn hide-m" onClick={() => copyLink(state, nowMs)}>
        <Icon name="link" /> Copy link
      </button>
    </>
  );
}

export function copyLink(state: CompareState, nowMs: number): void {
  const url = `${window.location.origin}/compare${formatCompare(frozen(state, nowMs))}`;
  copyText(url, 'Link copied');
}

/** The same question for a shell, a CI job or a canary. */
function CommandButton({ state }: { readonly state: CompareState }) {
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  return (
    <>
      <button
        type="button"
        ref={button}
        class="icon-btn hide-s"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label="As a command"
        title="As a command"
        onClick={() => setOpen(!open)}
      >
        <Icon name="terminal" />
      </button>
      {open && (
        <Popover anchor={button.current} label="As a command" onClose={close}>
          <div class="command-pop">
            <p>The same answer in a shell or a CI job. Exit code 1 means that it takes more.</p>
            <Command text={diffCommand(state, window.location.origin)} />
          </div>
        </Popover>
      )}
    </>
  );
}
