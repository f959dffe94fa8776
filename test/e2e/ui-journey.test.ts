import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot } from '../support/browser.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { graphReady } from '../support/ui-page.ts';

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

    // 1: the service that the sentence names.
    expect(await page.locator('h1').innerText()).toContain('checkout uses the most CPU');
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
