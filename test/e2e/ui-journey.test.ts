import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot } from '../support/browser.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { flame, graphReady } from '../support/ui-page.ts';

let browser: Browser;
let fixture: UiFixture;

beforeAll(async () => {
  [browser, fixture] = await Promise.all([launchBrowser(), startUiFixture()]);
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});

// Issue 5: who has never seen the program finds the function, its callers, its share and its history.
test.each([
  { name: '1440-light', width: 1440, height: 900, dark: false },
  { name: '1440-dark', width: 1440, height: 900, dark: true },
  { name: '390-light', width: 390, height: 844, dark: false },
  { name: '390-dark', width: 390, height: 844, dark: true },
])(
  'from the landing page to deserializeConfig in three clicks, $name',
  async ({ name, ...size }) => {
    const { page, close } = await openPage(browser, { ...size, reducedMotion: true });
    await page.goto(fixture.url);
    await page.waitForSelector('.list tbody tr');
    await screenshot(page, `journey-${name}-0-services`);

    // 1: the service that the sentence names, with what its last deploy did to it.
    await page.waitForSelector('h1:has-text("2 of 7 services need a look.")');
    expect(await page.locator('.page-head p').innerText()).toMatch(
      /^checkout: .* takes .* more CPU per request/,
    );
    await page.click('.list a:has-text("checkout")');
    await graphReady(page);
    // Its share is the sentence of the page.
    expect(await page.locator('h1').innerText()).toBe(
      '33\u00a0% of CPU goes through deserializeConfig.',
    );
    await screenshot(page, `journey-${name}-1-explore`);

    // 2: the function, in the path under the sentence. Its history stands in the strip.
    await page.click('.crumbs button:has-text("deserializeConfig")');
    await graphReady(page);
    await page.waitForFunction(() =>
      document.querySelector('.history figcaption')?.textContent?.includes('→'),
    );
    expect(await page.locator('.history').getAttribute('aria-label')).toBe(
      'History: 16\u00a0% → 33\u00a0%',
    );
    await screenshot(page, `journey-${name}-2-function`);

    // 3: its callers.
    await page.click('.details .btn:has-text("Callers")');
    await page.waitForSelector('.sandwich');
    await graphReady(page);
    expect(await page.locator('.crumbs').innerText()).toMatch(/of it from\s*loadPriceRules/);
    await screenshot(page, `journey-${name}-3-callers`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await close();
  },
);

/** Press Tab until what has the focus is what is looked for. */
async function tabTo(page: Page, what: string, found: () => boolean): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if (await page.evaluate(found)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`60 tabs did not lead to ${what}`);
}

test('the same with the keyboard alone', async () => {
  const { page, close } = await openPage(browser, { reducedMotion: true });
  await page.goto(fixture.url);
  await page.waitForSelector('.list tbody tr');
  await tabTo(page, 'checkout', () => document.activeElement?.textContent === 'checkout');
  await page.keyboard.press('Enter');
  await graphReady(page);
  await tabTo(page, 'the graph', () => document.activeElement?.id === 'flame');
  // What the sentence names is picked already.
  await page.keyboard.press('s');
  await page.waitForSelector('.sandwich');
  await graphReady(page);
  // The search steps through callers and callees.
  await page.keyboard.press('/');
  await page.keyboard.type('price');
  const count = () => page.locator('.search .count').innerText();
  for (const expected of ['1 of 2\u00a0frames', '2 of 2\u00a0frames', '1 of 2\u00a0frames']) {
    await page.keyboard.press('Enter');
    expect(await count()).toBe(expected);
  }
  expect(await page.locator('.details').innerText()).toMatch(/price/i);
  await close();
});

