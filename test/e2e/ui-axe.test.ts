import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot } from '../support/browser.ts';
import { FIXTURE_TRACE } from '../support/ui-fixture-requests.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { flame, graphReady } from '../support/ui-page.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

let browser: Browser;
let fixture: UiFixture;
let axe: string;

beforeAll(async () => {
  [browser, fixture, axe] = await Promise.all([
    launchBrowser(),
    startUiFixture(),
    readFile(AXE, 'utf8'),
  ]);
});
afterAll(async () => {
  await browser?.close();
  await fixture?.close();
});

/** What axe finds, as one line for each place: rule, place, and what is wrong there. */
async function findings(page: Page, rules: readonly string[]): Promise<string[]> {
  // The page's own policy forbids other scripts, and so axe comes in through the debugger.
  await page.evaluate(axe);
  const results = await page.evaluate(
    (only) =>
      (window as unknown as { axe: { run(options: object): Promise<AxeResults> } }).axe.run(
        only.length === 0 ? {} : { runOnly: { type: 'rule', values: only } },
      ),
    rules,
  );
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
  );
}

const screens: readonly {
  readonly name: string;
  readonly path: string;
  readonly ready?: string; // what is there once it is; the flame graph without it
  readonly open?: (page: Page) => Promise<unknown>;
}[] = [
  { name: 'services', path: '/', ready: '.list tbody tr' },
  { name: 'explore', path: '/explore?svc=checkout' },
  {
    name: 'explore with a menu',
    path: '/explore?svc=checkout&x=hide:runtime&by=endpoint',
    async open(page) {
      const at = await flame(page).rectOf('priceCart');
      await page.mouse.click(at.x + 20, at.y + 8, { button: 'right' });
      await page.waitForSelector('[role=menu]');
    },
  },
  {
    name: 'help',
    path: '/explore?svc=checkout&m=bottom-up&root=bottom',
    open: (page) => page.keyboard.press('?'),
  },
  {
    name: 'sandwich',
    path: '/explore?svc=checkout',
    async open(page) {
      await page.click('.details .btn:has-text("Callers")');
      await page.waitForSelector('.sandwich');
    },
  },
  {
    name: 'growth',
    path: '/explore?svc=checkout&t=heap&view=growth',
    ready: '.growth tbody tr',
  },
  {
    name: 'source',
    path: '/explore?svc=checkout',
    async open(page) {
      await page.click('.crumbs button:has-text("deserializeConfig")');
      await page.click('.details .btn:has-text("Source")');
      await page.waitForSelector('.lines tbody tr');
    },
  },
  { name: 'compare', path: '/compare?svc=checkout' },
  {
    name: 'compare side by side, with a side to choose',
    path: '/compare?svc=checkout&a=version:9ab07d3&b=version:4f2c1e9&view=sides',
    async open(page) {
      await page.click('.side-pick');
      await page.waitForSelector('.side-form');
    },
  },
  {
    name: 'compare the same version',
    path: '/compare?svc=checkout&a=version:9ab07d3&b=version:same&view=table&show=all',
    ready: '.changes tbody tr[data-function]',
  },
  {
    name: 'deploys',
    path: '/deploys',
    ready: 'tr[data-deploy]',
    async open(page) {
      await page.click('tr[data-deploy] >> nth=1');
      await page.waitForSelector('.drawer-grid');
    },
  },
  { name: 'traces', path: '/traces?svc=checkout&cpu=100', ready: '.traces tbody tr' },
  { name: 'endpoints', path: '/endpoints?svc=checkout', ready: '.endpoints tbody tr' },
  { name: 'stalls', path: '/stalls?svc=checkout', ready: '.stalls tbody tr' },
  { name: 'server', path: '/server', ready: '.sizes tbody tr' },
  { name: 'trace', path: `/trace/${FIXTURE_TRACE}` },
  { name: 'trace compared', path: `/trace/${FIXTURE_TRACE}?cmp=1`, ready: '.shares tbody tr' },
];

for (const dark of [false, true])
  test(`axe finds nothing on any screen, ${dark ? 'dark' : 'light'}`, async () => {
    const { page, close } = await openPage(browser, { dark, reducedMotion: true });
    const found: string[] = [];
    for (const { name, path, ready, open } of screens) {
      await page.goto(`${fixture.url}${path}`);
      if (ready !== undefined) await page.waitForSelector(ready);
      else await graphReady(page);
      await open?.(page);
      await screenshot(page, `ui-axe-${name.replaceAll(' ', '-')}-${dark ? 'dark' : 'light'}`);
      // Elements are the same in both; what dark changes is their colours.
      const wrong = await findings(page, dark ? ['color-contrast'] : []);
      found.push(...wrong.map((finding) => `${name}: ${finding}`));
    }
    expect(found).toEqual([]);
    await close();
  });
