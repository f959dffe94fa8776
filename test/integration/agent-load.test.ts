import { expect, test } from 'vitest';
import { runApp, sumOf } from '../support/agent-app.ts';
import { totalOf } from '../support/agent-profiles.ts';

const PARTS = { sixty: 60, thirty: 30, ten: 10 };
const UNIT = 16_000; // turns of the loop for one percent: a burst holds several ticks, so that timers and ticks do not beat
const CPU_MS = 700;
const SIGMAS = 4.5; // of the count of ticks; nine shares miss it by chance in one of 15,000 runs

/** Three functions of the same loop, so that their CPU is as their turns; each has code of its own. */
const FUNCTIONS = Object.entries(PARTS)
  .map(
    ([name, percent]) => `
      function ${name}() {
        let x = 0;
        for (let i = 0; i < ${percent * UNIT}; i++) x += Math.sqrt(x + i);
        return x;
      }`,
  )
  .join('\n');

/**
 * The order changes from burst to burst: on a busy machine the sampler's thread comes late, and so
 * sees the end of a burst more often than its beginning.
 */
const ORDERS = '[[sixty, thirty, ten], [ten, sixty, thirty], [thirty, ten, sixty]]';

/** Works in bursts and waits as long as the load asks for; prints what the process clock says. */
const service = (load: number) => `
${FUNCTIONS}
const orders = ${ORDERS};
let turns = 0;
const before = process.cpuUsage();
const usedMs = () => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};
function turn() {
  const startMs = performance.now();
  for (const work of orders[turns++ % orders.length]) work();
  const busyMs = performance.now() - startMs;
  if (usedMs() >= ${CPU_MS}) return console.log(JSON.stringify({ usedMs: usedMs() }));
  if (${load} === 1) setImmediate(turn);
  else setTimeout(turn, busyMs * (1 / ${load} - 1));
}
turn();
`;

test.each([0.1, 0.5, 1])('at load %d CPU is the clock and parted as it was used', async (load) => {
  const { result, rowsOf, uploads } = await runApp({
    files: { 'app.cjs': service(load) },
    env: { FLAMEHOUSE_SAMPLE_HZ: '797', FLAMEHOUSE_WINDOW_MS: '60000' },
  });
  const ticks = Object.keys(PARTS).map((name) => sumOf(rowsOf(name), 'ticks'));
  const all = ticks.reduce((a, b) => a + b, 0);
  expect(all).toBeGreaterThan(100);
  const missed = Object.entries(PARTS).flatMap(([name, percent], i) => {
    const share = percent / 100;
    const allowed = SIGMAS * Math.sqrt((share * (1 - share)) / all);
    const seen = ticks[i]! / all;
    return Math.abs(seen - share) <= allowed ? [] : [{ name, seen, share, allowed, all }];
  });
  expect(missed).toEqual([]);

  const cpuNanos = Object.keys(PARTS).map((name) => sumOf(rowsOf(name), 'cpuNanos'));
  cpuNanos.forEach((nanos, i) => {
    // CPU is parted by ticks, to the nanosecond.
    expect(nanos / cpuNanos[0]!).toBeCloseTo(ticks[i]! / ticks[0]!, 6);
  });
  const totals = uploads.map(({ profiles }) => totalOf(profiles.get('cpu')!, 'cpu'));
  expect(totals).toEqual(uploads.map(({ meta }) => meta['processCpuNanos']));
  const usedNanos = JSON.parse(result.stdout).usedMs * 1e6;
  const total = totals.reduce((a, b) => a + b, 0);
  // The host measures from its first line to its last turn; loading and the last flush are around it.
  expect(total).toBeGreaterThan(usedNanos * 0.99);
  expect(total).toBeLessThan(usedNanos * 1.01 + 80e6);
});

const BLOCKING = `
function block(ms) {
  const end = performance.now() + ms;
  let x = 0;
  while (performance.now() < end) x += Math.sqrt(x + 1);
  return x;
}
function blockingWork() { return block(400); }
const server = require('node:http').createServer((request, response) => {
  blockingWork();
  response.end('done');
}).listen(0, () => setTimeout(async () => {
  const { port } = server.address();
  const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
  const startMs = Date.now();
  await (await fetch('http://127.0.0.1:' + port + '/reports/7', { headers })).text();
  console.log(JSON.stringify({ startMs, endMs: Date.now() }));
  setTimeout(() => { server.closeAllConnections(); server.close(); }, 300);
}, 300));
`;

interface StallRow {
  readonly from: string;
  readonly durationMs: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly endpoint?: string;
}

test('a stop of the event loop is reported with its request, and its samples are marked', async () => {
  const { result, rowsOf, uploads } = await runApp({ files: { 'app.cjs': BLOCKING } });
  const said = JSON.parse(result.stdout);
  const [upload] = uploads;
  const stalls = upload!.meta['stalls'] as StallRow[];
  const index = stalls.findIndex(({ endpoint }) => endpoint === 'GET /reports/:id');
  expect(stalls[index]).toMatchObject({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
  });
  const { from, durationMs } = stalls[index]!;
  const fromMs = Number(BigInt(from) / 1_000_000n);
  expect(durationMs).toBeGreaterThanOrEqual(399);
  expect(fromMs).toBeGreaterThanOrEqual(said.startMs - 2);
  expect(fromMs + durationMs).toBeLessThanOrEqual(said.endMs + 2);

  const rows = rowsOf('blockingWork');
  const marked = rows.filter(({ labels }) => labels['stall'] === String(index));
  expect(sumOf(marked, 'ticks')).toBeGreaterThan(0);
  expect(sumOf(marked, 'ticks') / sumOf(rows, 'ticks')).toBeGreaterThan(0.9);
});

test('FLAMEHOUSE_STALL_MS=0 reports none', async () => {
  const { uploads, rows } = await runApp({
    files: { 'app.cjs': BLOCKING },
    env: { FLAMEHOUSE_STALL_MS: '0' },
  });
  expect(uploads.filter(({ meta }) => meta['stalls'] !== undefined)).toEqual([]);
  expect(rows.filter(({ labels }) => 'stall' in labels)).toEqual([]);
});
