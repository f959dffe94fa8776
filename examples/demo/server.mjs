import { once } from 'node:events';
import { createServer } from 'node:net';
import { receiveVerdicts } from './verdicts.mjs';
import { waitFor } from './wait.mjs';

/**
 * @typedef {import('./run-demo.mjs').Demo} Demo
 * @typedef {object} Server
 * @property {string} url
 * @property {() => string} output the end of what it printed
 * @property {(path: string, query?: Record<string, string>) => Promise<any>} get asks and reads JSON
 */

const DEFAULT_PORT = 4040;
const READY_DEADLINE_MS = 30_000;
const ANSWER_DEADLINE_MS = 10_000;

/**
 * Start the server on the embedded engine and wait until it can take profiles.
 *
 * @param {Demo} demo
 * @returns {Promise<Server>}
 */
export async function startServer(demo) {
  const { children, dataDir, signal, print } = demo;
  const wanted = Number(process.env['FLAMEHOUSE_PORT'] ?? DEFAULT_PORT);
  const port = await findFreePort(wanted);
  if (port !== wanted && wanted !== 0) print(`port ${wanted} is taken, so the server gets ${port}`);
  const child = children.start({
    name: 'server',
    args: ['server/bin/flamehouse.js', 'serve'],
    env: {
      FLAMEHOUSE_HOST: '127.0.0.1',
      FLAMEHOUSE_PORT: String(port),
      FLAMEHOUSE_DATA_DIR: dataDir,
      FLAMEHOUSE_LOG: 'error',
      FLAMEHOUSE_WEBHOOK_URL: await receiveVerdicts(demo),
    },
  });
  const url = `http://127.0.0.1:${port}`;
  const server = { url, output: child.output, get: askWith(url, signal) };
  const waiting = { what: 'server that is ready', deadlineMs: READY_DEADLINE_MS, signal };
  await waitFor(waiting, () => server.get('/readyz'));
  return server;
}

/**
 * @param {string} url
 * @param {AbortSignal} signal
 * @returns {Server['get']}
 */
function askWith(url, signal) {
  return async (path, query = {}) => {
    const address = `${url}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(address, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_DEADLINE_MS)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${address} answered ${response.status}: ${text}`);
    return JSON.parse(text);
  };
}

/**
 * @param {number} wanted 0 for any
 * @returns {Promise<number>} the wanted port, or another when it is taken
 */
async function findFreePort(wanted) {
  const probe = createServer();
  try {
    probe.listen(wanted, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return findFreePort(0); // Whoever has the wanted port keeps it; the caller says so.
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : wanted;
}
