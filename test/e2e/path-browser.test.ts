import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { driveCheckout } from '../support/checkout-load.ts';
import {
  ROOT,
  type RunningServer,
  startProfiledCheckout,
  startServer,
  waitFor,
} from '../support/processes.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

/** `UPDATE_PICTURES=1` also takes the picture of the README, for which each version runs longer. */
const PICTURE = process.env['UPDATE_PICTURES'] === '1';
const LOAD = PICTURE ? { searches: 1_500, perSecond: 30 } : { searches: 150 };
const HOOK_MS = PICTURE ? 400_000 : 180_000;

let dataDir: string;
let server: RunningServer;
let startedAt: number; // epoch ms, before the first profile
let browser: Browser;
let opened: TestPage | null = null;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-path-'));
  server = await startServer({ dataDir });
  startedAt = Date.now();
  for (const version of ['1.0.0', '1.1.0']) await runCheckout(version);
  await untilStored();
  browser = await launchBrowser();
}, HOOK_MS);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

afterEach(async () => {
  const last = opened;
  opened = null;
  await last?.close(); // Throws when the page logged an error.
});

/** Run a version of the example under load until its profiles are stored, then stop it. */
async function runCheckout(version: string): Promise<void> {
  const checkout = await startProfiledCheckout({ version, serverUrl: server.url });
  try {
    await driveCheckout(checkout.url, LOAD.searches, LOAD.perSecond);
    const query = `service=checkout&type=cpu&version=${version}&search=searchProducts`;
    await waitFor(
      `profile of ${version}`,
      async () => {
        const answer = await fetch(`${server.url}/api/v1/functions?${query}`);
        const { rows } = (await answer.json()) as { rows: number };
        return rows > 0 ? true : undefined;
      },
      { seen: () => checkout.output() + server.output() },
    );
  } finally {
    await checkout.stop();
  }
}

/** Wait for the last windows, so that what is read twice is the same: the total stands still for 3 s. */
async function untilStored(): Promise<void> {
  let before = -1;
  let since = Date.now();
  await waitFor(
    'total that stands still',
    async () => {
      const answer = await fetch(`${server.url}/api/v1/functions?service=checkout&limit=1`);
      const { total } = (await answer.json()) as { total: number };
      if (total !== before) since = Date.now();
      before = total;
      return Date.now() - since >= 3_000 ? true : undefined;
    },
    { intervalMs: 500, seen: () => `${before} microseconds` },
  );
}

async function open(path: string): Promise<Page> {
  opened = await openPage(browser);
  await opened.page.goto(`${server.url}${path}`);
  return opened.page;
}

/** The hour until now, as numbers. */
function fixedRange(): string {
  const now = Date.now();
  return `from=${now - 3_600_000}&to=${now}`;
}

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

/** What a reader sees of the data: the picture by its frames, the table by its rows. */
async function readScreen(page: Page) {
  const { x, width } = await flame(page).rectOf('deserializeConfig');
  return {
    heading: await page.locator('h1').innerText(),
    frame: { x: Math.round(x), width: Math.round(width) },
    rows: await page.locator('tbody tr[data-function]').allInnerTexts(),
    found: await page.locator('.search .count').innerText(),
  };
}

test('from the list of services to the fault of 1.1.0, and the same again after a reload', async () => {
  const page = await open('/');
  await page.click('a.svc:has-text("checkout")');
  await graphReady(page);
  expect(query(page)['svc']).toBe('checkout');
  // Times that do not move on, so that what is seen can be compared to the digit.
  await page.goto(`${page.url()}&${fixedRange()}`);
  await graphReady(page);

  await page.click('button[aria-label^="Version"]');
  await page.click('[role="option"]:has-text("1.1.0")');
  await page.waitForURL(/ver=1\.1\.0/);
  await graphReady(page);
  expect(await flame(page).has('deserializeConfig')).toBe(true);

  await page.fill('.search input', 'deserializeConfig');
  await page.waitForFunction(() =>
    /function/.test(document.querySelector('.search .count')!.textContent!),
  );
  expect(await page.locator('tbody tr[data-function]').count()).toBe(1);
  expect(await page.locator('tbody tr[data-function]').innerText()).toContain('src/pricing');

  const before = await flame(page).rectOf('deserializeConfig');
  await flame(page).click('deserializeConfig');
  await zoomDone(page);
  const after = await flame(page).rectOf('deserializeConfig');
  expect(after.width).toBeGreaterThan(before.width);
  expect(query(page)).toMatchObject({
    svc: 'checkout',
    ver: '1.1.0',
    s: 'deserializeConfig',
    fn: 'deserializeConfig',
  });

  const seen = await readScreen(page);
  await page.reload();
  await graphReady(page);
  await expect.poll(() => readScreen(page), { timeout: 20_000 }).toEqual(seen);
});

test('1.0.0 parses its configuration at start only, so no request shows it', async () => {
  const page = await open('/explore?svc=checkout&ver=1.0.0');
  await graphReady(page);
  expect(await flame(page).has('searchProducts')).toBe(true);
  await page.fill('.search input', 'handleSearch');
  expect(await page.locator('tbody tr[data-function]').count()).toBe(1);
});

test('takes the picture of the README: what came after the deploy of 1.1.0', async () => {
  const page = await open(`/explore?svc=checkout&from=${startedAt}&to=${Date.now()}`);
  await graphReady(page);
  await page.click('button.flag[aria-label^="1.1.0"]');
  await page.click('[role=menuitem]:has-text("Time after it began")');
  await page.waitForURL(/sel=/);
  await page.waitForFunction(() => document.querySelector('.pane.kept') === null); // No old data dimmed.
  await graphReady(page);
  await page.mouse.move(0, 0);
  if (PICTURE) await page.screenshot({ path: `${ROOT}docs/images/explore.png` });
  else await screenshot(page, 'path-explore');
});
