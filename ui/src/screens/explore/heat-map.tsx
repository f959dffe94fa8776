/* biome-ignore-all lint/a11y/useSemanticElements: a picture has no cells that a table could hold. */
/* biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and names its cell. */
import type { SeriesAnswer } from '@flamehouse/proto';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ScreenCanvas } from '../../flame/screen-canvas.ts';
import type { Measure } from '../../format.ts';
import { columnAt, type Heat, heatOf, timesOf } from '../../heat.ts';
import { theme } from '../../state/theme.ts';
import { formatRange, type Range } from '../../time.ts';
import { drawHeat, HEAT_STEPS, heatColours, ROW_PITCH } from './heat-drawing.ts';

interface HeatMapProps {
  readonly answer: SeriesAnswer;
  readonly range: Range;
  readonly selection: Range | null;
  readonly instance: string; // the one that is selected; '' for none
  readonly measure: Measure;
  readonly nowMs: number;
  readonly onPick: (instance: string, selection: Range) => void;
}

/** A column is at least so wide, so that it can be hit. */
const COLUMN_WIDTH = 6;

interface Cell {
  readonly row: number;
  readonly column: number;
}

/** Instances by time: which of them, and when. A click, or Enter, selects both. */
export function HeatMap(props: HeatMapProps) {
  const { answer, range, measure, instance, selection } = props;
  const stage = useRef<HTMLDivElement>(null);
  const canvas = useRef<ScreenCanvas | null>(null);
  const [width, setWidth] = useState(0);
  const [at, setAt] = useState<Cell | null>(null);
  const heat = useMemo(
    () => heatOf(answer, range, Math.max(1, Math.floor(width / COLUMN_WIDTH))),
    [answer, range.from, range.to, width],
  );
  useLayoutEffect(() => {
    canvas.current = new ScreenCanvas(stage.current!, 'heat-cells');
    const sizes = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    sizes.observe(stage.current!);
    return () => {
      sizes.disconnect();
      canvas.current!.element.remove();
    };
  }, []);
  // Colours are read while drawing.
  useEffect(() => {
    if (width === 0) return;
    const pen = canvas.current!.pen(width, Math.max(1, heat.rows.length * ROW_PITCH));
    drawHeat(pen, heat, width, heatColours());
  }, [heat, width, theme.value]);

  const cellAt = (event: MouseEvent): Cell | null => {
    const box = stage.current!.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / ROW_PITCH);
    const column = Math.floor(((event.clientX - box.left) / box.width) * heat.columns);
    return row in heat.rows && column >= 0 && column < heat.columns ? { row, column } : null;
  };
  const pick = (cell: Cell | null): void => {
    if (cell !== null) props.onPick(heat.rows[cell.row]!.name, timesOf(heat, cell.column));
  };
  const press = (event: KeyboardEvent): void => {
    const next = stepCell(event.key, at, heat);
    if (event.key === 'Enter') pick(at);
    else if (next === null) return;
    else setAt(next);
    event.preventDefault();
  };
  const words = at === null ? '' : sayCell(heat, at, measure, props.nowMs);
  return (
    <>
      <div
        class="heat"
        role="grid"
        tabIndex={0}
        aria-label={`${measure.title} of ${heat.rows.length} instances over time. Arrow keys move, Enter selects instance and time.`}
        aria-rowcount={heat.rows.length}
        aria-colcount={heat.columns}
        aria-activedescendant={at === null ? undefined : 'heat-at'}
        onKeyDown={press}
      >
        <div class="hidden" role="row" aria-rowindex={(at?.row ?? 0) + 1}>
          <div id="heat-at" role="gridcell" aria-colindex={(at?.column ?? 0) + 1}>
            {words || 'no cell is picked'}
          </div>
        </div>
        <div class="heat-names" aria-hidden="true">
          {heat.rows.map(({ name }) => (
            <div
              key={name}
              class={name === instance ? 'mono clip strong' : 'mono clip'}
              title={name}
            >
              {name}
            </div>
          ))}
        </div>
        <div
          class="heat-stage"
          aria-hidden="true"
          ref={stage}
          style={{ height: `${heat.rows.length * ROW_PITCH}px` }}
          onPointerMove={(event) => setAt(cellAt(event))}
          onPointerLeave={() => setAt(null)}
          onClick={(event) => pick(cellAt(event))}
        >
          {at !== null && (
            <div class="heat-cursor" style={placeOf(heat, at.row, timesOf(heat, at.column))} />
          )}
          {selection !== null && (
            <div
              class="heat-picked"
              style={placeOf(
                heat,
                heat.rows.findIndex(({ name }) => name === instance),
                selection,
              )}
            />
          )}
        </div>
      </div>
      <div class="heat-foot">
        <span class="clip">
          {words ||
            `${formatRange(range, props.nowMs)}${heat.hidden > 0 ? `, ${heat.hidden} instances with less not shown` : ''}`}
        </span>
        <HeatLegend heat={heat} measure={measure} />
      </div>
    </>
  );
}

/** What the shades stand for, with numbers at both ends. */
function HeatLegend({ heat, measure }: { readonly heat: Heat; readonly measure: Measure }) {
  return (
    <span class="heat-legend">
      {heat.low === 0 ? '0' : measure.tick(heat.low)}
      {Array.from({ length: HEAT_STEPS }, (_, step) => (
        <i key={step} style={{ background: `var(--heat-${step + 1})` }} />
      ))}
      {measure.tick(heat.peak)}
    </span>
  );
}

/** Where a row and a time lie; a time without a row goes through all rows. */
function placeOf(heat: Heat, row: number, { from, to }: Range) {
  const share = (ms: number): number =>
    Math.min(1, Math.max(0, (ms - heat.range.from) / (heat.range.to - heat.range.from)));
  return {
    left: `${share(from) * 100}%`,
    width: `${(share(to) - share(from)) * 100}%`,
    top: row < 0 ? '0' : `${row * ROW_PITCH}px`,
    height: row < 0 ? '100%' : `${ROW_PITCH - 1}px`,
  };
}

function sayCell(heat: Heat, { row, column }: Cell, measure: Measure, nowMs: number): string {
  const { name, cells } = heat.rows[row]!;
  const when = formatRange(timesOf(heat, column), nowMs);
  const value = cells[column]!;
  return `${name}, ${when}: ${Number.isNaN(value) ? 'no profile' : measure.tick(value)}`;
}

/** The cell that a key goes to; the first key goes to the highest instance. Null: the key is not ours. */
function stepCell(key: string, at: Cell | null, heat: Heat): Cell | null {
  const steps: Readonly<Record<string, readonly [row: number, column: number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  const step = steps[key];
  if (step === undefined || heat.rows.length === 0) return null;
  if (at === null) return { row: 0, column: columnAt(heat, heat.range.to) };
  return {
    row: Math.min(heat.rows.length - 1, Math.max(0, at.row + step[0])),
    column: Math.min(heat.columns - 1, Math.max(0, at.column + step[1])),
  };
}
