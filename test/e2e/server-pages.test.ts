import { networkInterfaces } from 'node:os';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage } from '../support/browser.ts';
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
    env: { FLAMEHOUSE_HOST: '0.0.0.0', FLAMEHOUSE_TOKENS: 'read:letmein', FLAMEHOUSE_LOG: 'error' },
  });
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  directory.remove();
});

/** The server by an address that is not loopback, where browsers trust plain http least; loopback if there is none. */
function address(): string {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one !== undefined && one.family === 'IPv4' && !one.internal);
  return `http://${outside?.address ?? '127.0.0.1'}:${new URL(server.url).port}`;
}

test('the description of the API works under the content security policy, on plain http', async () => {
  const { page, close } = await openPage(browser);
  await page.goto(`${address()}/api/docs`);
  await page.locator('.opblock', { hasText: '/api/v1/flamegraph' }).click();
  await page.getByText('Nodes of the largest total that are kept').waitFor();
  expect(await page.locator('.opblock').count()).toBe(15);
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
