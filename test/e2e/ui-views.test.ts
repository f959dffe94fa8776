import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

let browser: Browser;
let fixture: UiFixture;
let opened: TestPage | null = null;

beforeAll(async () => {
  [browser, fixture] = await Promise.all([launchBrowser(), startUiFixture()]);
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});
afterEach(async () => {
  const last = opened;
  opened = null;
  fixture.state.requests.length = 0;
  await last?.close();
});

async function openGraph(query = '', options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  opened = await openPage(browser, { reducedMotion: true, ...options });
  await opened.page.goto(`${fixture.url}/explore?svc=checkout${query}`);
  await graphReady(opened.page);
  return opened.page;
}

const all = (page: Page, name: string): string[] => new URL(page.url()).searchParams.getAll(name);
const heading = (page: Page) => page.locator('h1').innerText();
const menuAt = async (page: Page, name: string): Promise<void> => {
  const at = await flame(page).rectOf(name);
  await page.mouse.click(at.x + at.width / 2, at.y + at.height / 2, { button: 'right' });
  await page.waitForSelector('[role=menu]');
};
const pickItem = async (page: Page, text: string): Promise<void> => {
  await page.click(`[role=menuitem]:has-text("${text}")`);
  await zoomDone(page);
};

test('bottom-up begins where the time was spent, and the URL says so', async () => {
  const page = await openGraph();
  await page.click('[aria-label^="Reading"]');
  await page.click('[role=option]:has-text("Bottom-up")');
  await graphReady(page);
  expect(all(page, 'm')).toEqual(['bottom-up']);
  expect(await heading(page)).toBe('22\u00a0% of CPU is spent in JSON.parse itself.');
  const parse = await flame(page).rectOf('JSON.parse');
  const caller = await flame(page).rectOf('deserializeConfig');
  expect(caller.y).toBeGreaterThan(parse.y);
  await screenshot(page, 'ui-bottom-up');
  await page.goBack();
  await graphReady(page);
  expect(await heading(page)).toMatch(/deserializeConfig/);
});

test('a sandwich shows callers above and callees below, and both come to its total', async () => {
  const page = await openGraph();
  await flame(page).click('deserializeConfig');
  await zoomDone(page);
  await page.click('.details .btn:has-text("Callers")');
  await page.waitForSelector('.sandwich');
  await graphReady(page);
  expect(await heading(page)).toBe('33\u00a0% of CPU goes through deserializeConfig.');
  const widths = await page.evaluate(() => {
    const { flameView, callersView } = window.__flamehouse!;
    const of = (view: typeof flameView | undefined, name: string) => view?.test.rectOf(name);
    return {
      own: of(flameView, 'deserializeConfig'),
      caller: of(callersView, 'loadPriceRules'),
      callee: of(flameView, 'JSON.parse'),
    };
  });
  expect(widths.caller!.y).toBeLessThan(widths.own!.y);
  expect(widths.callee!.y).toBeGreaterThan(widths.own!.y);
  expect(widths.own!.y - widths.caller!.y).toBeLessThan(40);
  expect(Math.abs(widths.caller!.width - widths.own!.width)).toBeLessThan(1);
  await screenshot(page, 'ui-sandwich');
  // A caller in the sentence leads on, and Back returns.
  await page.click('.crumbs button');
  await page.waitForFunction(() =>
    document.querySelector('h1')?.textContent?.includes('loadPrice'),
  );
  await page.goBack();
  await page.click('.seg button:has-text("Both")');
  await graphReady(page);
  expect(all(page, 'sw')).toEqual([]);
});

test('a right click takes steps; each is a chip, and Back, ✕ and undo take them back', async () => {
  const page = await openGraph();
  await menuAt(page, 'priceCart');
  await screenshot(page, 'ui-menu');
  await pickItem(page, 'Only through this');
  expect(all(page, 'x')[0]).toMatch(/^only:[0-9a-f]{16}~priceCart$/);
  expect(await page.locator('.chip.step').innerText()).toMatch(/only through\s*priceCart/);
  const first = await flame(page).rectOf('onParserExecuteCommon');
  const cart = await flame(page).rectOf('priceCart');
  expect(Math.abs(first.width - cart.width)).toBeLessThan(1);
  // The table takes the step too.
  expect(fixture.state.requests.some((url) => /functions\?.*x=only/.test(url))).toBe(true);
  await menuAt(page, 'deserializeConfig');
  await pickItem(page, 'Not through this');
  expect(await flame(page).has('deserializeConfig')).toBe(false);
  expect(await page.locator('.chip.step').count()).toBe(2);
  await screenshot(page, 'ui-steps');
  await page.goBack();
  await graphReady(page);
  expect(await flame(page).has('deserializeConfig')).toBe(true);
  await page.click('[aria-label="Undo the last step"]');
  await graphReady(page);
  expect(all(page, 'x')).toEqual([]);
});

