import { useCallback, useRef, useState } from 'preact/hooks';
import {
  formatRange,
  formatSpan,
  PRESETS,
  type Range,
  resolveRange,
  toLocalInput,
} from '../time.ts';
import { Icon } from './icon.tsx';
import { Popover } from './popover.tsx';

interface RangePickerProps {
  readonly from: string;
  readonly to: string;
  readonly nowMs: number;
  readonly onPick: (from: string, to: string) => void;
}

/** The step that the arrows take: half of what is shown, so that neighbours overlap. */
function shift(range: Range, nowMs: number, way: 1 | -1): { from: string; to: string } {
  const span = range.to - range.from;
  const to = Math.min(nowMs, range.to + (way * span) / 2);
  return { from: String(Math.round(to - span)), to: String(Math.round(to)) };
}

/** ‹ 11:20 – 13:20 2 h › : presets and free times in a popover, neighbours by the arrows. */
export function RangePicker(props: RangePickerProps) {
  const { from, to, nowMs, onPick } = props;
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const range = resolveRange(from, to, nowMs);
  const preset = to === 'now' ? PRESETS.find((known) => known.from === from) : undefined;
  const move = (way: 1 | -1) => (): void => {
    const next = shift(range, nowMs, way);
    onPick(next.from, next.to);
  };
  const atNow = range.to >= nowMs - 1_000;
  const pick = (nextFrom: string, nextTo: string): void => {
    setOpen(false);
    onPick(nextFrom, nextTo);
  };
  return (
    <fieldset class="range" aria-label="Time range">
      <button type="button" class="hide-s" aria-label="Earlier" onClick={move(-1)}>
        <Icon name="left" />
      </button>
      <button
        type="button"
        ref={button}
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-label={`Time range: ${preset === undefined ? formatRange(range, nowMs) : 'Last'} ${preset?.label ?? formatSpan(range.to - range.from)}`}
        title={formatRange(range, nowMs)}
        onClick={() => setOpen(!open)}
      >
        <Icon name="clock" />
        <span class="hide-s">{preset === undefined ? formatRange(range, nowMs) : 'Last'}</span>{' '}
        <span class={preset === undefined ? 'muted' : ''}>
          {preset?.label ?? formatSpan(range.to - range.from)}
        </span>
        <Icon name="down" />
      </button>
      <button type="button" class="hide-s" aria-label="Later" disabled={atNow} onClick={move(1)}>
        <Icon name="right" />
      </button>
      {open && (
        <Popover anchor={button.current} label="Time range" onClose={close}>
          {PRESETS.map((known) => (
            <button
              type="button"
              class="mi"
              key={known.from}
              onClick={() => pick(known.from, 'now')}
            >
              <span class="grow">Last {known.label}</span>
              {known === preset && <Icon name="check" />}
            </button>
          ))}
          <hr />
          <Custom range={range} onPick={pick} />
        </Popover>
      )}
    </fieldset>
  );
}

function Custom(props: {
  readonly range: Range;
  readonly onPick: (from: string, to: string) => void;
}) {
  const [from, setFrom] = useState(toLocalInput(props.range.from));
  const [to, setTo] = useState(toLocalInput(props.range.to));
  const start = Date.parse(from);
  const end = Date.parse(to);
  const problem =
    Number.isNaN(start) || Number.isNaN(end)
      ? 'Give both times in full.'
      : start >= end
        ? '“From” must lie before “to”.'
        : '';
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem === '') props.onPick(String(start), String(end));
      }}
    >
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
      {problem !== '' && <span class="bad">{problem}</span>}
      <button type="submit" class="btn" disabled={problem !== ''}>
        Show these times
      </button>
    </form>
  );
}
