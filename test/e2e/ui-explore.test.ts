import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot, type TestPage } from '../support/browser.ts';
import { waitFor } from '../support/processes.ts';
import { startUiFixture, type UiFixture } from '../support/ui-fixture-server.ts';
import { parseTree } from '../support/ui-fixture-tree.ts';
import { flame, graphReady, zoomDone } from '../support/ui-page.ts';

let browser: Browser;
let fixture: UiFixture;
let opened: TestPage | null = null;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
beforeEach(async () => {
  fixture = await startUiFixture();
});
afterEach(async () => {
  const last = opened;
  opened = null;
  try {
    await last?.close();
  } finally {
    await fixture.close();
  }
});

async function open(path: string, options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  opened = await openPage(browser, options);
  await opened.page.goto(`${fixture.url}${path}`);
  return opened.page;
}

async function openGraph(query = '', options: Parameters<typeof openPage>[1] = {}): Promise<Page> {
  const page = await open(`/explore?svc=checkout${query}`, options);
  await graphReady(page);
  return page;
}

const query = (page: Page): Record<string, string> =>
  Object.fromEntries(new URL(page.url()).searchParams);
const heading = (page: Page) => page.locator('h1').innerText();
const details = (page: Page) => page.locator('.details').innerText();

test('Explore without a service opens the one that uses the most CPU', async () => {
  const page = await open('/explore');
  await graphReady(page);
  expect(query(page)).toEqual({ svc: 'checkout' });
  expect(await page.title()).toBe('checkout, CPU · Flamehouse');
});

test('the sentence, the graph, the table and the footer say the same', async () => {
  const page = await openGraph();
  expect(await heading(page)).toBe('33\u00a0% of CPU goes through deserializeConfig.');
  const row = page.locator('tr', { hasText: 'deserializeConfig' });
  expect(await row.innerText()).toMatch(/33\.0$/);
  expect(await page.locator('.foot').innerText()).toContain(
    'Drawn: 92 of 137\u00a0frames. 2.4\u00a0% of CPU is folded',
  );
  await screenshot(page, 'ui-explore');
});

test('the details say on how many samples a function stands', async () => {
  const page = await openGraph();
  let answer = () => {};
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await page.route('**/functions/*/series*', async (route) => {
    await asked;
    await route.continue();
  });
  await page.click('tr:has-text("deserializeConfig")');
  await page.setViewportSize({ width: 1180, height: 900 });
  const heightOfStrip = async () => (await page.locator('.details').boundingBox())!.height;
  const before = await heightOfStrip();
  answer();
  const caption = page.locator('.details .history');
  await page.waitForFunction(() =>
    document.querySelector('.details')?.textContent?.includes('samples'),
  );
  expect(await caption.innerText()).toMatch(
    /→ 33\u00a0%\s+\d{3}\u00a0k\u00a0samples, \d\d\.\d\u00a0k self$/,
  );
  expect(await heightOfStrip()).toBe(before); // or the graph would move
  await screenshot(page, 'ui-details-samples');
  await page.goto(`${fixture.url}/explore?svc=checkout&t=heap`);
  await graphReady(page);
  await page.click('tr:has-text("loadPriceRules")');
  await page.waitForFunction(() => document.querySelector('.details .history')?.textContent !== '');
  expect(await caption.innerText()).not.toContain('sample');
});

test('foo( and broken expressions never throw', async () => {
  const page = await openGraph();
  await page.fill('.search input', 'foo(');
  expect(await page.locator('.search .count').innerText()).toBe('0 of 86');
  await page.fill('.search input', '/foo(/');
  expect(await page.locator('.search .count').innerText()).toBe('not an expression');
  expect(await page.locator('.more-row').innerText()).toContain('Unterminated group');
  await page.fill('.search input', 'deserialise');
  await page.click('.more-row button:has-text("deserializeConfig")');
  expect(await page.locator('tbody tr[data-function]').count()).toBe(1);
});

