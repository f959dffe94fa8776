import { chromium } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { chromiumOptions } from './chromium.ts';

declare module 'vitest' {
  interface ProvidedContext {
    browserEndpoint: string; // '' when there is no browser: the tests that want one say why
  }
}

/** One browser for all files of the run: starting one takes 2 s, a context of its own 0.2 s. */
export default async function startBrowser(project: TestProject): Promise<() => Promise<void>> {
  try {
    const server = await chromium.launchServer(chromiumOptions());
    project.provide('browserEndpoint', server.wsEndpoint());
    return () => server.close();
  } catch (error) {
    console.error(`no browser for tests: ${error instanceof Error ? error.message : error}`);
    project.provide('browserEndpoint', '');
    return async () => {};
  }
}
