import { startLoad } from './load.mjs';
import { waitFor } from './wait.mjs';

/**
 * @typedef {import('./run-demo.mjs').Demo} Demo
 * @typedef {object} Instance
 * @property {import('./children.mjs').Child} child
 * @property {ReturnType<typeof startLoad>} load
 */

const READY_DEADLINE_MS = 20_000;

/** A third of the agent's default, so that the first flame graph is there early. */
export const WINDOW_MS = 5_000;

/** Spans wait 5 s at the most in OpenTelemetry's own setting. */
const EXPORT_MS = 1_000;

/**
 * Start instances of the example under the agent, each with its load.
 *
 * @param {Demo} demo
 * @param {{ serverUrl: string, inventoryUrl: string, version: string, count: number }} options
 * @returns {Promise<Instance[]>}
 */
export function startInstances(demo, { serverUrl, inventoryUrl, version, count }) {
  const names = Array.from({ length: count }, (_, number) => `checkout-${number + 1}`);
  return Promise.all(
    names.map((name) => startInstance(demo, { serverUrl, inventoryUrl, version, name })),
  );
}

/**
 * Start the service that every checkout asks. It gets its load from them.
 *
 * @param {Demo} demo
 * @param {{ serverUrl: string }} options
 * @returns {Promise<string>} where it listens
 */
export async function startInventory(demo, { serverUrl }) {
  const { url } = await startProfiled(demo, {
    serverUrl,
    name: 'inventory-1',
    version: '1.0.0',
    main: 'examples/inventory/src/main.js',
    env: {},
  });
  return url;
}

/**
 * @param {Demo} demo
 * @param {readonly Instance[]} instances
 */
export async function stopInstances({ children }, instances) {
  await Promise.all(instances.map(({ load }) => load.stop()));
  await Promise.all(instances.map(({ child }) => children.stop(child)));
}

/**
 * @param {Demo} demo
 * @param {{ serverUrl: string, inventoryUrl: string, version: string, name: string }} options
 * @returns {Promise<Instance>}
 */
async function startInstance(demo, { serverUrl, inventoryUrl, version, name }) {
  const main = 'examples/checkout/src/main.js';
  const env = { INVENTORY_URL: inventoryUrl };
  const { child, url } = await startProfiled(demo, { serverUrl, name, version, main, env });
  return { child, load: startLoad(url, demo.signal) };
}

/**
 * Start a service under the agent, with its spans sent to the server too.
 *
 * @param {Demo} demo
 * @param {{ serverUrl: string, name: string, version: string, main: string, env: Record<string, string> }} options
 */
async function startProfiled({ children, signal }, { serverUrl, name, version, main, env }) {
  const child = children.start({
    name: `${name} ${version}`,
    args: ['--require', '@flamehouse/agent/register', main],
    env: {
      ...env,
      PORT: '0',
      VERSION: version,
      OTEL_EXPORTER_OTLP_ENDPOINT: serverUrl,
      OTEL_BSP_SCHEDULE_DELAY: String(EXPORT_MS),
      FLAMEHOUSE_SERVER_URL: serverUrl,
      FLAMEHOUSE_VERSION: version,
      FLAMEHOUSE_ENVIRONMENT: 'demo',
      FLAMEHOUSE_INSTANCE: `${name}-${version}`,
      FLAMEHOUSE_WINDOW_MS: String(WINDOW_MS),
    },
  });
  const waiting = { what: `ready line of ${name}`, deadlineMs: READY_DEADLINE_MS, signal };
  const url = await waitFor(waiting, async () => {
    return / listening on (http:\S+)/.exec(child.output())?.[1] ?? null;
  });
  return { child, url };
}
