import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import { launchBrowser, openPage, screenshot } from '../support/browser.ts';
import { findMarkedProcesses } from '../support/marked-processes.ts';
import { type RunningProcess, startNode, waitFor } from '../support/processes.ts';
import { graphReady } from '../support/ui-page.ts';

const DEMO_DEADLINE_MS = 120_000;
const DATA_DIR = /data in (\S+)/;

let demo: RunningProcess | undefined;
let mark = '';

/** Start the demo on a free port; everything it starts inherits the mark. */
function startDemo(...args: string[]): RunningProcess {
  return startMarked({ args: ['examples/demo.mjs', ...args] });
}

function startMarked(command: { command?: string; args: string[] }): RunningProcess {
  const id = randomUUID();
  mark = `DEMO_TEST=${id}`;
  demo = startNode({ ...command, env: { FLAMEHOUSE_PORT: '0', DEMO_TEST: id } });
  return demo;
}

afterEach(async () => {
  await demo?.stop();
  for (const { pid } of findMarkedProcesses(mark)) process.kill(pid, 'SIGKILL');
  // A demo that was killed could not delete its data.
  const dataDir = DATA_DIR.exec(demo?.output() ?? '')?.[1];
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
});

async function untilExit({ child, output }: RunningProcess): Promise<number | string> {
  return waitFor('end of the demo', () => child.exitCode ?? child.signalCode ?? undefined, {
    deadlineMs: DEMO_DEADLINE_MS,
    seen: output,
  });
}

async function untilPrinted({ output }: RunningProcess, pattern: RegExp): Promise<RegExpExecArray> {
  return waitFor(`line ${pattern}`, () => pattern.exec(output()) ?? undefined, {
    deadlineMs: DEMO_DEADLINE_MS,
    seen: output,
  });
}

/** From the landing page with the mouse, reading what stands there. */
async function findTheFault(page: Page, url: string): Promise<void> {
  const details = page.locator('.details');
  await page.goto(url);
  await page.waitForSelector('.list tbody tr');
  await screenshot(page, 'demo-0-services');
  // 1: the service.
  await page.click('.list a:has-text("checkout")');
  await graphReady(page);
  await screenshot(page, 'demo-1-explore');
  // 2: the version that began last, at its flag on the line. 3: only that.
  await page.click('.flag:has-text("1.1.0")');
  await page.click('[role=menuitem]:has-text("Only this version")');
  // The sentence has the function and its share, the strip its file and its history.
  await page.waitForFunction(() =>
    /[1-9]\d\s% of CPU goes through deserializeConfig\./.test(
      document.querySelector('h1')?.textContent ?? '',
    ),
  );
  await graphReady(page);
  expect(await details.innerText()).toMatch(
    /deserializeConfig\s+your code\s+src\/pricing\/deserialize-config\.js/,
  );
  await page.waitForSelector('.history[aria-label*="%"]');
  await screenshot(page, 'demo-3-version');
  // 4: its callers.
  await details.locator('.btn:has-text("Callers")').click();
  await page.waitForSelector('.sandwich');
  await graphReady(page);
  expect(await page.locator('.crumbs').innerText()).toMatch(/of it from\s*\w+/);
  await screenshot(page, 'demo-4-callers');
}

async function expectNothingLeft(): Promise<void> {
  await waitFor(
    'end of everything that the demo started',
    () => (findMarkedProcesses(mark).length === 0 ? true : undefined),
    { deadlineMs: 15_000, seen: () => JSON.stringify(findMarkedProcesses(mark)) },
  );
}

test('shows the fault, prints where to look, and leaves nothing behind', async () => {
  const running = startDemo('--once');
  expect(await untilExit(running), running.output()).toBe(0);
  expect(findMarkedProcesses(mark)).toEqual([]);

  const output = running.output();
  expect(output).toMatch(/first flame graph: \d+ functions, \d+\.\d s of CPU/);
  expect(output).toMatch(/open http:\/\/127\.0\.0\.1:\d+\/explore\?svc=checkout/);
  expect(output).toMatch(/slowest trace: POST \/checkout, \d+ ms in checkout and inventory/);
  expect(output).toMatch(/open http:\/\/[\d.]+:\d+\/trace\/[0-9a-f]{32}\/span\/[0-9a-f]{16}/);
  const [, share] =
    /(\d+) % of the CPU of 1\.1\.0 goes into deserializeConfig, src\/pricing\/deserialize-config\.js/.exec(
      output,
    ) ?? [];
  expect(Number(share), output).toBeGreaterThanOrEqual(10);
  expect(existsSync(DATA_DIR.exec(output)![1]!)).toBe(false);
});

// Issue 5: who has never seen the program finds the function, its callers, its share and its history.
test('shows the fault to a person in four clicks, and stops everything on Ctrl-C', async () => {
  const running = startDemo('--quick');
  await untilPrinted(running, /instances of checkout 1\.0\.0 run/);
  const [, url] = /server is ready at (http:\S+);/.exec(running.output())!;
  const browser = await launchBrowser();
  try {
    const { page, close } = await openPage(browser, { reducedMotion: true });
    await untilPrinted(running, /of the CPU of 1\.1\.0 goes into deserializeConfig/);
    await findTheFault(page, url!);
    await close();
  } finally {
    await browser.close();
  }
  expect(findMarkedProcesses(mark).length).toBeGreaterThanOrEqual(5); // demo, server, inventory, two instances
  running.child.kill('SIGINT');
  expect(await untilExit(running), running.output()).toBe(0);
  expect(findMarkedProcesses(mark)).toEqual([]);
});

test('ends with code 1 and the reason when something that it started crashes', async () => {
  const running = startDemo();
  await untilPrinted(running, /instances of checkout 1\.0\.0 run/);
  const server = findMarkedProcesses(mark).find(({ command }) => command.includes('flamehouse.js'));
  process.kill(server!.pid, 'SIGKILL');
  expect(await untilExit(running)).toBe(1);
  expect(running.output()).toContain('server ended by itself with SIGKILL');
  expect(findMarkedProcesses(mark)).toEqual([]);
});

test('stops everything when npm, which started it, is told to end', async () => {
  const running = startMarked({ command: 'npm', args: ['run', 'demo'] });
  await untilPrinted(running, /instances of checkout 1\.0\.0 run/);
  running.child.kill('SIGTERM');
  await expectNothingLeft();
});

test('leaves nothing running even when it is killed itself', async () => {
  const running = startDemo();
  await untilPrinted(running, /instances of checkout 1\.0\.0 run/);
  running.child.kill('SIGKILL');
  await untilExit(running);
  await expectNothingLeft();
});

test('refuses an option that it does not have', async () => {
  const running = startDemo('--twice');
  expect(await untilExit(running)).toBe(2);
  expect(running.output()).toContain('demo: there is no option --twice');
});
