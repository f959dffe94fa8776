import { drawHighlights, OVERLAY_MARGIN } from './draw.ts';
import type { Highlights, Scene } from './scene.ts';
import { ScreenCanvas } from './screen-canvas.ts';

/** The upper layer of both renderers: what is hovered, linked and selected. */
export class HighlightLayer {
  private readonly canvas: ScreenCanvas;

  constructor(stage: HTMLElement) {
    this.canvas = new ScreenCanvas(stage, 'over');
    this.canvas.element.style.left = `${-OVERLAY_MARGIN}px`;
    this.canvas.element.style.top = `${-OVERLAY_MARGIN}px`;
  }

  draw(scene: Scene, highlights: Highlights): void {
    const margin = 2 * OVERLAY_MARGIN;
    drawHighlights(this.canvas.pen(scene.width + margin, scene.height + margin), scene, highlights);
  }
}
