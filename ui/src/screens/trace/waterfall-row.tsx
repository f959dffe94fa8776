import { Icon } from '../../components/icon.tsx';
import { formatMicros, plural, sayShare } from '../../format.ts';
import { type LaneScale, spanName, stallMarks, type WaterfallRow } from './waterfall-rows.ts';

const INDENT = 14;
const INDENT_MAX = 12; // Deeper rows would leave no room for their names.
const LANE_LEFT = 1; // % of the lane, so that bars at its ends can be seen whole
const LANE_WIDTH = 96;

interface SpanRowProps {
  readonly row: WaterfallRow;
  readonly index: number;
  readonly scale: LaneScale;
  readonly selected: boolean;
  readonly onPick: () => void;
  readonly onToggle: () => void;
}

const percent = (share: number): string => `${(share * LANE_WIDTH).toFixed(2)}%`;
const from = (share: number): string => `${(share * LANE_WIDTH + LANE_LEFT).toFixed(2)}%`;

export function SpanRow(props: SpanRowProps) {
  const { row, scale, selected, onPick } = props;
  const { span } = row;
  const { samples, cpuMicros } = span.subtree;
  const known = row.profiled || samples > 0;
  return (
    <tr
      class={selected ? 'selected' : ''}
      aria-rowindex={props.index + 2}
      aria-current={selected ? 'true' : undefined}
      data-span={span.spanId}
      onClick={onPick}
    >
      <NameCell {...props} />
      <td class="lane">
        <Bar row={row} scale={scale} known={known} />
      </td>
      {scale.by === 'time' && (
        <td class="num soft hide-s">
          {span.durationMicros === null ? '–' : formatMicros(span.durationMicros)}
        </td>
      )}
      <td class={samples > 0 ? 'num' : 'num muted'}>{onCpu()}</td>
      <td
        class={samples > 0 ? 'num' : 'num muted'}
        title={known ? '' : 'No sample could be inside it: select it to see why'}
      >
        {known ? samples : '–'}
      </td>
    </tr>
  );

  function onCpu(): string {
    if (!known) return '–';
    // More CPU than time is no share: what the span started ran on after its end, or beside it.
    if (scale.by === 'cpu' || span.cpuShare === null || span.cpuShare > 1)
      return formatMicros(cpuMicros);
    return sayShare(span.cpuShare);
  }
}

function NameCell({ row, onPick, onToggle }: SpanRowProps) {
  const { span, depth, open } = row;
  const name = spanName(span);
  const indent = Math.min(depth, INDENT_MAX) * INDENT;
  return (
    <td class="nm">
      <span class="nm-in" style={{ paddingLeft: `${indent}px` }}>
        {span.children > 0 ? (
          <button
            type="button"
            class="twig"
            aria-expanded={open}
            aria-label={`Spans below ${name}`}
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
              onToggle();
            }}
          >
            <Icon name={open ? 'down' : 'right'} />
          </button>
        ) : (
          <span class="twig" />
        )}
        <button
          type="button"
          class="name"
          tabIndex={-1}
          title={`${name} · ${span.service}`}
          onClick={onPick}
        >
          {name}
        </button>
        {span.error === true && (
          <span class="tag strong" title={span.statusMessage || 'The span ended with an error'}>
            <Icon name="error" /> <span class="hush-s">error</span>
          </span>
        )}
        {span.stalls.length > 0 && (
          <span class="tag" title={stallTitle(span.stalls)}>
            <Icon name="clock" /> <span class="hush-s">stalled</span>
          </span>
        )}
        <span class="muted svc-name hide-m">{span.service}</span>
      </span>
    </td>
  );
}

const stallTitle = (stalls: WaterfallRow['span']['stalls']): string => {
  const sum = stalls.reduce((all, { durationMicros }) => all + durationMicros, 0);
  return `The event loop stood still ${plural(stalls.length, 'time')}, ${formatMicros(sum)} in all`;
};

function Bar(props: {
  readonly row: WaterfallRow;
  readonly scale: LaneScale;
  readonly known: boolean;
}) {
  const { row, scale, known } = props;
  const { lane, span } = row;
  if (lane === null) return <span class="untimed muted">not exported</span>;
  return (
    <>
      <span
        class={known ? 'span' : 'span other'}
        style={{ left: from(lane.left), width: percent(lane.width) }}
      >
        {known && lane.onCpu > 0 && <i style={{ width: `${(lane.onCpu * 100).toFixed(1)}%` }} />}
      </span>
      {stallMarks(span, scale).map(({ left, width }, i) => (
        <span
          class="stall-mark"
          // Stalls of one span are told apart by their order alone.
          key={i}
          style={{ left: from(left), width: percent(width) }}
        />
      ))}
    </>
  );
}
