import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
/** Nothing of a browser that talks to its maker, waits for a GPU, or needs a sandbox that containers lack. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const ARTIFACTS = join(import.meta.dirname, '../.artifacts');

/** Where the browser is: CHROMIUM_PATH, else the usual places. */
export function findChromium(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['CHROMIUM_PATH'];
  if (named !== undefined && named !== '') {
    if (existsSync(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, and there is no such file`);
  }
  const found = PLACES.find((place) => existsSync(place));
  if (found !== undefined) return found;
  throw new Error(
    'no Chromium was found. Install it with `apt-get install -y chromium`, or name it in CHROMIUM_PATH.',
  );
}

/** A name of this machine that browsers do not trust as they trust loopback addresses. */
export const UNTRUSTED_NAME = 'profiler.test';

export async function launchBrowser(): Promise<Browser> {
  const args = [...FLAGS, `--host-resolver-rules=MAP ${UNTRUSTED_NAME} 127.0.0.1`];
  return chromium.launch({ executablePath: findChromium(), headless: true, args });
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly dark?: boolean;
  readonly scale?: number;
  readonly reducedMotion?: boolean;
  /** Console errors that the test brings about on purpose. */
  readonly expectErrors?: RegExp;
}

export interface TestPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Throws when the page logged an error, or threw one; closes it either way. */
  close(): Promise<void>;
}

/** A page in a profile of its own. Any console error or uncaught exception fails the test at `close`. */
export async function openPage(browser: Browser, options: PageOptions = {}): Promise<TestPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    deviceScaleFactor: options.scale ?? 1,
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    timezoneId: 'UTC',
    locale: 'en-GB',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`console: ${message.text()}`);
  });
  return {
    page,
    context,
    async close() {
      await context.close();
      const unexpected = errors.filter((text) => !options.expectErrors?.test(text));
      if (unexpected.length > 0)
        throw new Error(`the page reported errors:\n${unexpected.join('\n')}`);
    },
  };
}

/** Save a picture to look at; test/.artifacts is not in git. */
export async function screenshot(page: Page, name: string): Promise<string> {
  await mkdir(ARTIFACTS, { recursive: true });
  const path = join(ARTIFACTS, `${name}.png`);
  await page.screenshot({ path });
  return path;
}
