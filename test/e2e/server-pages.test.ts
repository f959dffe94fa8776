import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
import { UNTRUSTED_NAME } from '../support/chromium.ts';
import {
  type FlamehouseProcess,
  startFlamehouse,
  temporaryDirectory,
} from '../support/server-process.ts';

const directory = temporaryDirectory();
let browser: Browser;
let server: FlamehouseProcess;

beforeAll(async () => {
  browser = await launchBrowser();
  server = await startFlamehouse({
    dataDir: directory.path,
    env: { FLAMEHOUSE_TOKENS: 'read:letmein', FLAMEHOUSE_LOG: 'error' },
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  directory.remove();
});

/** The server by a name that is not loopback to the browser, where plain http is trusted least. */
function address(): string {
  return `http://${UNTRUSTED_NAME}:${new URL(server.url).port}`;
}

test('the description of the API works under the content security policy, on plain http', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${address()}/api/docs`);
  await page.locator('.opblock', { hasText: '/api/v1/flamegraph' }).click();
  await page.getByText('Nodes of the largest total that are kept').waitFor();
  const described = (await (await fetch(`${server.url}/api/docs/json`)).json()) as {
    paths: Record<string, object>;
  };
  const operations = Object.values(described.paths).flatMap((methods) => Object.keys(methods));
  expect(operations.length).toBeGreaterThan(20);
  expect(await page.locator('.opblock').count()).toBe(operations.length);
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  await close();
});

test('the cookie of a session cannot be read by a script, and answers questions', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${address()}/api/docs`);
  const seen = await page.evaluate(async () => {
    const status = async (path: string, init?: RequestInit) => (await fetch(path, init)).status;
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ token: 'letmein' });
    return {
      signIn: await status('/api/v1/session', { method: 'POST', headers: json, body }),
      cookie: document.cookie,
      services: await status('/api/v1/services'),
    };
  });
  expect(seen).toEqual({ signIn: 200, cookie: '', services: 200 });
  await close();
});
