/**
 * Profiles a service under load for a long time, with heap, requests and a server that restarts, and
 * checks that nothing grows and no window is lost. Prints a line for each; exits 1 when a check fails.
 *
 *   npm run test:soak            20 minutes
 *   npm run test:soak -- 2       2 minutes
 */
import { spawn } from 'node:child_process';
import { createServer, get, Agent as HttpAgent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { medianOf, missingWindows, slopeOf } from './statistics.mjs';

const MINUTES_DEFAULT = 20;
const WINDOW_MS = 3000;
const SAMPLE_EVERY_MS = 2000;
const CALLERS = 4;
const PAUSE_MS = 12; // about half of a core
const DOWN_MS = 6000; // longer than a window, so that uploads wait and are repeated
const RESTARTS = 4;
const WARM_UP = 1 / 3; // of the time: the heap of the service and V8's code find their size
const GROWTH_BYTES_MAX = 4 * 1024 * 1024; // over the measured time; below it is noise
const ERRORS_MAX = 2; // standard errors: within them the slope is none
const COUNT_MAX = 3; // sockets and timers that come and go

const minutes = Number(process.argv[2] ?? MINUTES_DEFAULT);
if (!(minutes >= 1 && minutes <= 24 * 60)) {
  console.error('the time is a number of minutes from 1 to 1440');
  process.exit(2);
}

/** A server that keeps the `meta` of every upload, and can be away for a while. */
class Receiver {
  metas = new Map();
  repeats = 0;
  #port = 0;
  #server = null;

  async start() {
    this.#server = createServer(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const headers = { 'content-type': request.headers['content-type'] };
      const form = await new Response(Buffer.concat(chunks), { headers }).formData();
      const meta = JSON.parse(form.get('meta'));
      if (this.metas.has(meta.uploadId)) this.repeats += 1;
      this.metas.set(meta.uploadId, meta);
      response.end('{}');
    });
    this.#server.on('clientError', () => {});
    await new Promise((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = this.#server.address().port;
    return `http://127.0.0.1:${this.#port}`;
  }

  async stop() {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

function startHost(serverUrl) {
  const { PATH, HOME } = process.env;
  const register = fileURLToPath(new URL('../../agent/register.js', import.meta.url));
  const host = fileURLToPath(new URL('host.mjs', import.meta.url));
  const settings = { FLAMEHOUSE_SERVER_URL: serverUrl, FLAMEHOUSE_WINDOW_MS: String(WINDOW_MS) };
  const child = spawn(process.execPath, ['--expose-gc', '--require', register, host], {
    env: { PATH, HOME, ...settings, FLAMEHOUSE_SERVICE: 'soak' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stderr = [];
  child.stderr.setEncoding('utf8').on('data', (text) => stderr.push(text));
  const port = new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
  const ended = new Promise((resolve) =>
    child.on('exit', (code, signal) => resolve({ code, signal })),
  );
  return { child, port, ended, stderr };
}

const connections = new HttpAgent({ keepAlive: true });

function fetchJson(port, path) {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: connections }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
    }).on('error', reject);
  });
}

async function call(port, untilMs, caller) {
  for (let i = 0; Date.now() < untilMs; i++) {
    await fetchJson(port, `/orders/${caller}${i % 50}`);
    await sleep(PAUSE_MS);
  }
}

async function measure(port, untilMs) {
  const samples = [];
  const startMs = Date.now();
  while (Date.now() < untilMs) {
    await sleep(SAMPLE_EVERY_MS);
    const seconds = (Date.now() - startMs) / 1000;
    samples.push({ seconds, ...(await fetchJson(port, '/resources')) });
  }
  return samples;
}

async function restart(receiver, untilMs) {
  const everyMs = (untilMs - Date.now()) / (RESTARTS + 1);
  for (let i = 0; i < RESTARTS; i++) {
    await sleep(everyMs - DOWN_MS);
    await receiver.stop();
    await sleep(DOWN_MS);
    await receiver.start();
  }
}

/** Rows of check, what was seen, and whether that is good. */
function judge({ samples, receiver, end, stderr }) {
  const steady = samples.slice(Math.floor(samples.length * WARM_UP));
  const seconds = steady.map((sample) => sample.seconds);
  const { slope, error } = slopeOf(
    seconds,
    steady.map((sample) => sample.rssBytes),
  );
  const growth = slope * (seconds.at(-1) - seconds[0]);
  const grownBy = (key) =>
    medianOf(steady.slice(-10).map((sample) => sample[key])) -
    medianOf(steady.slice(0, 10).map((sample) => sample[key]));
  const windows = missingWindows([...receiver.metas.values()], WINDOW_MS);
  const mib = (bytes) => `${(bytes / 1024 ** 2).toFixed(2)} MiB`;
  return [
    {
      check: 'resident memory is flat',
      seen: `${mib(growth)} in ${Math.round(seconds.at(-1) - seconds[0])} s (slope ${(slope / error).toFixed(1)} standard errors), ${mib(steady.at(-1).rssBytes)} at the end`,
      good: growth < GROWTH_BYTES_MAX || slope < ERRORS_MAX * error,
    },
    ...['descriptors', 'timers'].map((key) => ({
      check: `no ${key} leak`,
      seen: `${grownBy(key)} more, ${steady.at(-1)[key]} at the end`,
      good: grownBy(key) <= COUNT_MAX,
    })),
    {
      check: 'every window arrived or is counted',
      seen: `${windows.windows} arrived, ${windows.lost} did not, ${windows.dropped} counted as dropped, ${receiver.repeats} repeated`,
      good: windows.windows > 0 && windows.lost <= windows.dropped && windows.overlaps === 0,
    },
    {
      check: 'the host ends as it would',
      seen: `exit code ${end.code}, signal ${end.signal}`,
      good: end.code === 0,
    },
    {
      check: 'one line for each cause',
      seen: stderr.trim().split('\n').join(' / ') || 'none',
      good: (stderr.match(/^\[flamehouse\]/gm) ?? []).length <= 2,
    },
  ];
}

const receiver = new Receiver();
const host = startHost(await receiver.start());
const port = await host.port;
const untilMs = Date.now() + minutes * 60_000;
console.log(`profiling a service under load for ${minutes} minutes`);
const [samples] = await Promise.all([
  measure(port, untilMs),
  restart(receiver, untilMs),
  ...Array.from({ length: CALLERS }, (_, caller) => call(port, untilMs, caller)),
]);
await sleep(2 * WINDOW_MS); // what waits is sent
connections.destroy();
host.child.kill('SIGTERM');
const end = await host.ended;
await receiver.stop();
const rows = judge({ samples, receiver, end, stderr: host.stderr.join('') });
for (const { check, seen, good } of rows)
  console.log(`${good ? 'ok  ' : 'FAIL'} ${check}: ${seen}`);
process.exitCode = rows.every(({ good }) => good) ? 0 : 1;
