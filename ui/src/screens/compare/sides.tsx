import type { DiffAnswer, DiffSide } from '@flamehouse/proto';
import { useMemo } from 'preact/hooks';
import { formatCount, formatNumber, plural } from '../../format.ts';
import { coverage } from '../../series.ts';
import type { CompareState } from '../../state/compare-url.ts';
import { setCompare } from '../../state/location.ts';
import { formatRange, type Range } from '../../time.ts';
import { lineRange, movedTo } from './side-times.ts';
import { sizeWords } from './size-words.ts';
import { useSideLine } from './use-compare-data.ts';
import { WindowLine } from './window-line.tsx';

const MINUTE_MS = 60_000;
const SPAN_MS_MIN = 20 * MINUTE_MS;

interface SidesProps {
  readonly state: CompareState;
  readonly diff: DiffAnswer;
  readonly nowMs: number;
}

/** What was measured of both sides, and when: the windows can be dragged to other minutes. */
export function Sides({ state, diff, nowMs }: SidesProps) {
  const spans = [diff.base, diff.head].map(({ from, to }) => (to - from) * 1.6);
  const spanMs = Math.max(SPAN_MS_MIN, ...spans);
  const base = useSide(state, 'a', diff.base, spanMs, nowMs);
  const head = useSide(state, 'b', diff.head, spanMs, nowMs);
  const peak = Math.max(base.line?.peak ?? 0, head.line?.peak ?? 0);
  const kind =
    diff.verdict.state === 'more' || diff.verdict.state === 'less' ? diff.verdict.state : '';
  return (
    <div class="sides">
      <Side {...base} peak={peak} kind="" letter="A" side={diff.base} diff={diff} nowMs={nowMs} />
      <Side
        {...head}
        peak={peak}
        kind={kind}
        letter="B"
        side={diff.head}
        diff={diff}
        nowMs={nowMs}
      />
    </div>
  );
}

function useSide(
  state: CompareState,
  name: 'a' | 'b',
  side: DiffSide,
  spanMs: number,
  nowMs: number,
) {
  const found = side.to > 0;
  const range = useMemo(
    () => (found ? lineRange(side, spanMs, nowMs) : null),
    [found, side.from, side.to, spanMs],
  );
  const { line } = useSideLine(state, state[name], range);
  const onWindow = (window: Range): void =>
    setCompare({ [name]: { ...state[name], selector: movedTo(state[name].selector, window) } });
  return { line, range, onWindow };
}

function Side(
  props: ReturnType<typeof useSide> & {
    readonly letter: 'A' | 'B';
    readonly side: DiffSide;
    readonly diff: DiffAnswer;
    readonly peak: number;
    readonly kind: '' | 'more' | 'less';
    readonly nowMs: number;
  },
) {
  const { letter, side, diff, line, range } = props;
  const words = sizeWords(diff.normaliser, side.cost);
  const cores = line === null ? 0 : coverage(line, side).mean;
  return (
    <section class="side" aria-label={`${letter === 'A' ? 'Before' : 'After'}: ${side.name}`}>
      <div class="row">
        <span class={letter === 'A' ? 'ab' : 'ab b'}>{letter}</span>
        <span class="mono strong clip">{side.name}</span>
        {side.cost > 0 && (
          <span>
            <b>{words.long(side.cost)}</b>
          </span>
        )}
        {cores > 0 && <span>{formatNumber(cores)} cores</span>}
        <span class="hide-m">{formatCount(side.busyTicks)} samples</span>
        {side.requests > 0 && (
          <span class="hide-s">
            {formatNumber((side.loadPerMinute * side.instances) / 60)} requests/s
          </span>
        )}
        <span class="hide-s">{plural(side.instances, 'instance')}</span>
      </div>
      {range === null ? (
        <p class="muted nothing">
          No minutes of {side.name} in {side.service} were kept.
        </p>
      ) : (
        <WindowLine
          label={side.name}
          line={line}
          range={range}
          window={{ from: side.from, to: side.to }}
          peak={props.peak}
          kind={props.kind}
          nowMs={props.nowMs}
          onWindow={props.onWindow}
        />
      )}
      {range !== null && (
        <div class="row under">
          <span>{formatRange(side, props.nowMs)}</span>
          <span class="muted">{plural(side.minutes, 'kept minute')}</span>
          {letter === 'B' && <span class="muted hide-m">{loadWords(diff)}</span>}
        </div>
      )}
    </section>
  );
}

const LOAD_ALIKE_MAX = 0.5;

/** How the load of both sides compares; above a half the comparison itself warns. */
function loadWords({ base, head }: DiffAnswer): string {
  if (base.loadPerMinute === 0 || head.loadPerMinute === 0) return '';
  const change = head.loadPerMinute / base.loadPerMinute - 1;
  if (change > LOAD_ALIKE_MAX || change < -LOAD_ALIKE_MAX / (1 + LOAD_ALIKE_MAX)) return '';
  const percent = Math.abs(change * 100).toFixed(0);
  return percent === '0' ? 'the same load' : `load differs by ${percent}\u00a0%: fine`;
}
