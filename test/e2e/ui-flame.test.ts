import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { launchBrowser, openPage, type TestPage } from '../support/browser.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { parseTree } from '../support/ui-fixture-tree.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

let browser: Browser;
let fixture: UiFixture;
let opened: TestPage | null = null;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  fixture = await startUiFixture();
});
afterEach(async () => {
  const last = opened;
  opened = null;
  try {
    await last?.close();
  } finally {
    await fixture.close();
  }
});

const query = (page: Page): Record<string, string> =>
  Object.fromEntries(new URL(page.url()).searchParams);
const heading = (page: Page) => page.locator('h1').innerText();
const details = (page: Page) => page.locator('.details').innerText();

// One suite for both renderers: what a user does must not depend on how frames are drawn.
describe.each(['canvas', 'svg'])('drawn with %s', (renderer) => {
  async function openGraph(
    search = '',
    options: Parameters<typeof openPage>[1] = {},
  ): Promise<Page> {
    opened = await openPage(browser, { reducedMotion: true, ...options });
    const { page } = opened;
    await page.addInitScript((name) => localStorage.setItem('flamehouse-renderer', name), renderer);
    await page.goto(`${fixture.url}/explore?svc=checkout${search}`);
    await page.waitForFunction(
      (name) => window.__flamehouse?.flameView?.test.renderer === name,
      renderer,
    );
    await graphReady(page);
    return page;
  }

  test('a click zooms, the URL says so, Back undoes it, a reload shows the same', async () => {
    const page = await openGraph('', { reducedMotion: false });
    const before = await flame(page).rectOf('priceCart');
    await flame(page).click('priceCart');
    await zoomDone(page);
    const zoomed = await flame(page).rectOf('priceCart');
    expect(zoomed.width).toBeGreaterThan(before.width * 2);
    expect(query(page)).toMatchObject({ fn: 'priceCart', svc: 'checkout' });
    expect(await heading(page)).toContain('of priceCart goes through deserializeConfig');
    expect(await details(page)).toContain('of focus');

    await page.reload();
    await graphReady(page);
    expect((await flame(page).rectOf('priceCart')).width).toBe(zoomed.width);

    await page.goBack();
    await zoomDone(page);
    expect((await flame(page).rectOf('priceCart')).width).toBe(before.width);
    expect(query(page)['f']).toBe(undefined);
  });

  test('hovering a frame fills the details and lights up its function in the table, and back', async () => {
    const page = await openGraph();
    const at = await flame(page).rectOf('reserveStock');
    await page.mouse.move(at.x + at.width / 2, at.y + 10);
    await page.waitForFunction(() =>
      document.querySelector('.details')?.textContent?.includes('reserveStock'),
    );
    expect(await details(page)).toContain('src/stock/reserve.ts:41');
    expect(await page.locator('tr.is-hover').count()).toBeLessThanOrEqual(1);
    await page.hover('tr:has-text("Scavenge")');
    expect(await details(page)).toMatch(/Scavenge.* self.* total.* of all/s);
  });

  test('a search marks the graph, filters the table, counts, and steps through what it found', async () => {
    const page = await openGraph();
    await page.keyboard.press('/');
    await page.keyboard.type('cart');
    expect(await page.locator('.search .count').innerText()).toBe('4\u00a0functions, 57.2\u00a0%');
    expect(await page.locator('tbody tr[data-function]').count()).toBe(4);
    expect(query(page)).toEqual({ s: 'cart', svc: 'checkout' });
    await page.keyboard.press('Enter');
    expect(await page.locator('.search .count').innerText()).toBe('1 of 4\u00a0frames');
    expect(await details(page)).toContain('priceCart');
    await page.keyboard.press('Shift+Enter');
    expect(await page.locator('.search .count').innerText()).toBe('4 of 4\u00a0frames');
    await page.keyboard.press('Escape');
    expect(query(page)).toEqual({ svc: 'checkout' });
  });

  test('the keyboard walks the picture', async () => {
    const page = await openGraph();
    await page.focus('#flame');
    for (const key of ['h', 'ArrowUp', 'ArrowUp']) await page.keyboard.press(key);
    expect(await details(page)).toContain('loadPriceRules');
    const current = () =>
      page.evaluate(() => {
        const id = document.getElementById('flame')!.getAttribute('aria-activedescendant')!;
        return document.getElementById(id)?.textContent;
      });
    expect(await current()).toMatch(/^loadPriceRules, 35\.2\u00a0%, /);
    await page.keyboard.press('Enter');
    await zoomDone(page);
    expect(query(page)['fn']).toBe('loadPriceRules');
    await page.keyboard.press('Escape');
    await zoomDone(page);
    expect(query(page)['fn']).toBe('priceCart');
    await page.keyboard.press('Home');
    await zoomDone(page);
    expect(query(page)).toEqual({ svc: 'checkout' });

    // Keys that come faster than frames are painted: each starts where the last one went.
    await page.evaluate(async () => {
      for (const key of ['h', 'ArrowUp', 'ArrowUp']) {
        const press = new KeyboardEvent('keydown', { key, bubbles: true });
        document.getElementById('flame')!.dispatchEvent(press);
        await Promise.resolve();
      }
    });
    expect(await current()).toContain('loadPriceRules');
  });

  test('a frame with folded callees is asked for in full and grafted in', async () => {
    const text = `
all | root | 1000
  serve | src/routes/a.ts | 600
    parse | native | 400
    +7 smaller | rest | 150`;
    fixture.state.tree = parseTree(text);
    fixture.state.detail = parseTree(
      text.replace('+7 smaller | rest | 150', 'render | src/render.ts | 150'),
    );
    const page = await openGraph();
    expect(await flame(page).has('+7 smaller')).toBe(true);
    await flame(page).click('serve');
    await page.waitForFunction(
      () => window.__flamehouse?.flameView?.test.rectOf('render') !== null,
    );
    expect(await flame(page).has('+7 smaller')).toBe(false);
    expect(fixture.state.requests.some((url) => url.includes('root='))).toBe(true);
    expect(await page.locator('.foot').innerText()).toContain('nothing folded');
  });

  test('a link to a frame that is not in the data shows everything and says so', async () => {
    const page = await openGraph('&f=aaaaaaaaaaaaaaaa&fn=loadPriceRulesSync');
    expect(await page.locator('.notice').innerText()).toContain(
      'is not in this data. Showing everything.',
    );
    expect(await page.locator('.chip.gone').innerText()).toContain('loadPriceRulesSync');
    await page.click('.chip.gone button');
    expect(query(page)).toEqual({ svc: 'checkout' });
  });

  test('every frame lies inside its caller, beside its neighbours, and under the pointer', async () => {
    const page = await openGraph();
    const wrong = await page.evaluate(() => {
      const view = window.__flamehouse!.flameView!.test;
      return view.visible().flatMap(({ id, name }) => {
        const at = id === '' ? null : view.rectOf(id);
        if (at === null) return [];
        const found = view.frameAt(at.x + at.width / 2, at.y + 10);
        return found?.id === id ? [] : [`${name}: found ${found?.name}`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('the colour under a frame is that of its kind, and dark is another one', async () => {
    const page = await openGraph();
    const shade = async (): Promise<string> => {
      const { x, y } = await flame(page).rectOf('priceCart');
      const png = await page.screenshot({ clip: { x: x + 2, y: y + 3, width: 1, height: 1 } });
      return page.evaluate(async (base64) => {
        const image = new Image();
        image.src = `data:image/png;base64,${base64}`;
        await image.decode();
        const pen = new OffscreenCanvas(1, 1).getContext('2d')!;
        pen.drawImage(image, 0, 0);
        const [r, g, b] = pen.getImageData(0, 0, 1, 1).data;
        return ((r! << 16) | (g! << 8) | b!).toString(16);
      }, png.toString('base64'));
    };
    expect(await shade()).toBe('f9bf85');
    await page.click('[aria-label="Use dark colours"]');
    await zoomDone(page);
    expect(await shade()).toBe('905b29');
  });

  test('narrower windows, twice the pixels and no motion keep the layout', async () => {
    const page = await openGraph('', { scale: 2, reducedMotion: true });
    const wide = await flame(page).rectOf('priceCart');
    await page.setViewportSize({ width: 1180, height: 800 });
    await page.waitForFunction(
      (width) => (window.__flamehouse?.flameView?.test.rectOf('priceCart')?.width ?? width) < width,
      wide.width,
    );
    const all = await flame(page).rectOf('all');
    const narrow = await flame(page).rectOf('priceCart');
    expect(narrow.width / all.width).toBeCloseTo(0.424, 3);
    await flame(page).click('priceCart');
    await zoomDone(page);
    expect((await flame(page).rectOf('priceCart')).width).toBeCloseTo(all.width, 1);
  });
});
