import { type Palette, parseHex } from './colours.ts';
import { type DrawContext, drawFrames, type Fonts } from './draw.ts';
import { HighlightLayer } from './highlight-layer.ts';
import type { FlameRenderer } from './renderer.ts';
import type { Highlights, Scene } from './scene.ts';
import { ScreenCanvas } from './screen-canvas.ts';

/** Two canvases, frames below and highlights above, as large as what can be seen. */
export class CanvasRenderer implements FlameRenderer {
  readonly name = 'canvas';
  readonly ownMotion = false;
  private readonly frames: ScreenCanvas;
  private readonly over: HighlightLayer;
  private tools: Omit<DrawContext, 'pen'> | null = null;
  private madeFor: { palette: Palette; ratio: number } | null = null;

  constructor(private readonly stage: HTMLElement) {
    this.frames = new ScreenCanvas(stage, 'frames');
    this.over = new HighlightLayer(stage);
  }

  draw(scene: Scene): number {
    const pen = this.frames.pen(scene.width, scene.height);
    const { palette } = scene;
    const ratio = window.devicePixelRatio || 1;
    if (this.tools === null || this.madeFor?.palette !== palette || this.madeFor.ratio !== ratio) {
      const colours = { ground: palette.canvas, stripe: palette.hatch, width: 3 };
      const veil = { ground: null, stripe: withAlpha(palette.canvas, GONE_VEIL), width: 4 };
      this.tools = {
        fonts: readFonts(pen, palette),
        hatch: hatchPattern(pen, colours, ratio),
        gone: hatchPattern(pen, veil, ratio),
      };
      this.madeFor = { palette, ratio };
    }
    return drawFrames({ pen, ...this.tools }, scene);
  }

  highlight(scene: Scene, highlights: Highlights): void {
    this.over.draw(scene, highlights);
  }

  destroy(): void {
    this.stage.replaceChildren();
  }
}

/** How much of the ground shows through the stripes of what is gone. */
const GONE_VEIL = 0.6;

function withAlpha(hex: string, alpha: number): string {
  const [r, g, b] = parseHex(hex);
  return `rgb(${r} ${g} ${b} / ${alpha})`;
}

export function readFonts(pen: CanvasRenderingContext2D, palette: Palette): Fonts {
  const regular = `11px ${palette.fontMono}`;
  pen.font = regular;
  return {
    regular,
    bold: `700 11px ${palette.fontMono}`,
    share: `11px ${palette.fontUi}`,
    shareBold: `600 11px ${palette.fontUi}`,
    advance: pen.measureText('MMMMMMMMMM').width / 10,
  };
}

/** Stripes at 135 degrees, as `.frame.rest` and `.frame.gone` of the design. */
function hatchPattern(
  pen: CanvasRenderingContext2D,
  colours: { readonly ground: string | null; readonly stripe: string; readonly width: number },
  ratio: number,
): CanvasPattern | string {
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(size * ratio);
  const brush = tile.getContext('2d')!;
  brush.scale(tile.width / size, tile.height / size);
  if (colours.ground !== null) {
    brush.fillStyle = colours.ground;
    brush.fillRect(0, 0, size, size);
  }
  brush.strokeStyle = colours.stripe;
  brush.lineWidth = colours.width;
  for (const offset of [-size, 0, size]) {
    brush.beginPath();
    brush.moveTo(offset - 2, size + 2);
    brush.lineTo(offset + size + 2, -2);
    brush.stroke();
  }
  const pattern = pen.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(size / tile.width, size / tile.height));
  return pattern ?? colours.stripe;
}
