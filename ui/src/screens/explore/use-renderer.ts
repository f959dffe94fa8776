import { useEffect, useState } from 'preact/hooks';
import { CanvasRenderer } from '../../flame/canvas-renderer.ts';
import type { RendererFactory } from '../../flame/renderer.ts';
import { rendererName } from '../../state/renderer.ts';

/** Above this every action of d3-flame-graph is slow: 45 to 70 ms per 1,000 frames. */
const SVG_FRAMES_MAX = 2_000;

const canvas: RendererFactory = (stage) => new CanvasRenderer(stage);

/** The canvas, unless the user wants elements and the tree is small enough for them. */
export function useRenderer(frames: number): RendererFactory {
  const [svg, setSvg] = useState<RendererFactory | null>(null);
  const wanted = rendererName.value === 'svg' && frames <= SVG_FRAMES_MAX;
  useEffect(() => {
    if (!wanted) return;
    import('../../flame/svg-renderer.ts').then(({ SvgRenderer }) => {
      setSvg(() => (stage: HTMLElement) => new SvgRenderer(stage));
    });
  }, [wanted]);
  return wanted && svg !== null ? svg : canvas;
}
