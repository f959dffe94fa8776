import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { fixtureDeploys } from '../support/ui-fixture-deploys.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

const SIDES = 'a=version:9ab07d3&b=version:4f2c1e9';

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
  fixture.state.failure = null;
  fixture.state.deploys = fixtureDeploys(Date.now());
  await last?.close();
});

async function open(path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  opened = await openPage(browser, { reducedMotion: true, ...options });
  await opened.page.goto(`${fixture.url}${path}`);
  return opened.page;
}

async function openCompare(query = ''): Promise<Page> {
  const page = await open(`/compare?svc=checkout&${SIDES}${query}`);
  await graphReady(page);
  return page;
}

const heading = (page: Page) => page.locator('h1').innerText();
const param = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const rows = (page: Page) => page.locator('.changes tr[data-function] .fn').allInnerTexts();

test('without sides the last two versions are compared, the verdict first', async () => {
  const page = await open('/compare?svc=checkout');
  await graphReady(page);
  expect(param(page, 'a')).toBe('version:9ab07d3');
  expect(param(page, 'b')).toBe('version:4f2c1e9');
  expect(await heading(page)).toBe('4f2c1e9 takes 6.1\u00a0% more CPU per request than 9ab07d3.');
  expect(await page.locator('.answer em').innerText()).toBe('6.1\u00a0% more CPU per request');
  expect(await page.locator('.answer svg[role=img]').getAttribute('aria-label')).toMatch(
    /^Effect \+6\.1\u00a0%, 95 % interval \+1\.6\u00a0% to \+10\.7\u00a0%$/,
  );
  expect(await rows(page)).toEqual([
    expect.stringMatching(/^deserializeConfig ◆src\/pricing\/config\.ts/),
    expect.stringMatching(/^retryRequest ◆/),
    expect.stringMatching(/^lookupCached ◆/),
  ]);
  expect(await page.locator('.notice.warn').innerText()).toContain('default noise');
  await screenshot(page, 'ui-compare');
});

