import { existsSync } from 'node:fs';

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

/** A name of this machine that browsers do not trust as they trust loopback addresses. */
export const UNTRUSTED_NAME = 'profiler.test';

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

export const chromiumOptions = () => ({
  executablePath: findChromium(),
  headless: true,
  args: [...FLAGS, `--host-resolver-rules=MAP ${UNTRUSTED_NAME} 127.0.0.1`],
});
