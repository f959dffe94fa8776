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

/**
 * Start instances of the example under the agent, each with its load.
 *
 * @param {Demo} demo
 * @param {{ serverUrl: string, version: string, count: number }} options
 * @returns {Promise<Instance[]>}
 */
export async function startInstances(demo, { serverUrl, version, count }) {
  const instances = [];
  for (let number = 1; number <= count; number++) {
    instances.push(await startInstance(demo, { serverUrl, version, name: `checkout-${number}` }));
  }
  return instances;
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
 * @param {{ serverUrl: string, version: string, name: string }} options
 * @returns {Promise<Instance>}
 */
async function startInstance({ children, signal }, { serverUrl, version, name }) {
  const child = children.start({
    name: `${name} ${version}`,
    args: ['--require', '@flamehouse/agent/register', 'examples/checkout/src/main.js'],
    env: {
      PORT: '0',
      VERSION: version,
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
  return { child, load: startLoad(url, signal) };
}
