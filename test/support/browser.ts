import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { inject } from 'vitest';
// Declares what is provided.
import type {} from './browser-server.ts';
import { chromiumOptions } from './chromium.ts';

const ARTIFACTS = join(import.meta.dirname, '../.artifacts');

/** The browser of the run, or a new one where there is none; `close` ends what the caller opened in it. */
export function launchBrowser(): Promise<Browser> {
  const endpoint = inject('browserEndpoint');
  return endpoint === '' ? chromium.launch(chromiumOptions()) : chromium.connect(endpoint);
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
