import type { DiffRows } from './diff-rows.ts';
import { fitLabel, LABEL_WIDTH_MIN } from './labels.ts';
import {
  depthAt,
  FRAME_WIDTH_MIN,
  fillOf,
  gapOf,
  type Highlights,
  isBold,
  isQuiet,
  isRest,
  labelColours,
  labelOf,
  ROW_HEIGHT,
  rectOf,
  type Scene,
  yOf,
} from './scene.ts';

/** The part of a 2D context that is used, so that a test can record the calls. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'fillStyle'
  | 'strokeStyle'
  | 'lineWidth'
  | 'globalAlpha'
  | 'font'
  | 'textBaseline'
  | 'textAlign'
  | 'fillRect'
  | 'clearRect'
  | 'strokeRect'
  | 'fillText'
  | 'measureText'
  | 'beginPath'
  | 'roundRect'
  | 'rect'
  | 'fill'
  | 'stroke'
  | 'save'
  | 'restore'
  | 'clip'
>;

export interface Fonts {
  readonly regular: string;
  readonly bold: string;
  readonly share: string;
  readonly shareBold: string;
  readonly advance: number; // width of one character of the regular face
}

export interface DrawContext {
  readonly pen: Pen;
  readonly fonts: Fonts;
  readonly hatch: CanvasPattern | string;
  readonly gone: CanvasPattern | string; // stripes over the fill of what is gone
}

const DIMMED = 0.35;
const RADIUS = 2;

interface Text {
  readonly row: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
}

/** Draw every frame that can be seen. Returns how many rectangles that took. */
export function drawFrames(context: DrawContext, scene: Scene): number {
  const { pen } = context;
  pen.globalAlpha = 1;
  pen.fillStyle = scene.palette.canvas;
  pen.fillRect(0, 0, scene.width, scene.height);
  const texts: Text[] = [];
  const drawn = drawRectangles(context, scene, texts);
  drawTexts(context, scene, texts);
  pen.globalAlpha = 1;
  return drawn;
}

function drawRectangles(context: DrawContext, scene: Scene, texts: Text[]): number {
  const { tree, width } = scene;
  const scale = width / (scene.to - scene.from || 1);
  const edges = [depthAt(scene, scene.scrollTop), depthAt(scene, scene.scrollTop + scene.height)];
  const firstDepth = Math.min(...edges);
  const lastDepth = Math.max(...edges);
  const lastColumn = new Int32Array(tree.depthMax + 1).fill(-1);
  let drawn = 0;
  for (let row = 0; row < tree.count; ) {
    const depth = tree.depth[row]!;
    const x = (tree.start[row]! - scene.from) * scale;
    const w = tree.total[row]! * scale;
    if (x + w <= 0 || x >= width || depth > lastDepth) {
      row = tree.end[row]!;
      continue;
    }
    const y = yOf(scene, depth) - scene.scrollTop;
    if (w < FRAME_WIDTH_MIN) {
      const column = Math.floor(x);
      if (depth >= firstDepth && lastColumn[depth] !== column) {
        lastColumn[depth] = column;
        drawColumn(context, scene, row, { x: column, y });
        drawn++;
      }
      row = tree.end[row]!;
      continue;
    }
    if (depth >= firstDepth) {
      const left = Math.max(0, x);
      const right = Math.min(width, x + w);
      drawFrame(context, scene, row, { x: left, y, w: right - left });
      drawn++;
      if (right - left >= LABEL_WIDTH_MIN) texts.push({ row, x: left, y, w: right - left });
    }
    row++;
  }
  return drawn;
}

const alphaOf = (scene: Scene, row: number): number =>
  scene.match === null || scene.match[row] === 1 ? 1 : DIMMED;

