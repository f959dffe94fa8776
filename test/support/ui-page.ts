import type { Page } from 'playwright-core';
// Declares window.__flamehouse.
import type {} from '../../ui/src/screens/explore/flame-pane.tsx';

/** Wait until the flame graph answers what is asked now, has drawn it, and stands still. */
export async function graphReady(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const probe = window.__flamehouse?.flameView?.test;
    const current = document.querySelector('.kept') === null;
    return current && probe !== undefined && probe.drawnCount > 0 && !probe.animating;
  });
}

/** Wait until a zoom that was just asked for is over. */
export async function zoomDone(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await graphReady(page);
}

/** The flame graph by names instead of pixels. */
export function flame(page: Page) {
  const rectOf = async (name: string) => {
    const rect = await page.evaluate(
      (wanted) => window.__flamehouse?.flameView?.test.rectOf(wanted) ?? null,
      name,
    );
    if (rect === null) throw new Error(`no frame is called ${name}`);
    return rect;
  };
  return {
    rectOf,
    has: (name: string): Promise<boolean> =>
      page.evaluate((wanted) => window.__flamehouse?.flameView?.test.rectOf(wanted) != null, name),
    async click(name: string): Promise<void> {
      const at = await rectOf(name);
      await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2);
    },
  };
}
