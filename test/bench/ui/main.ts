import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { benchTree } from './fixture.ts';
import { serveBench } from './serve.ts';

// The built bench stands in a temporary directory, where packages are not found.
const { chromium } = createRequire(join(process.cwd(), 'package.json'))(
  'playwright-core',
) as typeof import('playwright-core');

const FRAMES = 100_000;
/** As many as the server sends when nobody asks for more. */
const FRAMES_DEFAULT = 8_192;
const RUNS = 9;
const BUDGETS = { firstPaintMs: 150, zoomP95Ms: 16, keystrokeMs: 30, jsKilobytes: 150 } as const;
const WORD = 'parse';

interface Run {
  readonly firstPaintMs: number; // from the last byte of the answer to the first drawing
  readonly sinceAskedMs: number; // from the request to the first drawing
  readonly zoomP95Ms: number; // of the drawings of one zoom
  readonly firstKeystrokeMs: number; // script, style and layout
  readonly keystrokeMs: number; // the slowest of those that follow
  readonly jsKilobytes: number;
  readonly paintedMs: number; // all work of the slowest, with software painting
}

interface Work {
  readonly own: number; // script, style and layout
  readonly all: number; // every task of the page's thread, painting too
}

/** The parts of FlameView's probe that are used here; the page is built, so its types are not at hand. */
interface Probe {
  readonly flameView?: {
    readonly test: {
      readonly drawnCount: number;
      readonly lastDrawMs: number;
      readonly animating: boolean;
      rectOf(name: string): { x: number; y: number; width: number } | null;
      visible(): { id: string; depth: number; total: number }[];
    };
  };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Open Explore and wait for its first drawing: milliseconds since the last byte of the answer, and since it was asked for. */
async function openGraph(page: Page, url: string): Promise<[number, number]> {
  await page.addInitScript(() => {
    const look = (): void => {
      const view = (window as { __flamehouse?: Probe }).__flamehouse?.flameView;
      if (view !== undefined && view !== null && view.test.drawnCount > 0)
        performance.mark('flame-drawn');
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.goto(`${url}/explore?svc=bench&from=0&to=3600000`);
  await page.waitForFunction(() => performance.getEntriesByName('flame-drawn').length > 0);
  return page.evaluate(() => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const answer = entries.find(({ name }) => name.includes('/flamegraph'))!;
    const drawn = performance.getEntriesByName('flame-drawn')[0]!.startTime;
    return [drawn - answer.responseEnd, drawn - answer.startTime] as [number, number];
  });
}

async function measureRun(browser: Browser, url: string): Promise<Run> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  const [firstPaintMs, sinceAskedMs] = await openGraph(page, url);
  await page.waitForSelector('tr[data-function]');
  await page.waitForTimeout(500); // Until the page is idle, as it is when a user begins.
  const zoomP95Ms = await measureZoom(page);
  const session = await page.context().newCDPSession(page);
  // Processor time of the page's thread: what else runs on the machine does not count.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.focus('.search input');
  const strokes: Work[] = [];
  for (const letter of WORD) strokes.push(await measureKey(page, session, letter));
  const loaded = await jsKilobytes(page);
  await page.close();
  const [first, ...rest] = strokes as [Work, ...Work[]];
  return {
    firstPaintMs,
    sinceAskedMs,
    zoomP95Ms,
    jsKilobytes: loaded,
    firstKeystrokeMs: first.own,
    keystrokeMs: Math.max(...rest.map(({ own }) => own)),
    paintedMs: Math.max(...strokes.map(({ all }) => all)),
  };
}

/** Zoom to a frame of about a fifth of the width and take the time of every drawing on the way. */
async function measureZoom(page: Page): Promise<number> {
  const at = await page.evaluate(() => {
    const { test } = (window as { __flamehouse?: Probe }).__flamehouse!.flameView!;
    const seen = test.visible();
    const whole = seen[0]!.total;
    const near = (total: number): number => Math.abs(total / whole - 0.2);
    const goal = seen
      .filter(({ depth }) => depth > 1)
      .sort((a, b) => near(a.total) - near(b.total));
    const rect = test.rectOf(goal[0]!.id)!;
    return { x: rect.x + rect.width / 2, y: rect.y + 8 };
  });
  await page.evaluate(() => {
    const times: number[] = [];
    (window as { zoomTimes?: number[] }).zoomTimes = times;
    const look = (): void => {
      const { test } = (window as { __flamehouse?: Probe }).__flamehouse!.flameView!;
      if (test.animating) times.push(test.lastDrawMs);
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
  await page.mouse.click(at.x, at.y);
  await page.waitForTimeout(600);
  const times = await page.evaluate(() => (window as { zoomTimes?: number[] }).zoomTimes!);
  if (times.length === 0) throw new Error('the zoom drew nothing');
  return times.sort((a, b) => a - b)[Math.floor((times.length - 1) * 0.95)]!;
}

async function measureKey(page: Page, session: CDPSession, letter: string): Promise<Work> {
  const before = await workOf(session);
  await page.keyboard.press(letter);
  await page.waitForTimeout(250);
  const after = await workOf(session);
  return { own: after.own - before.own, all: after.all - before.all };
}

/** What the page's thread has worked so far, in milliseconds. */
async function workOf(session: CDPSession): Promise<Work> {
  const { metrics } = await session.send('Performance.getMetrics');
  const ms = (name: string): number =>
    metrics.find((metric) => metric.name === name)!.value * 1_000;
  return {
    own: ms('ScriptDuration') + ms('LayoutDuration') + ms('RecalcStyleDuration'),
    all: ms('TaskDuration'),
  };
}

/** The scripts that the page of a screen loads, after gzip. */
async function jsKilobytes(page: Page): Promise<number> {
  const names = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => path.endsWith('.js')),
  );
  const bytes = [...new Set(names)].map(
    (path) => gzipSync(readFileSync(join(process.cwd(), 'ui/dist', path))).length,
  );
  return bytes.reduce((sum, size) => sum + size, 0) / 1_000;
}

const place = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path));
if (place === undefined) throw new Error('no Chromium was found; name it in CHROMIUM_PATH');
const browser = await chromium.launch({
  executablePath: place,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
const server = await serveBench(benchTree(FRAMES));
const smaller = await serveBench(benchTree(FRAMES_DEFAULT));
const runs: Run[] = [];
const smallerMs: number[] = [];
for (let i = 0; i < RUNS; i++) {
  runs.push(await measureRun(browser, server.url));
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  smallerMs.push((await openGraph(page, smaller.url))[0]);
  await page.close();
}
server.close();
smaller.close();
await browser.close();

function verdict(value: number, budget: number, unit: string): string {
  if (!Number.isFinite(budget)) return '   no budget';
  return `   budget ${String(budget).padStart(4)} ${unit}   ${value <= budget ? 'met' : 'MISSED'}`;
}

const NO_BUDGET = Number.POSITIVE_INFINITY;
const all = (key: keyof Run): number[] => runs.map((run) => run[key]);
const rows: readonly (readonly [string, readonly number[], number, string])[] = [
  ['first paint after data', all('firstPaintMs'), BUDGETS.firstPaintMs, 'ms'],
  ['first paint after the request', all('sinceAskedMs'), NO_BUDGET, 'ms'],
  [`first paint of ${FRAMES_DEFAULT} frames`, smallerMs, BUDGETS.firstPaintMs, 'ms'],
  ['zoom, p95 of a drawing', all('zoomP95Ms'), BUDGETS.zoomP95Ms, 'ms'],
  ['first keystroke of a search', all('firstKeystrokeMs'), BUDGETS.keystrokeMs, 'ms'],
  ['slowest keystroke after it', all('keystrokeMs'), BUDGETS.keystrokeMs, 'ms'],
  ['the same, painted in software', all('paintedMs'), NO_BUDGET, 'ms'],
  ['JavaScript of Explore, gzip', all('jsKilobytes'), BUDGETS.jsKilobytes, 'kB'],
];
console.log(`${FRAMES} frames, median of ${RUNS} runs, load average ${loadavg()[0]!.toFixed(1)}`);
for (const [name, values, budget, unit] of rows) {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((ms) => ms.toFixed(1));
  const middle = median(values);
  console.log(
    `${name.padEnd(30)} ${middle.toFixed(1).padStart(8)} ${unit} (${least} to ${most})${verdict(middle, budget, unit)}`,
  );
}
mkdirSync('test/.artifacts', { recursive: true });
writeFileSync(
  'test/.artifacts/bench-ui.json',
  JSON.stringify({ frames: FRAMES, budgets: BUDGETS, load: loadavg(), runs, smallerMs }, null, 2),
);
if (
  process.argv.includes('--strict') &&
  rows.some(([, values, budget]) => median(values) > budget * 2)
)
  process.exitCode = 1;