test('a deploy, its comparison, a trace and a source with the keyboard alone', async () => {
  const { page, close } = await openPage(browser, { reducedMotion: true });
  await page.goto(`${fixture.url}/deploys`);
  await page.waitForSelector('.list tbody tr');
  await tabTo(
    page,
    'the first deploy',
    () => document.activeElement?.matches('tbody [aria-expanded]') === true,
  );
  await page.keyboard.press('Enter');
  await page.waitForSelector('.drawer');
  await tabTo(page, 'Compare', () => document.activeElement?.textContent === 'Compare');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/compare\?/);
  await graphReady(page);
  await tabTo(page, 'the graph', () => document.activeElement?.id === 'flame');
  // The first arrow picks the root, which everything is below.
  for (const key of ['ArrowDown', 'ArrowDown', 'Enter']) await page.keyboard.press(key);
  await page.waitForURL(/[?&]f=[0-9a-f]{16}/);

  await page.goto(`${fixture.url}/traces?svc=checkout`);
  await page.waitForSelector('tbody a.name');
  await tabTo(page, 'a trace', () => document.activeElement?.matches('tbody a.name') === true);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/trace\/[0-9a-f]{32}/);
  await graphReady(page);
  await tabTo(
    page,
    'the spans',
    () => document.activeElement?.matches('section:has(> .wf)') === true,
  );
  await page.keyboard.press('ArrowDown');
  await page.waitForURL(/\/span\/[0-9a-f]{16}/);
  await tabTo(
    page,
    'the way to Explore',
    () => document.activeElement?.textContent?.trim() === 'Open in Explore',
  );
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/explore\?/);
  await graphReady(page);
  await tabTo(page, 'the graph', () => document.activeElement?.id === 'flame');
  for (const key of ['h', 'o']) await page.keyboard.press(key);
  await page.waitForURL(/\/source\?/);
  await close();
});

// CDP shows the page as people see it who tell colours apart otherwise, or not at all.
test('what matters is told by more than colour', async () => {
  const { page, context, close } = await openPage(browser, { reducedMotion: true });
  const session = await context.newCDPSession(page);
  await page.goto(`${fixture.url}/explore?svc=checkout&s=price&by=endpoint`);
  await graphReady(page);
  await page.waitForSelector('.legend.lines > :nth-child(4)');
  const dashes = await page
    .locator('.legend.lines path')
    .evaluateAll((paths) => paths.map((path) => path.getAttribute('stroke-dasharray') ?? ''));
  expect(new Set(dashes).size).toBe(dashes.length);
  for (const type of ['deuteranopia', 'protanopia', 'tritanopia', 'achromatopsia'] as const) {
    await session.send('Emulation.setEmulatedVisionDeficiency', { type });
    await screenshot(page, `journey-${type}`);
    const match = await flame(page).rectOf('priceCart');
    const other = await flame(page).rectOf('reserveStock');
    const rest = await flame(page).rectOf('+14 smaller');
    const [ring, fill, dimmed, ...hatch] = await lightness(page, [
      { x: match.x + 1, y: match.y + 10 },
      { x: match.x + match.width - 60, y: match.y + 3 },
      { x: other.x + 3, y: other.y + 17 },
      ...Array.from({ length: 10 }, (_, i) => ({ x: rest.x + 2 + i, y: rest.y + 10 })),
    ]);
    // A match has a ring that stands out from its own fill; what does not match is dimmed.
    expect(contrast(ring!, fill!), `${type}: ring of a match`).toBeGreaterThan(3);
    expect(dimmed, `${type}: what does not match`).toBeGreaterThan(fill!);
    // What was folded is hatched: not of one shade.
    expect(Math.max(...hatch) - Math.min(...hatch), `${type}: hatch`).toBeGreaterThan(0.02);
  }
  await close();
});

test.each(['/', '/explore?svc=checkout', '/explore?svc=checkout&t=heap&view=growth'])(
  'nothing is cut off at twice the size: %s',
  async (path) => {
    const { page, close } = await openPage(browser, {
      width: 720,
      height: 450,
      scale: 2,
      reducedMotion: true,
    });
    await page.goto(`${fixture.url}${path}`);
    await page.waitForSelector('h1:visible');
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await close();
  },
);

/** Relative luminance of points of the page, 0 to 1. */
async function lightness(
  page: Page,
  points: readonly { readonly x: number; readonly y: number }[],
): Promise<number[]> {
  const png = (await page.screenshot()).toString('base64');
  return page.evaluate(
    async ([base64, wanted]) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const pen = new OffscreenCanvas(image.width, image.height).getContext('2d')!;
      pen.drawImage(image, 0, 0);
      const linear = (byte: number): number =>
        byte <= 10 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4;
      return wanted.map(({ x, y }) => {
        const [r, g, b] = pen.getImageData(Math.round(x), Math.round(y), 1, 1).data;
        return 0.2126 * linear(r!) + 0.7152 * linear(g!) + 0.0722 * linear(b!);
      });
    },
    [png, points] as const,
  );
}

/** As WCAG 2 counts it, 1 to 21. */
const contrast = (a: number, b: number): number =>
  (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
