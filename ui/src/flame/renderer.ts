import type { Highlights, Scene } from './scene.ts';

/** What FlameView asks of a renderer. State stays in FlameView, so that two renderers cannot drift apart. */
export interface FlameRenderer {
  readonly name: 'canvas' | 'svg';
  /** Whether it moves frames by itself: then it is given the end of a zoom, not the steps to it. */
  readonly ownMotion: boolean;
  /** Draw the frames; returns how many were drawn. `motionMs` is for renderers with their own motion. */
  draw(scene: Scene, motionMs: number): number;
  highlight(scene: Scene, highlights: Highlights): void;
  destroy(): void;
}

export type RendererFactory = (stage: HTMLElement) => FlameRenderer;