test('the menu works from the keyboard, in the graph and in the table', async () => {
  const page = await openGraph();
  await page.focus('#flame');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+F10');
  await page.waitForSelector('[role=menu]');
  await page.keyboard.press('Escape');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('flame');
  await page.focus('.table-wrap');
  await page.keyboard.press('Home');
  await page.keyboard.press('Shift+F10');
  expect(await page.locator('[role=menu]').getAttribute('aria-label')).toMatch(/^Actions for /);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.sandwich');
  await page.keyboard.press('2');
  await graphReady(page);
  expect(all(page, 'sw')).toEqual([]);
});

test('the source of a function: its lines, the repository, its callers, and a text that stays here', async () => {
  const page = await openGraph('&ver=4f2c1e9');
  await page.focus('#flame');
  for (const key of ['h', 'ArrowUp', 'o']) await page.keyboard.press(key);
  await page.waitForSelector('.lines tbody tr');
  expect(await heading(page)).toBe('34\u00a0% of CPU goes through deserializeConfig.');
  expect(all(page, 'ver')).toEqual(['4f2c1e9']);
  const hottest = page.locator('.lines tr:has(.cellbar.hot)');
  const line = Number(await hottest.getAttribute('data-line'));
  expect(await hottest.locator('a').getAttribute('href')).toBe(
    `https://git.test/shop/blob/4f2c1e9/src/pricing/config.ts#L${line}`,
  );
  await screenshot(page, 'ui-source');
  const asked = fixture.state.requests.length;
  const text = Array.from({ length: line }, (_, i) => `line ${i + 1}`).join('\n');
  await page.setInputFiles('input[type=file]', {
    name: 'config.ts',
    mimeType: 'text/plain',
    buffer: Buffer.from(text),
  });
  expect(await hottest.locator('code').innerText()).toBe(`line ${line}`);
  // Not the file that ran, which the page sees by the names, and nothing went to the server.
  expect(await page.locator('.notice').last().innerText()).toContain('is not the file that ran');
  expect(fixture.state.requests.length).toBe(asked);
  await page.click('.callers-of button:has-text("loadPriceRules")');
  await page.waitForFunction(() =>
    document.querySelector('h1')?.textContent?.includes('loadPriceRules'),
  );
  await page.goBack();
  await page.goBack();
  await graphReady(page);
  expect(await heading(page)).toMatch(/deserializeConfig/);
});

test('packages and files as groups, and the root at the bottom', async () => {
  const page = await openGraph('&x=group:package');
  expect(await flame(page).has('fastify')).toBe(true);
  expect(await page.locator('.chip.step').innerText()).toMatch(/by\s*package/);
  await page.click('[aria-label^="Frames:"]');
  await page.click('.mi:has-text("Group by file")');
  await graphReady(page);
  expect(all(page, 'x')).toEqual(['group:file']);
  await page.click('.mi:has-text("Root at the bottom")');
  await page.keyboard.press('Escape');
  await zoomDone(page);
  const root = await flame(page).rectOf('all');
  const above = await flame(page).rectOf('fastify/index.js');
  expect(above.y).toBeLessThan(root.y);
  await screenshot(page, 'ui-flame-up');
});

test('the live heap has a view of growth: what surely grows comes first, with its interval', async () => {
  const page = await openGraph('&t=heap');
  await page.click('.seg button:has-text("Growth")');
  await page.waitForSelector('.growth');
  expect(await heading(page)).toBe('What loadPriceRules allocated grows by 12.0\u00a0MiB an hour.');
  expect(await page.locator('.growth tbody tr').allInnerTexts()).toEqual([
    expect.stringMatching(/^loadPriceRules.*▲ \+12\.0\sMiB\s+\+10\.0\sMiB … \+14\.0\sMiB/s),
    expect.stringMatching(/^query.*\s\+1\.00\sMiB\s+−1\.00\sMiB … \+3\.00\sMiB/s),
    expect.stringMatching(/^JSON\.parse.*−3\.00\sMiB/s),
  ]);
  await screenshot(page, 'ui-growth');
  await page.click('.growth button:has-text("loadPriceRules")');
  await page.waitForSelector('.sandwich');
  await page.goBack();
  // Another type has no growth, and shows graph and table.
  await page.click('[aria-label^="Profile type"]');
  await page.click('[role=option]:has-text("CPU")');
  await graphReady(page);
  expect(await page.locator('.seg button[aria-pressed="true"]').allInnerTexts()).toContain('Both');
});
