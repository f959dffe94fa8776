import { signal } from '@preact/signals';

export type RendererName = 'canvas' | 'svg';
const KEY = 'flamehouse-renderer';

function stored(): RendererName {
  try {
    return localStorage.getItem(KEY) === 'svg' ? 'svg' : 'canvas';
  } catch {
    return 'canvas'; // Storage is blocked: nothing was chosen.
  }
}

/** How frames are drawn, as this browser's user chose. */
export const rendererName = signal<RendererName>(stored());

export function chooseRenderer(name: RendererName): void {
  rendererName.value = name;
  try {
    localStorage.setItem(KEY, name);
  } catch {
    // Storage is blocked: the choice holds for this page.
  }
}
