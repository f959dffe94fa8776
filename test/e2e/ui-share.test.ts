import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { graphReady } from '../support/ui-page.ts';

let browser: Browser;
let fixture: UiFixture;
let opened: TestPage;
let page: Page;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'flamehouse-share-'));
  [browser, fixture] = await Promise.all([launchBrowser(), startUiFixture()]);
  opened = await openPage(browser, { reducedMotion: true });
  ({ page } = opened);
  await page.goto(`${fixture.url}/explore?svc=checkout&x=hide:runtime`);
  await graphReady(page);
});
afterAll(async () => {
  await opened?.close();
  await browser?.close();
  await fixture?.close();
  await rm(directory, { recursive: true, force: true });
});

const pick = async (item: string): Promise<void> => {
  await page.click('[aria-label="Share and export"]');
  await page.click(`[role=menuitem] .grow:text-is("${item}")`);
};

async function downloadOf(item: string): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), pick(item)]);
  return download;
}

async function savedAs(item: string): Promise<string> {
  const download = await downloadOf(item);
  const path = join(directory, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

test.each([
  ['pprof', 'pprof'],
  ['Folded stacks', 'folded'],
  ['speedscope', 'speedscope'],
])(
  '%s is asked of the server, with the steps of the view and fixed times',
  async (item, format) => {
    const download = await downloadOf(item);
    const asked = new URL(download.url());
    await download.cancel();
    expect(asked.pathname).toBe('/api/v1/flamegraph');
    expect(asked.searchParams.get('format')).toBe(format);
    expect(asked.searchParams.getAll('x')).toEqual(['hide:runtime']);
    expect(asked.searchParams.get('from')).toMatch(/^\d{13}$/);
  },
);

test('the command for go tool pprof names the same address', async () => {
  await page.evaluate(() => {
    navigator.clipboard.writeText = (text) => {
      document.body.dataset['copied'] = text;
      return Promise.resolve();
    };
  });
  await pick('Copy as go tool pprof');
  expect(await page.evaluate(() => document.body.dataset['copied'])).toMatch(
    /^go tool pprof -http=: 'http:\/\/127\.0\.0\.1:\d+\/api\/v1\/flamegraph\?service=checkout&.*format=pprof'$/,
  );
});

test('the SVG is XML with every name in it, the PNG is a picture', async () => {
  const svg = await readFile(await savedAs('SVG'), 'utf8');
  const problem = await page.evaluate(
    (text) =>
      new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')
        ?.textContent ?? '',
    svg,
  );
  expect(problem).toBe('');
  expect(svg).toContain('deserializeConfig');
  const png = await readFile(await savedAs('PNG'));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  expect(png.length).toBeGreaterThan(10_000);
});

test('the saved page opens without a network, zooms and searches', async () => {
  const path = await savedAs('Web page that opens offline');
  expect(path).toMatch(/checkout-cpu\.html$/);
  const offline = await openPage(browser);
  const asked: string[] = [];
  offline.page.on('request', (request) => asked.push(request.url()));
  await offline.context.setOffline(true);
  await offline.page.goto(pathToFileURL(path).href);
  await offline.page.click('#graph button[aria-label^="deserializeConfig"]');
  expect(await offline.page.locator('#detail').innerText()).toMatch(
    /^deserializeConfig · .* · 1\.\d+\u00a0cores, 33\.\d\u00a0%$/,
  );
  await offline.page.keyboard.press('Escape');
  await offline.page.fill('#search', 'json');
  expect(await offline.page.locator('#count').innerText()).toMatch(/^\d+ frames? match(?:es)?$/);
  await screenshot(offline.page, 'ui-offline');
  expect(asked.filter((url) => !url.startsWith('file:'))).toEqual([]);
  await offline.close();
});
