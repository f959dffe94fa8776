import { useEffect, useState } from 'preact/hooks';
import { CanvasRenderer } from '../../flame/canvas-renderer.ts';
import type { RendererFactory } from '../../flame/renderer.ts';

/** Above this every action of d3-flame-graph is slow: 45 to 70 ms per 1,000 frames. */
const SVG_FRAMES_MAX = 2_000;

const canvas: RendererFactory = (stage) => new CanvasRenderer(stage);

/** Trees of spans are small, so their frames are elements, to find, copy and print; null until it is loaded. */
export function useSvgRenderer(frames: number): RendererFactory | null {
  const [svg, setSvg] = useState<RendererFactory | null>(null);
  const small = frames <= SVG_FRAMES_MAX;
  useEffect(() => {
    if (!small) return;
    import('../../flame/svg-renderer.ts').then(({ SvgRenderer }) => {
      setSvg(() => (stage: HTMLElement) => new SvgRenderer(stage));
    });
  }, [small]);
  return small ? svg : canvas;
}