test('dragging over the line selects a part of the range', async () => {
  const page = await openGraph();
  const box = (await page.locator('.u-over').boundingBox())!;
  await page.mouse.move(box.x + box.width * 0.5, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(() => location.search.includes('sel='));
  const [from, to] = query(page)['sel']!.split('~').map(Number) as [number, number];
  expect(Math.abs(to - from - 900_000)).toBeLessThan(20_000);
  await page.waitForFunction(() =>
    document.querySelector('.head')?.textContent?.includes('in selection'),
  );
  await waitFor(
    'request for the selected part',
    () =>
      fixture.state.requests.find(
        (url) => /functions.*from=\d+/.test(url) && url.includes(`from=${from}&`),
      ),
    { seen: () => fixture.state.requests.join('\n') },
  );
  await page.click('[aria-label="Show the whole range"]');
  expect(query(page)).toEqual({ svc: 'checkout' });
});

test('a flag marks where a version begins, and selects what came after', async () => {
  const page = await openGraph();
  await page.focus('.flag:has-text("4f2c1e9")');
  await page.keyboard.press('Enter');
  await page.click('[role=menuitem]:has-text("Time after it began")');
  expect(query(page)['sel']).toMatch(/^\d+~\d+$/);
  await page.click('.flag:has-text("4f2c1e9")');
  await page.click('[role=menuitem]:has-text("Only this version")');
  expect(query(page)['ver']).toBe('4f2c1e9');
});

test('the line splits by version, instance and endpoint, or is a heat map; each keeps one of them', async () => {
  const page = await openGraph();
  await page.waitForFunction(() =>
    document.querySelector('.head')?.textContent?.includes('lowest to highest of 6 instances'),
  );
  await page.click('.seg.small button:has-text("instance")');
  await page.waitForSelector('.legend.lines');
  expect(await page.locator('.legend.lines').innerText()).toMatch(/pod-a.*2 smaller/s);
  await page.click('.seg.small button:has-text("endpoint")');
  await page.waitForSelector('.legend.lines button:has-text("POST /checkout")');
  await screenshot(page, 'ui-split');
  await page.click('.legend.lines button:has-text("POST /checkout")');
  expect(query(page)).toEqual({ svc: 'checkout', q: '{endpoint="POST /checkout"}' });

  // The heat map picks instance and time, by pointer and by keyboard.
  await page.click('.seg.small button:has-text("heat map")');
  await page.waitForSelector('.heat-names > :nth-child(6)');
  await page.focus('.heat');
  for (const key of ['ArrowDown', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
  const { q, sel, by } = query(page);
  expect([q, by]).toEqual(['{endpoint="POST /checkout", instance="pod-a"}', 'heat']);
  const [from, to] = sel!.split('~').map(Number) as [number, number];
  expect(to - from).toBeGreaterThan(10_000);
  await page.waitForSelector('.heat-picked');
  expect(await page.locator('.heat-names > *').count()).toBe(6);
  const box = (await page.locator('.heat-stage').boundingBox())!;
  await page.mouse.click(box.x + box.width / 2, box.y + 24);
  expect(query(page)['q']).toBe('{endpoint="POST /checkout", instance="pod-b"}');
  await screenshot(page, 'ui-heat');
});

test('types have names of their own and bytes have binary units', async () => {
  const page = await openGraph();
  await page.click('[aria-label^="Profile type"]');
  expect(await page.locator('[role=option]').allInnerTexts()).toEqual([
    'CPU',
    'Wall time',
    'Heap in use',
    'Objects in use',
    'Allocated',
    'Objects allocated',
  ]);
  await page.click('[role=option]:has-text("Heap in use")');
  await page.waitForFunction(() =>
    document.querySelector('h1')?.textContent?.includes('heap in use'),
  );
  expect(query(page)).toEqual({ svc: 'checkout', t: 'heap' });
  expect(await details(page)).toContain('MiB');
});

test('an empty range says where the data is and goes there', async () => {
  fixture.state.tree = parseTree('all | root | 0');
  fixture.state.services[0] = { ...fixture.state.services[0]!, lastSeen: Date.now() - 7_200_000 };
  const page = await open('/explore?svc=checkout&env=production');
  await page.waitForSelector('.empty');
  expect(await page.locator('.empty').innerText()).toMatch(
    /No CPU samples from .*checkout last reported 2 h ago\..*environment = production/s,
  );
  await page.click('.empty .btn:has-text("Remove the filter")');
  expect(query(page)).toEqual({ svc: 'checkout' });
  await page.click('.empty .btn.primary');
  expect(Number(query(page)['to'])).toBe(fixture.state.services[0]!.lastSeen + 60_000);
});

test('a failed panel says what happened with its code, others keep working, Retry repairs it', async () => {
  fixture.state.failure = {
    path: 'flamegraph',
    status: 504,
    code: 'QUERY_TIMEOUT',
    message: 'the query ran longer than 10 s',
    help: 'Choose a shorter range.',
  };
  const page = await open('/explore?svc=checkout', { expectErrors: /504/ });
  await page.waitForSelector('.failed');
  expect(await page.locator('.failed').innerText()).toMatch(
    /QUERY_TIMEOUT\s+The query ran longer than 10 s\s+Choose a shorter range\./,
  );
  expect(await page.locator('tbody tr[data-function]').count()).toBeGreaterThan(10);
  fixture.state.failure = null;
  await page.click('.failed button');
  await graphReady(page);
});

test('while another range loads the last picture stays, dimmed, and takes no clicks', async () => {
  const page = await openGraph();
  fixture.state.delayMs = 1_500;
  await page.click('[aria-label="Earlier"]');
  await page.waitForSelector('.pane.kept');
  expect(await page.locator('.loading-say').innerText()).toMatch(/^Loading /);
  await page.waitForSelector('.pane.kept', { state: 'detached' });
});

test('a server that wants a token asks once, keeps a cookie, and goes on', async () => {
  fixture.state.token = 'secret';
  const page = await open('/explore?svc=checkout', { expectErrors: /401/ });
  await page.waitForSelector('dialog[open]');
  await page.fill('dialog input', 'wrong');
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog [role=alert]');
  await page.fill('dialog input', 'secret');
  await page.click('dialog button[type=submit]');
  await graphReady(page);
  expect(await page.evaluate(() => document.cookie)).toBe('');
});

test('without a token the panels say so, and Try again asks again', async () => {
  fixture.state.token = 'secret';
  const page = await open('/explore?svc=checkout', { expectErrors: /401/ });
  await page.click('dialog button:has-text("Not now")');
  await page.waitForSelector('.failed');
  expect(await page.locator('.failed').first().innerText()).toContain('AUTH_REQUIRED');
  await page.locator('.failed button').first().click();
  await page.waitForSelector('dialog[open]');
});

test('names of 400 characters, markup and other scripts do not break the layout', async () => {
  const long = `Coordinator.${'reconcile'.repeat(44)}`;
  fixture.state.tree = parseTree(`
all | root | 100
  ${long} | src/${'deep/'.repeat(30)}x.ts | 90
    <img src=x onerror=alert(1)> | src/a.ts | 60
    日本語の関数名前がとても長い場合 | src/日本語.ts | 20`);
  for (const width of [1440, 390]) {
    const page = await openGraph('', { width, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(await page.locator('img').count()).toBe(0);
    await screenshot(page, `ui-long-names-${width}`);
    await opened!.close();
    opened = null;
  }
});

test('at 390 pixels nothing is wider than the page, and rail, graph and table are there', async () => {
  const page = await openGraph('', { width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  const rail = (await page.locator('.rail').boundingBox())!;
  expect([rail.y, rail.height]).toEqual([844 - 56, 56]);
  const graph = (await page.locator('.flame-pane').boundingBox())!;
  const table = (await page.locator('.table-wrap').boundingBox())!;
  expect(table.y).toBeGreaterThanOrEqual(graph.y + graph.height);
  await screenshot(page, 'ui-explore-390');
});

test('the longest numbers that a table says fit their columns at every width', async () => {
  const page = await openGraph();
  for (const [type, longest] of [
    ['cpu', '0.00969'],
    ['heap', '1,002 KiB'],
  ] as const) {
    await page.goto(`${fixture.url}/explore?svc=checkout&t=${type}`);
    await page.waitForSelector('tr[data-function]');
    for (const width of [390, 1024, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = await page.evaluate((text) => {
        const cells = [...document.querySelectorAll('tr[data-function] td.num:not(.share)')];
        for (const cell of cells) (cell.querySelector('span > span') ?? cell).textContent = text;
        return cells.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth).length;
      }, longest);
      expect(cut, `${type} at ${width} pixels`).toBe(0);
    }
  }
});

test('the theme follows the system until it is chosen, and stays chosen', async () => {
  const page = await openGraph('', { dark: true });
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme']);
  expect(await theme()).toBe('dark');
  await screenshot(page, 'ui-explore-dark');
  await page.click('[aria-label="Use light colours"]');
  expect(await theme()).toBe('light');
  await page.reload();
  expect(await theme()).toBe('light');
});

test('no screen loads more than 150 kB of JavaScript after gzip', async () => {
  const assets = join(import.meta.dirname, '../../ui/dist/assets');
  const scripts = (await readdir(assets)).filter((name) => name.endsWith('.js'));
  const text = new Map(
    await Promise.all(
      scripts.map(async (name) => [name, await readFile(join(assets, name), 'utf8')] as const),
    ),
  );
  const references = (name: string, pattern: RegExp): string[] =>
    [...text.get(name)!.matchAll(pattern)].map((match) => match[1]!);
  const withStatic = (name: string, seen: Set<string>): Set<string> => {
    if (seen.has(name)) return seen;
    seen.add(name);
    for (const next of references(name, /(?:from|import)\s*[`"']\.\/([^`"']+\.js)/g))
      withStatic(next, seen);
    return seen;
  };
  const entry = scripts.find((name) => name.startsWith('index-'))!;
  const screens = references(entry, /import\(\s*[`"']\.\/([^`"']+\.js)/g);
  expect(screens.length).toBeGreaterThanOrEqual(3);
  const sizes = screens.map((screen) => {
    const loaded = [...withStatic(screen, withStatic(entry, new Set()))];
    const bytes = loaded.reduce((sum, name) => sum + gzipSync(text.get(name)!).length, 0);
    return { screen, kB: bytes / 1000 };
  });
  for (const { kB } of sizes) expect(kB).toBeGreaterThan(10);
  expect(sizes.filter(({ kB }) => kB > 150)).toEqual([]);
});

test('a range that ends now is loaded again, and the picture stays where the user left it', async () => {
  opened = await openPage(browser);
  const { page } = opened;
  await page.clock.install();
  await page.goto(`${fixture.url}/explore?svc=checkout`);
  await graphReady(page);
  await flame(page).click('priceCart');
  await zoomDone(page);
  const before = await flame(page).rectOf('loadPriceRules');
  const asked = fixture.state.requests.length;
  fixture.state.tree = parseTree(`
all | root | 1000
  onParserExecuteCommon | node:_http_server | 838
    parserOnIncoming | node:_http_server | 836
      emit | node:events | 834
        lookup | find-my-way | 832
          routeHandler | fastify | 829
            preHandlerCallback | fastify | 826
              handler checkout | src/routes/checkout.ts | 561
                priceCart | src/pricing/price-cart.ts | 400
                  loadPriceRules | src/pricing/rules.ts | 100`);
  await page.clock.fastForward(16_000);
  await page.waitForFunction(
    (width) =>
      (window.__flamehouse?.flameView?.test.rectOf('loadPriceRules')?.width ?? width) < width,
    before.width,
  );
  expect(fixture.state.requests.length).toBeGreaterThan(asked);
  expect(query(page)['fn']).toBe('priceCart');
  const all = await flame(page).rectOf('all');
  expect((await flame(page).rectOf('priceCart')).width).toBe(all.width);
  expect(await page.locator('.kept').count()).toBe(0);
});

test('Copy link freezes relative times', async () => {
  const page = await openGraph('&from=now-15m');
  await opened!.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.click('button:has-text("Copy link")');
  await page.waitForSelector('.toast');
  const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
  const { from, to } = Object.fromEntries(link.searchParams);
  expect(Number(to) - Number(from)).toBe(900_000);
});