function drawColumn(
  { pen }: DrawContext,
  scene: Scene,
  row: number,
  at: { x: number; y: number },
): void {
  const matching = scene.match !== null && anyMatch(scene, row);
  // Setting what is set already costs as much as drawing, and most drawings have no matches.
  if (scene.match !== null) pen.globalAlpha = matching ? 1 : DIMMED;
  pen.fillStyle = matching
    ? scene.palette.match
    : scene.palette[isQuiet(scene, row) ? 'quiet' : 'fills'][fillOf(scene, row)]!;
  pen.fillRect(at.x, at.y, 1, ROW_HEIGHT);
}

/** A match too narrow to draw must not vanish: its column takes the match colour. */
function anyMatch(scene: Scene, row: number): boolean {
  for (let at = row; at < scene.tree.end[row]!; at++) if (scene.match![at] === 1) return true;
  return false;
}

function drawFrame(
  context: DrawContext,
  scene: Scene,
  row: number,
  at: { x: number; y: number; w: number },
): void {
  const { pen, hatch } = context;
  const width = Math.max(at.w - gapOf(at.w), 0.6);
  if (scene.match !== null) pen.globalAlpha = alphaOf(scene, row);
  pen.fillStyle = isRest(scene, row)
    ? hatch
    : scene.palette[isQuiet(scene, row) ? 'quiet' : 'fills'][fillOf(scene, row)]!;
  if (at.w > 6) {
    pen.beginPath();
    pen.roundRect(at.x, at.y, width, ROW_HEIGHT, RADIUS);
    pen.fill();
  } else pen.fillRect(at.x, at.y, width, ROW_HEIGHT);
  if (scene.diff) drawDiffMarks(context, scene.diff, row, { ...at, w: width }, scene.palette.ring);
  if (scene.match?.[row] === 1) {
    pen.strokeStyle = scene.palette.match;
    pen.lineWidth = Math.min(2, width / 2);
    const inset = pen.lineWidth / 2;
    pen.strokeRect(at.x + inset, at.y + inset, width - 2 * inset, ROW_HEIGHT - 2 * inset);
  }
}

/** What is new, gone or an origin is told without colour: a bar, stripes, a ring. */
function drawDiffMarks(
  { pen, gone }: DrawContext,
  diff: DiffRows,
  row: number,
  at: { x: number; y: number; w: number },
  colour: string,
): void {
  if (diff.gone[row] === 1) {
    pen.fillStyle = gone;
    pen.fillRect(at.x, at.y, at.w, ROW_HEIGHT);
  }
  if (diff.fresh[row] === 1) {
    pen.fillStyle = colour;
    pen.fillRect(at.x, at.y, Math.min(at.w < 24 ? 2 : 3, at.w), ROW_HEIGHT);
  }
  if (diff.origin[row] === 1 && at.w > 5) {
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(at.x + 1, at.y + 1, at.w - 2, ROW_HEIGHT - 2);
  }
}

/** Texts come after all rectangles, one face after the other: switching faces is what costs. */
function drawTexts({ pen, fonts }: DrawContext, scene: Scene, texts: readonly Text[]): void {
  const shares: {
    text: string;
    right: number;
    y: number;
    bold: boolean;
    alpha: number;
    colour: string;
  }[] = [];
  pen.textBaseline = 'middle';
  pen.textAlign = 'left';
  for (const bold of [false, true]) {
    pen.font = bold ? fonts.bold : fonts.regular;
    for (const { row, x, y, w } of texts) {
      if (isBold(scene, row) !== bold) continue;
      const label = fitLabel(w, fonts.advance, labelOf(scene, row));
      const middle = y + ROW_HEIGHT / 2 + 0.5;
      if (scene.match !== null) pen.globalAlpha = alphaOf(scene, row);
      const colours = labelColours(scene, row);
      pen.fillStyle = colours.name;
      drawName(pen, label.name, { x: x + 5, y: middle, room: w - 8, advance: fonts.advance });
      if (label.second !== '') {
        pen.font = fonts.regular;
        pen.fillStyle = colours.second;
        const indent = 5 + label.name.length * fonts.advance + 8;
        drawName(pen, label.second, {
          x: x + indent,
          y: middle,
          room: w - indent,
          advance: fonts.advance,
        });
        pen.font = bold ? fonts.bold : fonts.regular;
      }
      if (label.share !== '')
        shares.push({
          text: label.share,
          right: x + w - 7,
          y: middle,
          bold,
          alpha: pen.globalAlpha,
          colour: bold ? colours.name : colours.second,
        });
    }
  }
  pen.textAlign = 'right';
  for (const share of shares) {
    pen.font = share.bold ? fonts.shareBold : fonts.share;
    if (scene.match !== null) pen.globalAlpha = share.alpha;
    pen.fillStyle = share.colour;
    pen.fillText(share.text, share.right, share.y);
  }
}

