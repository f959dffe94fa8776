import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { encodeProfile } from '../../proto/src/index.ts';
import { launchBrowser, openPage, screenshot } from '../support/browser.ts';
import { type RunningServer, startServer } from '../support/processes.ts';
import { profileFromFolded } from '../support/text-profile.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

let dataDir: string;
let server: RunningServer;
let browser: Browser;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'flamehouse-ui-'));
  [server, browser] = await Promise.all([startServer({ dataDir }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** Two paths that matter, and below two others more leaves than one answer keeps, but not than two do. */
function folded(): string {
  const leaves = (name: string, each: number): string[] =>
    Array.from(
      { length: 5_000 },
      (_, i) =>
        `main@/srv/src/main.js;${name}@/srv/src/${name}.js;${name}${i}@/srv/src/leaves.js ${each + i}`,
    );
  return [
    'main@/srv/src/main.js;serve@/srv/src/serve.js;deserializeConfig@/srv/src/config.js;parse@ 60000000000',
    'main@/srv/src/main.js;serve@/srv/src/serve.js;render@/srv/src/render.js 20000000000',
    ...leaves('dispatch', 1_000_000),
    ...leaves('collect', 2_000_000),
  ].join('\n');
}

async function push(version: string, fromMs: number, toMs: number): Promise<void> {
  const query = new URLSearchParams({
    service: 'shop',
    version,
    environment: 'production',
    instance: 'a',
    from: String(fromMs),
    to: String(toMs),
  });
  const response = await fetch(`${server.url}/api/v1/profiles?${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/octet-stream' },
    body: encodeProfile(profileFromFolded(folded())) as Uint8Array<ArrayBuffer>,
  });
  expect(response.status, await response.text()).toBe(200);
}

test('from an empty store to one function, in a real browser against the real server', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(server.url);
  await page.waitForSelector('.steps');
  expect(await page.locator('h1').innerText()).toBe('No service has reported yet.');
  expect(await page.locator('code').allInnerTexts()).toEqual([
    `FLAMEHOUSE_SERVER_URL=${server.url} node --require @flamehouse/agent/register app.js`,
    `curl --data-binary @cpu.pb.gz '${server.url}/api/v1/profiles?service=my-service'`,
  ]);
  await screenshot(page, 'ui-empty-store');

  const now = Date.now();
  await push('1.0.0', now - 300_000, now - 240_000);
  await push('1.1.0', now - 60_000, now - 5_000);

  // The page notices by itself, and one click leads to the graph.
  await page.waitForFunction(
    () => document.querySelector('.list tbody tr')?.textContent?.includes('1.1.0') === true,
  );
  expect(await page.locator('.list tbody tr').innerText()).toMatch(
    /^shop\s+.*cores.*1\s+production\s+1\.1\.0/s,
  );
  await screenshot(page, 'ui-services');
  await page.click('.list tbody tr');
  await graphReady(page);
  expect(await page.locator('h1').innerText()).toMatch(
    /^\d+\u00a0% of CPU goes through deserializeConfig\.$/,
  );
  expect(await page.locator('.flag').allInnerTexts()).toContain('1.1.0');
  await screenshot(page, 'ui-explore-real');

  // The server folded some of the leaves; zooming asks for them and grafts them in.
  expect(await page.locator('.foot').innerText()).toMatch(
    /Drawn: 8,19\d of 10,007\u00a0frames\..*folded into “smaller”/,
  );
  await flame(page).click('dispatch');
  await page.waitForFunction(
    () => document.querySelector('.foot')?.textContent?.includes('nothing folded') === true,
  );
  await zoomDone(page);
  expect(await flame(page).has('dispatch0')).toBe(true);

  // The same address shows the same thing.
  await page.fill('.search input', 'dispatch77');
  const count = await page.locator('.search .count').innerText();
  expect(count).toMatch(/^11\u00a0functions, /);
  await page.reload();
  await page.waitForFunction(
    (wanted) => document.querySelector('.search .count')?.textContent === wanted,
    count,
  );
  expect(new URL(page.url()).searchParams.get('fn')).toBe('dispatch');
  await close();
});

test('a server with tokens asks for one and keeps it in a cookie that scripts cannot read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'flamehouse-ui-'));
  const guarded = await startServer({
    dataDir: directory,
    env: { FLAMEHOUSE_TOKENS: 'read:correct-horse-battery-staple' },
  });
  try {
    const { page, context, close } = await openPage(browser);
    await page.goto(guarded.url);
    await page.fill('dialog[open] input', 'correct-horse-battery-staple');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.steps');
    expect((await context.cookies()).map(({ httpOnly }) => httpOnly)).toEqual([true]);
    await page.reload();
    await page.waitForSelector('.steps');
    await close();
  } finally {
    await guarded.stop();
    await rm(directory, { recursive: true, force: true });
  }
});
