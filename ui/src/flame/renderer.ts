import type { Highlights, Scene } from './scene.ts';

/** What FlameView asks of a renderer. State stays in FlameView, so that two renderers cannot drift apart. */
export interface FlameRenderer {
  readonly name: 'canvas' | 'svg';
  /** Draw the frames; returns how many were drawn. */
  draw(scene: Scene): number;
  highlight(scene: Scene, highlights: Highlights): void;
  destroy(): void;
}
