import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { FIXTURE_TRACE } from '../support/ui-fixture-requests.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { fixtureWaterfall, spanNumber } from '../support/ui-fixture-trace.ts';
import { flame, graphReady } from '../support/ui-page.ts';

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
  Object.assign(fixture.state, { failure: null, override: null });
  fixture.state.requests.length = 0;
  await last?.close();
});

async function open(path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  opened = await openPage(browser, { reducedMotion: true, ...options });
  await opened.page.goto(`${fixture.url}${path}`);
  return opened.page;
}

const heading = async (page: Page): Promise<string> =>
  (await page.locator('h1').innerText()).replaceAll('\u00a0', ' ');
const param = (page: Page, name: string): string | null =>
  new URL(page.url()).searchParams.get(name);
const asked = (pattern: RegExp): boolean => fixture.state.requests.some((url) => pattern.test(url));

test('a trace opens at the span that says most, and each span shows its own profile', async () => {
  const page = await open(`/trace/${FIXTURE_TRACE}`);
  await graphReady(page);
  expect(await heading(page)).toBe('POST /checkout took 412 ms, 251 ms of it on CPU.');
  expect(await page.locator('.answer p').innerText()).toMatch(
    /^rules\.load used 159\sms of that, mostly in deserializeConfig\. The other 161\sms was waiting\.$/,
  );
  expect(await page.locator('.wf tr.selected').innerText()).toMatch(/^rules\.load/);
  // The graph of a span is elements, so that its frames can be found and copied.
  expect(await page.evaluate(() => window.__flamehouse!.flameView!.test.renderer)).toBe('svg');
  expect(await flame(page).has('deserializeConfig')).toBe(true);
  expect(asked(/scope=subtree/)).toBe(true);
  await page.click('.wf button:has-text("authenticate")');
  await page.waitForURL(new RegExp(`/trace/${FIXTURE_TRACE}/span/${spanNumber(2)}$`));
  await page.goBack();
  await page.focus('.wf >> xpath=ancestor::section[1]');
  await page.keyboard.press('ArrowUp');
  await page.waitForURL(new RegExp(`/span/${spanNumber(5)}$`));
  await page.keyboard.press('ArrowLeft');
  expect(await page.locator('.wf tr[data-span]').count()).toBe(12);
});

test('few samples say how far they may be off, and similar spans are one click away', async () => {
  const page = await open(`/trace/${FIXTURE_TRACE}/span/${spanNumber(6)}?scope=subtree`);
  await graphReady(page);
  await page.waitForSelector('.notice button');
  expect((await page.locator('.notice').innerText()).replaceAll('\u00a0', ' ')).toMatch(
    /^16 samples are few: a 83 % frame could be 59 to 95 %\. Show the 640 samples of similar spans$/,
  );
  await page.click('.notice button');
  await graphReady(page);
  expect(param(page, 'scope')).toBe('similar');
  expect(await page.locator('.notice').count()).toBe(0);
  await page.click('.seg button:has-text("Fast half")');
  await graphReady(page);
  expect(asked(/scope=similar&speed=fast/)).toBe(true);
  expect(await flame(page).has('deserializeConfig')).toBe(false);
  await page.click('.btn:has-text("Compare with fast ones")');
  await page.waitForSelector('.shares tbody tr');
  expect(await page.locator('.shares tbody tr').first().innerText()).toMatch(
    /^deserializeConfig.*83\.3\s+0\s+▲ \+83\.3$/s,
  );
  await page.click('.btn:has-text("Open in Explore")');
  await page.waitForURL(/\/explore\?/);
  expect(param(page, 'svc')).toBe('checkout');
});

test('spans without samples, traces without spans and traces without anything are explained', async () => {
  const page = await open(`/trace/${FIXTURE_TRACE}/span/${spanNumber(4)}`, {
    expectErrors: /404/,
  });
  await page.waitForSelector('.empty');
  expect(await page.locator('.empty').innerText()).toMatch(
    /^postgres was not sampled\s+No agent ever sent samples under the name postgres\./,
  );
  fixture.state.override = {
    path: `traces/${FIXTURE_TRACE}`,
    answer: fixtureWaterfall(FIXTURE_TRACE, { otlp: false }),
  };
  await page.goto(`${fixture.url}/trace/${FIXTURE_TRACE}`);
  await graphReady(page);
  expect(await heading(page)).toBe('POST /checkout used 251 ms of CPU in 3 services.');
  expect(await page.locator('.notice').first().innerText()).toMatch(
    /OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http:\/\/127\.0\.0\.1:\d+\/v1\/traces/,
  );
  await screenshot(page, 'ui-trace-samples-only');
  fixture.state.failure = {
    path: `traces/${FIXTURE_TRACE}`,
    status: 404,
    code: 'TRACE_NOT_SAMPLED',
    message: `no sample has trace ${FIXTURE_TRACE}`,
    help: '',
  };
  await page.goto(`${fixture.url}/trace/${FIXTURE_TRACE}`);
  await page.waitForSelector('.reasons');
  expect(await page.locator('.reasons').innerText()).toMatch(
    /Samples of spans are kept for 3 d.*Samples here are from checkout/s,
  );
});

test('a long trace keeps few rows in the page and scrolls to the span of its address', async () => {
  fixture.state.override = {
    path: `traces/${FIXTURE_TRACE}`,
    answer: fixtureWaterfall(FIXTURE_TRACE, { repeat: 70 }),
  };
  const page = await open(`/trace/${FIXTURE_TRACE}/span/${spanNumber(800)}`);
  await page.waitForSelector(`.wf tr.selected[data-span="${spanNumber(800)}"]`);
  expect(await page.locator('.wf tr[data-span]').count()).toBeLessThan(80);
});