test('the graph marks what changed, and its details say both values and the interval', async () => {
  const page = await openCompare();
  const graph = flame(page);
  const label = '◆ deserializeConfig';
  const at = await graph.rectOf(label);
  await page.mouse.move(at.x + at.width / 2, at.y + at.height / 2);
  const details = page.locator('.details');
  await details.locator('.name:has-text("deserializeConfig")').waitFor();
  expect((await details.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
    /1\.02 ms\/request → 1\.62 ms\/request.*\+6\.0 pp \(\+1\.4 … \+10\.5\).*significant, q \.003/,
  );
  // The row of the same function lights up.
  await page.waitForSelector('.changes tr.is-hover');
  await graph.click(label);
  await zoomDone(page);
  expect(param(page, 'f')).toMatch(/^[0-9a-f]{16}$/);
  const zoomed = await graph.rectOf(label);
  expect(zoomed.width).toBeGreaterThan(1300);
  await page.goBack();
  await zoomDone(page);
  expect((await graph.rectOf(label)).width).toBeCloseTo(at.width, 0);
});

test('before and after leave out what their side has not', async () => {
  const page = await openCompare();
  const graph = flame(page);
  expect(await Promise.all(['◆ retryRequest', '◆ lookupCached'].map(graph.has))).toEqual([
    true,
    true,
  ]);
  await page.click('.seg button:has-text("Before")');
  await zoomDone(page);
  expect(param(page, 'w')).toBe('before');
  expect(await Promise.all(['◆ retryRequest', '◆ lookupCached'].map(graph.has))).toEqual([
    false,
    true,
  ]);
  await page.click('.seg button:has-text("Side by side")');
  await page.waitForFunction(() => (window.__flamehouse?.callersView?.test.drawnCount ?? 0) > 0);
  await page.click('.seg button:has-text("Table")');
  await page.waitForFunction(() => window.__flamehouse?.flameView == null);
  await page.click('.changes th button:has-text("After")');
  await page.click('.seg button:text-is("All")');
  expect((await rows(page))[0]).toMatch(/^server/);
  await page.fill('.search input', 'pricing');
  await page.waitForFunction(
    () => document.querySelectorAll('.changes tr[data-function]').length === 7,
  );
});

test('keys walk the graph, and a reader hears both values', async () => {
  const page = await openCompare();
  await page.focus('#flame');
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  const current = await page.locator('#flame').getAttribute('aria-activedescendant');
  expect(await page.locator(`#${current}`).textContent()).toMatch(
    /^route, 7\.85\sms\/request before, 8\.46\sms\/request after, no significant change$/,
  );
  await page.keyboard.press('Shift+F10');
  await page.waitForSelector('[role=menu]');
  expect(await page.locator('[role=menuitem]').allInnerTexts()).toEqual([
    expect.stringContaining('Zoom'),
    expect.stringContaining('Callers and callees in Explore'),
    expect.stringContaining('Copy name'),
    expect.stringContaining('Copy stack'),
  ]);
});

test('sides can be swapped, chosen and dragged to other minutes, and said as a command', async () => {
  const page = await openCompare();
  await page.click('[aria-label="Swap A and B"]');
  await graphReady(page);
  expect([param(page, 'a'), param(page, 'b')]).toEqual(['version:4f2c1e9', 'version:9ab07d3']);
  await page.click('[aria-label="As a command"]');
  expect(await page.locator('.command-pop code').innerText()).toBe(
    `flamehouse diff --service checkout --base version:4f2c1e9 --head version:9ab07d3 --server ${fixture.url}`,
  );
  await page.keyboard.press('Escape');
  const grip = page.locator('[aria-label="Start of the minutes of 4f2c1e9"]');
  await grip.focus();
  const before = Number(await grip.getAttribute('aria-valuenow'));
  await page.keyboard.press('ArrowRight');
  await page.waitForFunction(() => new URL(location.href).searchParams.get('a')?.includes('@'));
  expect(param(page, 'a')).toMatch(`version:4f2c1e9@${before + 60_000}~`);
  const box = (await page.locator('.window-line >> nth=1').boundingBox())!;
  await page.mouse.move(box.x + 60, box.y + 10);
  await page.mouse.down();
  await page.mouse.move(box.x + 360, box.y + 12, { steps: 3 });
  await page.mouse.up();
  await page.waitForFunction(() => new URL(location.href).searchParams.get('b')?.includes('@'));
  expect(param(page, 'b')).toMatch(/^version:9ab07d3@\d+0000~\d+0000$/);
  await page.click('.side-pick >> nth=1');
  await page.selectOption('.side-form select >> nth=0', '');
  await page.fill('.side-form input[type="datetime-local"] >> nth=0', '2026-11-20T10:00');
  await page.fill('.side-form input[type="datetime-local"] >> nth=1', '2026-11-20T09:00');
  expect(await page.locator('.side-form .bad').innerText()).toContain('must lie before');
  await page.fill('.side-form input[type="datetime-local"] >> nth=1', '2026-11-20T11:00');
  await page.click('.side-form button:has-text("Compare this")');
  await page.waitForFunction(() =>
    new URL(location.href).searchParams.get('b')?.startsWith('range:'),
  );
  expect(param(page, 'b')).toBe('range:1795168800000~1795172400000');
});

test('two sides that are one, a refused comparison, and no change', async () => {
  const page = await open('/compare?svc=checkout&a=version:9ab07d3&b=version:9ab07d3', {
    expectErrors: /422/,
  });
  await page.click('button:has-text("Compare the last two versions")');
  await graphReady(page);
  fixture.state.failure = {
    path: 'diff',
    status: 422,
    code: 'QUERY_LABEL_NOT_KEPT',
    message: 'base.filter has region="eu"',
    help: 'Leave it out.',
  };
  await page.goto(`${fixture.url}/compare?svc=checkout&${SIDES}&a.q={region="eu"}`);
  await page.locator('[role=alert]:has-text("QUERY_LABEL_NOT_KEPT")').waitFor();
  fixture.state.failure = null;
  await page.goto(`${fixture.url}/compare?svc=checkout&a=version:9ab07d3&b=version:same`);
  await graphReady(page);
  expect(await heading(page)).toMatch(/takes the same CPU per request.*would have been seen\.$/);
  expect(await rows(page)).toEqual([]);
  expect(await page.locator('.more-row').innerText()).toContain('did not change significantly');
});

test('deploys: what needs a look, a row with its reasons, and a change that is expected', async () => {
  const page = await open('/deploys');
  await page.waitForSelector('tr[data-deploy]');
  expect(await heading(page)).toBe('2 of 7 deploys need a look.');
  await page.click('tr[data-deploy]:has-text("4f2c1e9") .why');
  await page.waitForSelector('.drawer-grid');
  expect(new URL(page.url()).pathname).toMatch(/^\/deploys\/[0-9a-f]{16}$/);
  expect(await page.locator('.drawer-grid').innerText()).toContain('POST /checkout');
  await page.click('button:has-text("Mark expected")');
  await page.locator('tr.open .tag:has-text("expected")').waitFor();
  expect(fixture.state.deploys.find(({ version }) => version === '4f2c1e9')?.expected).toBe(true);
  expect(await heading(page)).toBe('1 of 7 deploys needs a look.');
  await screenshot(page, 'ui-deploys');
  await page.click('.drawer-grid a:has-text("Compare")');
  await graphReady(page);
  expect(param(page, 'b')).toBe('version:4f2c1e9');
  expect(param(page, 'env')).toBe('production');
  await page.goBack();
  await page.click('.tabs button:has-text("Less")');
  await page.waitForFunction(() => document.querySelectorAll('tr[data-deploy]').length === 1);
});

test('deploys: a link to one that is not listed, one that is gone, and none at all', async () => {
  const { id } = fixture.state.deploys.find(({ service }) => service === 'search')!;
  const page = await open(`/deploys/${id}?svc=checkout`, { expectErrors: /404/ });
  await page.locator('section[aria-label="The deploy of this link"] .drawer-grid').waitFor();
  await page.goto(`${fixture.url}/deploys/0000000000000000`);
  await page.locator('.notice.warn:has-text("no deploy has the id")').waitFor();
  fixture.state.deploys = [];
  await page.goto(`${fixture.url}/deploys`);
  await page.locator('code:has-text("flamehouse deploys mark")').waitFor();
  expect(await heading(page)).toBe('No deploy yet.');
});

test('at 390 pixels nothing is wider than the page', async () => {
  const page = await open(`/compare?svc=checkout&${SIDES}`, { width: 390, height: 844 });
  const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  await graphReady(page);
  expect(await wider()).toBeLessThanOrEqual(0);
  await page.goto(`${fixture.url}/deploys`);
  await page.click('tr[data-deploy]:has-text("auth") .verdict');
  await page.waitForSelector('.drawer-grid');
  expect(await wider()).toBeLessThanOrEqual(0);
});

test('the flag of a version carries its verdict and leads to the comparison', async () => {
  const page = await open('/explore?svc=checkout');
  await graphReady(page);
  const flag = page.locator('.flag.more');
  expect(await flag.innerText()).toContain('4f2c1e9 ▲ +8.1\u00a0%');
  await flag.click();
  await page.click('[role=menuitem]:has-text("Compare with 9ab07d3")');
  await graphReady(page);
  expect(new URL(page.url()).pathname).toBe('/compare');
  await page.goto(`${fixture.url}/`);
  await page.click('.list a:has-text("More CPU")');
  await page.waitForSelector('.drawer-grid');
});
