import type { Palette } from './colours.ts';
import { drawFrames, type Fonts } from './draw.ts';
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
  private tools: { fonts: Fonts; hatch: CanvasPattern | string } | null = null;
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
      this.tools = { fonts: readFonts(pen, palette), hatch: hatchPattern(pen, palette, ratio) };
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
  brush.strokeStyle = palette.hatch;
  brush.lineWidth = 3;
  for (const offset of [-size, 0, size]) {
    brush.beginPath();
    brush.moveTo(offset - 2, size + 2);
    brush.lineTo(offset + size + 2, -2);
    brush.stroke();
  }
  const pattern = pen.createPattern(tile, 'repeat');
  pattern?.setTransform(new DOMMatrix().scale(size / tile.width, size / tile.height));
  return pattern ?? palette.hatch;
}
