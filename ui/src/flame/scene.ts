import { formatPercent } from '../format.ts';
import { diffClass, fillClass, type Palette, REST_CLASS, ROOT_CLASS } from './colours.ts';
import { type DiffRows, diffLabel, isSignificant } from './diff-rows.ts';
import { displayName, secondLabel } from './labels.ts';
import { type FlameTree, REST_FRAME, ROOT_FRAME } from './tree.ts';

export const ROW_PITCH = 22;
export const ROW_HEIGHT = 21;
/** Narrower frames are merged into columns of one pixel. */
export const FRAME_WIDTH_MIN = 0.5;

/** What to draw: the same for every renderer. Values are those of the tree, lengths CSS pixels. */
export interface Scene {
  readonly tree: FlameTree;
  readonly look: Look;
  readonly palette: Palette;
  readonly focus: number; // row that fills the width, once a zoom is over
  readonly from: number; // value at the left edge
  readonly to: number; // value at the right edge
  readonly width: number;
  readonly height: number; // of the part that can be seen
  readonly scrollTop: number;
  readonly emphasis: Uint8Array | null; // row -> 1 on the hot path, 2 emphasised
  readonly match: Uint8Array | null; // row -> 1 when it matches; null when nothing is searched
  readonly rootAtBottom: boolean;
  readonly diff?: DiffRows | null; // colours are changes between two sides
  readonly hideRoot: boolean; // the root is drawn elsewhere: callers of a sandwich stand on its function
}

/** What the layer above the frames shows. */
export interface Highlights {
  readonly hover: number; // row, -1 for none
  readonly selected: number;
  readonly linked: Uint8Array | null; // row -> 1: frames of the function that is hovered elsewhere
}

/** Names, second labels and colour classes of the frames of a tree: made for what is drawn, and then kept. */
export interface Look {
  readonly name: (frame: number) => string;
  readonly second: (frame: number) => string;
  readonly fill: (frame: number) => number;
}

export function lookOf({ frames }: FlameTree): Look {
  const describe = (frame: number) => ({
    file: frames.file[frame]!,
    package: frames.package[frame]!,
    kind: frames.kind[frame]!,
  });
  const names: string[] = [];
  const seconds: string[] = [];
  const fills = new Int8Array(frames.id.length).fill(-1);
  return {
    name: (frame) => (names[frame] ??= displayName(frames.name[frame]!)),
    second: (frame) => (seconds[frame] ??= secondLabel(describe(frame), frames.name[frame]!)),
    fill(frame) {
      if (fills[frame]! < 0) fills[frame] = fillClass(describe(frame));
      return fills[frame]!;
    },
  };
}

export function fillOf(scene: Scene, row: number): number {
  const frame = scene.tree.frame[row]!;
  if (scene.diff && frame !== REST_FRAME) return diffClass(scene.diff.step[row]!);
  if (frame === ROOT_FRAME) return ROOT_CLASS;
  return frame === REST_FRAME ? REST_CLASS : scene.look.fill(frame);
}

export const isRest = (scene: Scene, row: number): boolean => scene.tree.frame[row] === REST_FRAME;

/** Frames off the hot path step back, unless a search or nothing at all is highlighted. */
export const isQuiet = (scene: Scene, row: number): boolean =>
  scene.emphasis !== null && scene.emphasis[row] !== 2 && scene.match === null;

export const isBold = (scene: Scene, row: number): boolean =>
  scene.diff
    ? isSignificant(scene.diff, row)
    : scene.match === null && scene.emphasis !== null && scene.emphasis[row] === 2;

/** The colour of a name, of the second label and of the share on a frame's own fill. */
export function labelColours(scene: Scene, row: number): { name: string; second: string } {
  const { palette, diff } = scene;
  if (isRest(scene, row)) return { name: palette.labelRest, second: palette.labelRest };
  if (!diff) return { name: palette.label, second: palette.labelSecond };
  // On the stripes of what is gone no step's own label can be read.
  const step = diff.gone[row] === 1 ? -1 : Math.abs(diff.step[row]!);
  const colour = step < 0 ? palette.ring : palette.diffLabels[step]!;
  return { name: colour, second: colour };
}

export function labelOf(
  scene: Scene,
  row: number,
): { name: string; second: string; share: string } {
  const { tree, look } = scene;
  const frame = tree.frame[row]!;
  if (frame === REST_FRAME) return { name: `+${tree.folded[row]} smaller`, second: '', share: '' };
  if (scene.diff) {
    const name = frame === ROOT_FRAME ? 'all' : look.name(frame);
    const { mark, share } = diffLabel(scene.diff, row);
    return { name: `${mark}${name}`, second: frame < 0 ? '' : look.second(frame), share };
  }
  const share = formatPercent(tree.total[row]! / (tree.total[0]! || 1));
  if (frame === ROOT_FRAME) return { name: 'all', second: '', share };
  return { name: look.name(frame), second: look.second(frame), share };
}

/** How high the whole drawing is; a root at the bottom stands at the foot of the pane. */
export function contentHeight(
  scene: Pick<Scene, 'tree' | 'height' | 'rootAtBottom' | 'hideRoot'>,
): number {
  const rows = scene.tree.depthMax + (scene.hideRoot ? 0 : 1);
  return scene.rootAtBottom ? Math.max(rows * ROW_PITCH, scene.height) : rows * ROW_PITCH;
}

/** The top of a depth in the drawing. A hidden root lies just outside of it. */
export function yOf(scene: Scene, depth: number): number {
  const at = depth - (scene.hideRoot ? 1 : 0);
  return scene.rootAtBottom ? contentHeight(scene) - (at + 1) * ROW_PITCH : at * ROW_PITCH;
}

/** The depth drawn at a height: the inverse of `yOf`. */
export function depthAt(scene: Scene, y: number): number {
  const at = Math.floor((scene.rootAtBottom ? contentHeight(scene) - y : y) / ROW_PITCH);
  return at + (scene.hideRoot ? 1 : 0);
}

/** Where a row lies, in pixels from the left and top of the drawing (not of what is scrolled into view). */
export function rectOf(scene: Scene, row: number): { x: number; y: number; w: number; h: number } {
  const scale = scene.width / (scene.to - scene.from || 1);
  const left = Math.max(0, (scene.tree.start[row]! - scene.from) * scale);
  const right = Math.min(
    scene.width,
    (scene.tree.start[row]! + scene.tree.total[row]! - scene.from) * scale,
  );
  return { x: left, y: yOf(scene, scene.tree.depth[row]!), w: right - left, h: ROW_HEIGHT };
}

/** The gap between neighbours, which very narrow frames give up for their own colour. */
export const gapOf = (width: number): number => (width > 3 ? 1 : 0.3);
