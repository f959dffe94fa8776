import type { Heat } from '../../heat.ts';

export const ROW_PITCH = 16;
export const HEAT_STEPS = 6;

/** Shades from least to most, and the ground; read again when the theme changes. */
export interface HeatColours {
  readonly steps: readonly string[];
  readonly ground: string;
}

export function heatColours(): HeatColours {
  const style = getComputedStyle(document.documentElement);
  return {
    steps: Array.from({ length: HEAT_STEPS }, (_, step) =>
      style.getPropertyValue(`--heat-${step + 1}`).trim(),
    ),
    ground: style.getPropertyValue('--surface').trim(),
  };
}

/** The low end has the first shade; an instance that did not report has none. */
export const shadeOf = (value: number, { low, peak }: Pick<Heat, 'low' | 'peak'>): number =>
  Number.isNaN(value)
    ? -1
    : Math.min(HEAT_STEPS - 1, Math.floor(((value - low) / (peak - low || 1)) * HEAT_STEPS));

/** One rectangle a cell, without gaps between columns, so that a row reads as a line. */
export function drawHeat(
  pen: Pick<CanvasRenderingContext2D, 'fillStyle' | 'fillRect'>,
  heat: Heat,
  width: number,
  { steps, ground }: HeatColours,
): void {
  pen.fillStyle = ground;
  pen.fillRect(0, 0, width, heat.rows.length * ROW_PITCH);
  const scale = width / heat.columns;
  heat.rows.forEach(({ cells }, row) => {
    cells.forEach((value, column) => {
      const shade = shadeOf(value, heat);
      if (shade < 0) return;
      const left = Math.round(column * scale);
      pen.fillStyle = steps[shade]!;
      pen.fillRect(left, row * ROW_PITCH, Math.round((column + 1) * scale) - left, ROW_PITCH - 1);
    });
  });
}