test('traces are searched, sorted, pasted and opened', async () => {
  const page = await open('/traces?svc=checkout');
  await page.waitForSelector('.traces tbody tr');
  expect(await heading(page)).toBe(
    'The most expensive request used 251 ms of CPU: POST /checkout.',
  );
  await page.click('.btn:has-text("Errors")');
  await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length === 5);
  expect(asked(/traces\?.*error=true/)).toBe(true);
  await page.click('th button:has-text("Took")');
  await page.waitForURL(/sort=duration/);
  await page.click('[aria-label^="CPU at least"]');
  await page.click('[role=option]:has-text("500")');
  await page.waitForSelector('.empty');
  await page.click('.btn:has-text("Remove the filters")');
  await page.waitForFunction(() => document.querySelectorAll('.traces tbody tr').length > 20);
  const field = page.locator('[aria-label="Open a trace by its id"]');
  await field.fill('nothing to see');
  await field.press('Enter');
  expect(await page.locator('.open-trace').innerText()).toMatch(/no id in it/);
  await field.fill(`level=warn trace_id=${FIXTURE_TRACE} slow`);
  await field.press('Enter');
  await graphReady(page);
  expect(new URL(page.url()).pathname).toBe(`/trace/${FIXTURE_TRACE}`);
});

test('a function leads to requests that it ran in', async () => {
  const page = await open('/explore?svc=checkout');
  await graphReady(page);
  await page.click('.details .btn:has-text("Traces")');
  await page.waitForSelector('.traces tbody tr');
  expect(await heading(page)).toMatch(/^A POST \/checkout request spent 151 ms of CPU in /);
  expect(asked(/functions\/[0-9a-f]{16}\/traces\?/)).toBe(true);
  await page.click('.traces tbody tr');
  await page.waitForURL(/\/trace\//);
});

test('on a telephone, a list that is cut short leaves its names their width', async () => {
  const all = await fetch(`${fixture.url}/api/v1/traces?service=checkout`);
  const answer = { ...((await all.json()) as { rows: number }), rows: 5_000 };
  fixture.state.override = { path: 'traces', answer };
  const page = await open('/traces?svc=checkout', { width: 390, height: 844 });
  await page.waitForSelector('p.more-row');
  const name = await page.locator('.traces tbody td').first().boundingBox();
  expect(name!.width).toBeGreaterThan(200);
});
test('endpoints: choose, sort, and go on to the flame graph or the traces of one', async () => {
  const page = await open('/endpoints?svc=checkout');
  await page.waitForSelector('.endpoints tbody tr');
  expect(await heading(page)).toBe('56 % of CPU goes into POST /checkout, 12.4 ms a request.');
  await page.click('.endpoints button:has-text("/v2/tenants")');
  await page.click('.seg button:has-text("Rate")');
  expect(param(page, 'm')).toBe('rate');
  const series = `endpoint=${encodeURIComponent(param(page, 'ep')!).replaceAll('%20', '+')}`;
  await page.waitForSelector('.timeline .u-over');
  expect(fixture.state.requests.some((url) => url.includes(series))).toBe(true);
  await page.click('th button:has-text("Failed")');
  await page.waitForURL(/sort=errors/);
  await page.click('.btn:has-text("Flame graph")');
  await graphReady(page);
  expect(param(page, 'q')).toBe('{endpoint="GET /v2/tenants/:tenantId/carts/:cartId/lines"}');
  await page.goBack();
  await page.click('.btn:has-text("Most expensive traces")');
  await page.waitForSelector('.traces tbody tr');
  expect(param(page, 'ep')).toBe('GET /v2/tenants/:tenantId/carts/:cartId/lines');
});

test('stalls show what ran and lead to their trace; the rail fits a telephone', async () => {
  const page = await open('/stalls?svc=checkout', { width: 390, height: 844 });
  await page.waitForSelector('.stalls tbody tr');
  expect(await heading(page)).toBe(
    'The event loop of checkout stood still 4 times, for up to 812 ms, in deserializeConfig.',
  );
  expect(await page.locator('.stack .leaf').first().innerText()).toMatch(/^JSON\.parse/);
  const rail = await page.locator('.rail .item').evaluateAll((items) =>
    items.map((item) => {
      const { left, right, height } = item.getBoundingClientRect();
      return { left, right, tall: height >= 44 };
    }),
  );
  expect(rail.every(({ left, right, tall }) => left >= 0 && right <= 390 && tall)).toBe(true);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await page.click('.btn:has-text("Open the trace")');
  await graphReady(page);
  expect(new URL(page.url()).pathname).toBe(`/trace/${FIXTURE_TRACE}/span/${spanNumber(5)}`);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});

test('the server says what it keeps, how full it is and what went wrong', async () => {
  const page = await open('/server');
  await page.waitForSelector('.sizes tbody tr');
  expect(await heading(page)).toMatch(/^Profiles are kept for 400 d and take 41\.8 GiB/);
  expect(await page.locator('.notice').innerText()).toMatch(/^1\s+segment of the spool/);
  expect(await page.locator('.server-grid').innerText()).toMatch(/INGEST_NOT_PPROF\s+12/);
  expect(await page.locator('.rail [aria-current]').innerText()).toBe('Server');
});
