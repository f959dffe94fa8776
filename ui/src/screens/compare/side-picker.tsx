import type { ServiceSummary } from '@flamehouse/proto';
import { useCallback, useRef, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Popover } from '../../components/popover.tsx';
import {
  type CompareState,
  formatSide,
  parseSide,
  type SideState,
} from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { formatRange, resolveRange, toLocalInput } from '../../time.ts';

interface SidePickerProps {
  readonly name: 'a' | 'b';
  readonly state: CompareState;
  readonly services: readonly ServiceSummary[];
  readonly nowMs: number;
}

/** A side in a few words: its version, its times, its service when that is another. */
export function sideWords(side: SideState, nowMs: number): { title: string; times: string } {
  const parts = parseSide(side.selector);
  if (parts === null) return { title: 'choose', times: '' };
  const times =
    parts.from === '' ? '' : formatRange(resolveRange(parts.from, parts.to, nowMs), nowMs);
  const title = parts.version || times;
  return {
    title: side.service === '' ? title : `${side.service} ${title}`,
    times: parts.version === '' ? '' : times,
  };
}

/** A or B: opens the version, the times, the service and the filter of one side. */
export function SidePicker(props: SidePickerProps) {
  const { name, state, nowMs } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const { title, times } = sideWords(state[name], nowMs);
  const letter = name.toUpperCase();
  const which = name === 'a' ? 'Before' : 'After';
  return (
    <>
      <button
        type="button"
        ref={button}
        class="picker side-pick"
        aria-haspopup="dialog"
        aria-expanded={open}
        title={`${title} ${times}`}
        onClick={() => setOpen(!open)}
      >
        <span class={name === 'a' ? 'ab' : 'ab b'}>{letter}</span>{' '}
        <span class="value mono">{title}</span>{' '}
        {times !== '' && <span class="muted hide-m">{times}</span>}
        <span class="hidden">{which.toLowerCase()}</span>
        <Icon name="down" />
      </button>
      {open && (
        <Popover anchor={button.current} label={`${letter}: ${which}`} onClose={close}>
          <SideForm {...props} onDone={close} />
        </Popover>
      )}
    </>
  );
}

const HOUR_MS = 3_600_000;

function SideForm(props: SidePickerProps & { readonly onDone: () => void }) {
  const { name, state, services, nowMs } = props;
  const side = state[name];
  const parts = parseSide(side.selector) ?? { version: '', from: '', to: '' };
  const [service, setService] = useState(side.service || state.service);
  const [version, setVersion] = useState(parts.version);
  const [filter, setFilter] = useState(side.filter);
  const [timed, setTimed] = useState(parts.from !== '');
  const range =
    parts.from === ''
      ? { from: nowMs - HOUR_MS, to: nowMs }
      : resolveRange(parts.from, parts.to, nowMs);
  const [from, setFrom] = useState(toLocalInput(range.from));
  const [to, setTo] = useState(toLocalInput(range.to));
  const known = services.find((one) => one.service === service);
  const versions = [...new Set([...(known?.versions ?? []), version])].filter((one) => one !== '');
  const useTimes = timed || version === '';
  const problem = problemOf(useTimes, from, to);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (problem !== '') return;
    const times = useTimes
      ? { from: String(Date.parse(from)), to: String(Date.parse(to)) }
      : { from: '', to: '' };
    props.onDone();
    setCompare({
      [name]: {
        selector: formatSide({ version, ...times }),
        service: service === state.service ? '' : service,
        filter,
      },
      focus: '',
    });
  };
  return (
    <form class="side-form" onSubmit={submit}>
      <label>
        Version
        <select
          class="field"
          value={version}
          onChange={(event) => setVersion(event.currentTarget.value)}
        >
          {[...versions].reverse().map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
          <option value="">Any version, by time</option>
        </select>
      </label>
      <label class="line">
        <input
          type="checkbox"
          checked={useTimes}
          disabled={version === ''}
          onChange={(event) => setTimed(event.currentTarget.checked)}
        />
        Only between two times
      </label>
      {useTimes && (
        <>
          <label>
            From
            <input
              class="field"
              type="datetime-local"
              value={from}
              onInput={(event) => setFrom(event.currentTarget.value)}
            />
          </label>
          <label>
            To
            <input
              class="field"
              type="datetime-local"
              value={to}
              onInput={(event) => setTo(event.currentTarget.value)}
            />
          </label>
        </>
      )}
      <label>
        Service
        <select
          class="field"
          value={service}
          onChange={(event) => {
            setService(event.currentTarget.value);
            setVersion('');
          }}
        >
          {[...new Set([...services.map((one) => one.service), service])].map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
        </select>
      </label>
      <label>
        Filter
        <input
          class="field mono"
          value={filter}
          placeholder={'{endpoint="POST /checkout"}'}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      </label>
      {problem !== '' && <span class="bad">{problem}</span>}
      <button type="submit" class="btn primary" disabled={problem !== ''}>
        Compare this
      </button>
    </form>
  );
}

function problemOf(useTimes: boolean, from: string, to: string): string {
  if (!useTimes) return '';
  const [start, end] = [Date.parse(from), Date.parse(to)];
  if (Number.isNaN(start) || Number.isNaN(end)) return 'Give both times in full.';
  return start >= end ? '“From” must lie before “to”.' : '';
}
