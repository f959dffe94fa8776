import { signal } from '@preact/signals';

const SHOWN_MS = 5_000;

/** The one message at the bottom left; '' for none. */
export const toast = signal('');
let timer = 0;

export function showToast(text: string): void {
  toast.value = text;
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    toast.value = '';
  }, SHOWN_MS);
}

/** Copy text; where the page may not use the clipboard (plain http off loopback), through a selection. */
export async function copyText(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    showToast(done);
  } catch {
    showToast(copyBySelection(text) ? done : `Copying is not allowed here. ${text}`);
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'hidden';
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  return copied;
}