/** Letters wider than the face's advance (other scripts, emoji) are measured and clipped, not squeezed. */
function drawName(
  pen: Pen,
  text: string,
  at: { x: number; y: number; room: number; advance: number },
): void {
  if (text === '') return;
  if (/^[\x20-\x7e…]*$/.test(text) || pen.measureText(text).width <= at.room) {
    pen.fillText(text, at.x, at.y);
    return;
  }
  pen.save();
  pen.beginPath();
  pen.rect(at.x, at.y - ROW_HEIGHT / 2, at.room, ROW_HEIGHT);
  pen.clip();
  pen.fillText(text, at.x, at.y);
  pen.restore();
}

/** Rings may reach this far out of a frame, so the upper layer is larger by as much on every side. */
export const OVERLAY_MARGIN = 3;

/** The upper layer: what is hovered, linked and selected. Cheap, so that hovering never redraws the frames. */
export function drawHighlights(pen: Pen, scene: Scene, highlights: Highlights): void {
  const full = { w: scene.width + 2 * OVERLAY_MARGIN, h: scene.height + 2 * OVERLAY_MARGIN };
  pen.clearRect(0, 0, full.w, full.h);
  const place = (row: number) => {
    const { x, y, w } = rectOf(scene, row);
    const width = Math.max(w - gapOf(w), 0.6);
    return { x: x + OVERLAY_MARGIN, y: y - scene.scrollTop + OVERLAY_MARGIN, w: width };
  };
  const visible = (row: number): boolean => {
    const { y, w } = rectOf(scene, row);
    return w > 0 && y + ROW_HEIGHT > scene.scrollTop && y < scene.scrollTop + scene.height;
  };
  if (highlights.linked !== null) {
    pen.fillStyle = scene.palette.linked;
    pen.strokeStyle = scene.palette.labelSecond;
    pen.lineWidth = 1;
    highlights.linked.forEach((on, row) => {
      if (on !== 1 || row === highlights.hover || !visible(row)) return;
      const at = place(row);
      pen.fillRect(at.x, at.y, Math.max(at.w, 1), ROW_HEIGHT);
      if (at.w > 4) pen.strokeRect(at.x + 0.5, at.y + 0.5, at.w - 1, ROW_HEIGHT - 1);
    });
  }
  if (highlights.hover >= 0 && visible(highlights.hover)) {
    const at = place(highlights.hover);
    pen.fillStyle = scene.palette.hover;
    pen.fillRect(at.x, at.y, at.w, ROW_HEIGHT);
  }
  if (highlights.selected >= 0 && visible(highlights.selected)) {
    const at = place(highlights.selected);
    ring(pen, { colour: scene.palette.surface, width: 1, out: -0.5 }, at);
    ring(pen, { colour: scene.palette.ring, width: 2, out: 1 }, at);
  }
}

function ring(
  pen: Pen,
  line: { colour: string; width: number; out: number },
  at: { x: number; y: number; w: number },
): void {
  const { out } = line;
  pen.strokeStyle = line.colour;
  pen.lineWidth = line.width;
  pen.beginPath();
  pen.roundRect(
    at.x - out,
    at.y - out,
    Math.max(0, at.w + 2 * out),
    ROW_HEIGHT + 2 * out,
    Math.max(0, RADIUS + out),
  );
  pen.stroke();
}
