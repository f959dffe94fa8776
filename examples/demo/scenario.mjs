import { setTimeout as sleep } from 'node:timers/promises';
import { startInstances, startInventory, stopInstances, WINDOW_MS } from './checkout.mjs';
import { REQUESTS_PER_SECOND } from './load.mjs';
import { askVersion, exploreUrl, findSlowestTrace } from './questions.mjs';
import { startServer } from './server.mjs';
import { waitFor } from './wait.mjs';

/**
 * @typedef {import('./run-demo.mjs').Demo} Demo
 * @typedef {import('./server.mjs').Server} Server
 * @typedef {import('./checkout.mjs').Instance} Instance
 */

const SOUND = '1.0.0';
const FAULTY = '1.1.0';
const FAULTY_FUNCTION = 'deserializeConfig';
const INSTANCES = 2;

/** Long enough for several windows of the first version. */
const SOUND_MS = 35_000;
/** Both versions run side by side so long, as in a canary: time for a verdict at 2 kept minutes, and a second look. */
const CANARY_MS = 10 * 60_000;
const PROFILE_DEADLINE_MS = 60_000;
/** Of the CPU, from which on nobody overlooks a function. */
const SHARE_SEEN = 0.1;
const REPORT_EVERY_MS = 15_000;

/**
 * Server, version 1.0.0, its first flame graph and slowest trace, version 1.1.0 beside it, the fault; then facts until stopped.
 *
 * @param {Demo} demo
 */
export async function playScenario(demo) {
  const server = await startServer(demo);
  demo.print(`server is ready at ${server.url}; data in ${demo.dataDir} until the demo ends`);
  const inventoryUrl = await startInventory(demo, { serverUrl: server.url });
  const sound = await runSound(demo, server, inventoryUrl);
  const faulty = await runFaulty(demo, server, inventoryUrl);
  if (demo.once) return;
  demo.print(
    `open ${server.url}/deploys: the verdict on ${FAULTY} comes about 6 minutes after its start`,
  );
  demo.print('Ctrl-C stops everything');
  const replaced = sleep(CANARY_MS, undefined, { signal: demo.signal }).then(async () => {
    await stopInstances(demo, sound);
    demo.print(`checkout ${SOUND} was stopped: ${FAULTY} has taken over`);
  });
  await Promise.all([replaced, reportUntilStopped(demo, server, faulty)]);
}

/**
 * @param {Demo} demo
 * @param {Server} server
 * @param {string} inventoryUrl
 */
async function runSound(demo, server, inventoryUrl) {
  const { print, signal, quick } = demo;
  const since = Date.now();
  const instances = await startInstances(demo, {
    serverUrl: server.url,
    inventoryUrl,
    version: SOUND,
    count: INSTANCES,
  });
  print(
    `${INSTANCES} instances of checkout ${SOUND} run under the agent, inventory behind them: ` +
      `windows of ${WINDOW_MS / 1_000} s, ${REQUESTS_PER_SECOND} requests/s each`,
  );
  const first = await waitForCpu(server, instances, { version: SOUND, search: '', signal });
  print(`first flame graph: ${first.rows} functions, ${seconds(first.totalMicros)} of CPU`);
  print(`open ${exploreUrl(server, {})}`);
  await printSlowestTrace(demo, server);
  const leftMs = SOUND_MS - (Date.now() - since);
  if (!quick && leftMs > 0) await sleep(leftMs, undefined, { signal });
  return instances;
}

/**
 * Its samples come with the windows of two services, so it is there a little after the flame graph.
 *
 * @param {Demo} demo
 * @param {Server} server
 */
async function printSlowestTrace({ print, signal }, server) {
  const waiting = { what: 'trace', deadlineMs: PROFILE_DEADLINE_MS, everyMs: 500, signal };
  const slowest = await waitFor(waiting, () => findSlowestTrace(server));
  const { endpoint, durationMicros, services, url } = slowest;
  const milliseconds = (durationMicros / 1_000).toFixed(0);
  print(`slowest trace: ${endpoint}, ${milliseconds} ms in ${services.join(' and ')}`);
  print(`open ${url}`);
}

/**
 * @param {Demo} demo
 * @param {Server} server
 * @param {string} inventoryUrl
 */
async function runFaulty(demo, server, inventoryUrl) {
  const { print, signal } = demo;
  const instances = await startInstances(demo, {
    serverUrl: server.url,
    inventoryUrl,
    version: FAULTY,
    count: INSTANCES,
  });
  print(`checkout ${FAULTY}, which has a fault, runs beside ${SOUND}`);
  const wanted = { version: FAULTY, search: FAULTY_FUNCTION, signal };
  const found = await waitForCpu(server, instances, wanted);
  print(`${percent(found)} of the CPU of ${FAULTY} goes into ${FAULTY_FUNCTION}, ${found.file}`);
  print(`open ${exploreUrl(server, { version: FAULTY, search: FAULTY_FUNCTION })}`);
  return instances;
}

/**
 * Wait until a tenth of a version's CPU is in a function whose name contains the search text: the
 * first window holds the start of the process, and little else on a busy machine.
 *
 * Errors  throws after the deadline, with what server and instances printed: it says what is wrong.
 *
 * @param {Server} server
 * @param {readonly Instance[]} instances
 * @param {{ version: string, search: string, signal: AbortSignal }} options
 */
function waitForCpu(server, instances, { version, search, signal }) {
  const waiting = {
    what: `CPU profile of ${version}${search === '' ? '' : ` with ${search}`}`,
    deadlineMs: PROFILE_DEADLINE_MS,
    everyMs: 500,
    signal,
  };
  return waitFor(waiting, async () => {
    const found = await askVersion(server, { version, search });
    if (found.foundMicros > 0 && found.foundMicros >= SHARE_SEEN * found.totalMicros) return found;
    const printed = [server, ...instances.map(({ child }) => child)].map(({ output }) => output());
    throw new Error(`not in the answers yet\n${printed.join('')}`);
  });
}

/**
 * @param {Demo} demo
 * @param {Server} server
 * @param {readonly Instance[]} instances
 */
async function reportUntilStopped({ print, signal }, server, instances) {
  for (;;) {
    await sleep(REPORT_EVERY_MS, undefined, { signal });
    const sound = await askVersion(server, { version: SOUND, search: FAULTY_FUNCTION });
    const faulty = await askVersion(server, { version: FAULTY, search: FAULTY_FUNCTION });
    const requests = instances.reduce((sum, { load }) => sum + load.requests(), 0);
    const failures = instances.reduce((sum, { load }) => sum + load.failures(), 0);
    print(
      `${FAULTY_FUNCTION}: ${percent(sound)} of ${seconds(sound.totalMicros)} in ${SOUND}, ` +
        `${percent(faulty)} of ${seconds(faulty.totalMicros)} in ${FAULTY} (${requests} requests, ${failures} failed)`,
    );
  }
}

/** @param {number} micros */
function seconds(micros) {
  return `${(micros / 1e6).toFixed(1)} s`;
}

/** @param {import('./questions.mjs').VersionCpu} found */
function percent({ foundMicros, totalMicros }) {
  return `${totalMicros === 0 ? 0 : Math.round((100 * foundMicros) / totalMicros)} %`;
}
