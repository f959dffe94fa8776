import { readFonts } from '../flame/canvas-renderer.ts';
import { drawFrames } from '../flame/draw.ts';
import { readTheme } from '../flame/flame-view.ts';
import { fitLabel } from '../flame/labels.ts';
import {
  contentHeight,
  fillOf,
  gapOf,
  isRest,
  labelOf,
  lookOf,
  ROW_HEIGHT,
  ROW_PITCH,
  rectOf,
  type Scene,
} from '../flame/scene.ts';
import type { FlameTree } from '../flame/tree.ts';

const WIDTH = 1_400;
const MARGIN = 12;
/** What a canvas of twice the pixels may be high in every browser. */
const HEIGHT_MAX = 8_000;

export interface PictureInput {
  readonly tree: FlameTree;
  readonly focus: number;
  readonly rootAtBottom: boolean;
}

/** The whole graph as it stands on the screen, at a width of its own. */
function pictureScene({ tree, focus, rootAtBottom }: PictureInput): Scene {
  const from = tree.start[focus] ?? 0;
  const scene = {
    tree,
    look: lookOf(tree),
    palette: readTheme(),
    focus,
    from,
    to: from + (tree.total[focus] || 1),
    width: WIDTH,
    height: 0,
    scrollTop: 0,
    emphasis: null,
    match: null,
    rootAtBottom,
    hideRoot: false,
  };
  return { ...scene, height: contentHeight(scene) };
}

const inView = (scene: Scene, row: number): boolean => rectOf(scene, row).w >= 0.5;

/** A picture with real text, for documents: it can be searched, scaled and edited. */
export function svgPicture(input: PictureInput): string {
  const scene = pictureScene(input);
  const { palette, tree } = scene;
  const { advance } = measureFonts(scene);
  const width = WIDTH + 2 * MARGIN;
  const height = scene.height + 2 * MARGIN;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, monospace" font-size="11">`,
    `<rect width="100%" height="100%" fill="${palette.canvas}"/>`,
  ];
  for (let row = 0; row < tree.count; row++) {
    if (!inView(scene, row)) continue;
    const { x, y, w } = rectOf(scene, row);
    const label = labelOf(scene, row);
    const fill = isRest(scene, row) ? palette.hatch : palette.fills[fillOf(scene, row)]!;
    const at = { x: MARGIN + x, y: MARGIN + y };
    const title = [label.name, label.second, label.share].filter((part) => part !== '').join(' · ');
    parts.push(
      `<g><title>${escapeXml(title)}</title><rect x="${at.x.toFixed(2)}" y="${at.y}" width="${Math.max(w - gapOf(w), 0.6).toFixed(2)}" height="${ROW_HEIGHT}" rx="2" fill="${fill}"/>`,
    );
    const fitted = fitLabel(w, advance, label);
    const text = [fitted.name, fitted.second].filter((part) => part !== '').join('  ');
    if (text !== '')
      parts.push(
        `<text x="${(at.x + 5).toFixed(2)}" y="${at.y + 14}" fill="${palette.label}" xml:space="preserve">${escapeXml(text)}</text>`,
      );
    if (fitted.share !== '')
      parts.push(
        `<text x="${(at.x + w - 7).toFixed(2)}" y="${at.y + 14}" text-anchor="end" fill="${palette.labelSecond}">${escapeXml(fitted.share)}</text>`,
      );
    parts.push('</g>');
  }
  return `${parts.join('')}</svg>`;
}

/** The same picture as pixels, two for each of CSS; `cutRows` lie below what a canvas can hold. */
export async function pngPicture(
  input: PictureInput,
): Promise<{ readonly png: Blob; readonly cutRows: number }> {
  const whole = pictureScene(input);
  const height = Math.min(whole.height, HEIGHT_MAX);
  // What is cut are the deepest frames, wherever the root stands.
  const scene = { ...whole, height, scrollTop: whole.rootAtBottom ? whole.height - height : 0 };
  const cutRows = Math.ceil((whole.height - height) / ROW_PITCH);
  const canvas = document.createElement('canvas');
  canvas.width = (WIDTH + 2 * MARGIN) * 2;
  canvas.height = (scene.height + 2 * MARGIN) * 2;
  const pen = canvas.getContext('2d')!;
  pen.scale(2, 2);
  pen.fillStyle = scene.palette.canvas;
  pen.fillRect(0, 0, WIDTH + 2 * MARGIN, scene.height + 2 * MARGIN);
  pen.translate(MARGIN, MARGIN);
  drawFrames(
    {
      pen,
      fonts: readFonts(pen, scene.palette),
      hatch: scene.palette.hatch,
      gone: scene.palette.hatch,
    },
    scene,
  );
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob === null)
        reject(new Error(`no picture of ${canvas.width} × ${canvas.height} pixels`));
      else resolve({ png: blob, cutRows });
    }, 'image/png'),
  );
}

function measureFonts(scene: Scene): { advance: number } {
  return readFonts(document.createElement('canvas').getContext('2d')!, scene.palette);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Names hold any text; XML has no way to say control characters at all. */
export const escapeXml = (text: string): string =>
  text
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
    .replaceAll(/[&<>"']/g, (char) => ENTITIES[char]!);
