/** A canvas with as many pixels as the screen shows, drawn on in CSS pixels. */
export class ScreenCanvas {
  readonly element = document.createElement('canvas');

  constructor(stage: HTMLElement, className: string) {
    this.element.className = className;
    stage.append(this.element);
  }

  /** The pen for a drawing of this size; a changed size empties the canvas. */
  pen(width: number, height: number): CanvasRenderingContext2D {
    const { element } = this;
    const ratio = window.devicePixelRatio || 1;
    const pixels = { w: Math.round(width * ratio), h: Math.round(height * ratio) };
    if (element.width !== pixels.w || element.height !== pixels.h) {
      element.width = pixels.w;
      element.height = pixels.h;
      element.style.width = `${width}px`;
      element.style.height = `${height}px`;
    }
    const pen = element.getContext('2d')!;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    return pen;
  }
}
