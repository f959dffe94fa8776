import type { Palette } from './colours.ts';
import { drawFrames, drawHighlights, type Fonts, OVERLAY_MARGIN } from './draw.ts';
import type { FlameRenderer } from './renderer.ts';
import type { Highlights, Scene } from './scene.ts';

/** Two canvases, frames below and highlights above, as large as what can be seen. */
export class CanvasRenderer implements FlameRenderer {
  readonly name = 'canvas';
  private readonly frames = document.createElement('canvas');
  private readonly over = document.createElement('canvas');
  private fonts: Fonts | null = null;
  private hatch: CanvasPattern | string = '';
  private themed: Palette | null = null;
  private ratio = 0;

  constructor(private readonly stage: HTMLElement) {
    this.frames.className = 'frames';
    this.over.className = 'over';
    this.over.style.left = `${-OVERLAY_MARGIN}px`;
    this.over.style.top = `${-OVERLAY_MARGIN}px`;
    stage.append(this.frames, this.over);
  }

  draw(scene: Scene): number {
    const pen = this.prepare(this.frames, scene.width, scene.height);
    if (this.themed !== scene.palette || this.fonts === null) {
      this.themed = scene.palette;
      this.fonts = readFonts(pen, scene.palette);
      this.hatch = hatchPattern(pen, scene.palette, this.ratio);
    }
    return drawFrames({ pen, fonts: this.fonts, hatch: this.hatch }, scene);
  }

  highlight(scene: Scene, highlights: Highlights): void {
    const margin = 2 * OVERLAY_MARGIN;
    drawHighlights(
      this.prepare(this.over, scene.width + margin, scene.height + margin),
      scene,
      highlights,
    );
  }

  destroy(): void {
    this.stage.replaceChildren();
  }

  /** A canvas has as many pixels as the screen shows, and draws in CSS pixels. */
  private prepare(
    canvas: HTMLCanvasElement,
    width: number,
    height: number,
  ): CanvasRenderingContext2D {
    const ratio = window.devicePixelRatio || 1;
    if (ratio !== this.ratio) {
      this.ratio = ratio;
      this.themed = null;
    }
    const pixels = { w: Math.round(width * ratio), h: Math.round(height * ratio) };
    const pen = canvas.getContext('2d')!;
    if (canvas.width !== pixels.w || canvas.height !== pixels.h) {
      canvas.width = pixels.w;
      canvas.height = pixels.h;
      canvas.style.width = `${width}px`;
      canvas.style.height = `${height}px`;
    }
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return pen;
  }
}

function readFonts(pen: CanvasRenderingContext2D, palette: Palette): Fonts {
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

/** Stripes of 3 px at 135 degrees, as `.frame.rest` of the design. */
function hatchPattern(
  pen: CanvasRenderingContext2D,
  palette: Palette,
  ratio: number,
): CanvasPattern | string {
  const size = 8;
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(size * ratio);
  const brush = tile.getContext('2d')!;
  brush.scale(tile.width / size, tile.height / size);
  brush.fillStyle = palette.canvas;
  brush.fillRect(0, 0, size, size);
  brush.strokeStyle = palette.fills.at(-1)!;
  brush.lineWidth = 3;
  for (const offset of [-size, 0, size]) {
    brush.beginPath();
    brush.moveTo(offset - 2, size + 2);
    brush.lineTo(offset + size + 2, -2);
    brush.stroke();
  }
  const pattern = pen.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(size / tile.width, size / tile.height));
  return pattern ?? palette.fills.at(-1)!;
}
