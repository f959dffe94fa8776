/** The service that `run.mjs` profiles: some CPU, some memory that lives for a while, nested work. */
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const KEPT_MAX = 2000;
const kept = [];

function parseOrders(count) {
  const text = JSON.stringify(Array.from({ length: count }, (_, id) => ({ id, tags: [`t${id}`] })));
  return JSON.parse(text);
}

function sortOrders(orders) {
  return orders.sort((a, b) => (a.tags[0] < b.tags[0] ? -1 : 1));
}

async function answer(url) {
  const orders = sortOrders(parseOrders(150));
  await sleep(2);
  kept.push(orders[0]);
  if (kept.length > KEPT_MAX) kept.splice(0, KEPT_MAX / 2);
  return { url, orders: orders.length };
}

/** What must not grow. */
function resources() {
  globalThis.gc?.();
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  return {
    rssBytes: process.memoryUsage.rss(),
    descriptors: readdirSync('/proc/self/fd').length,
    timers,
  };
}

const server = createServer(async (request, response) => {
  const body = request.url === '/resources' ? resources() : await answer(request.url);
  response.end(JSON.stringify(body));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('SIGTERM', () => {
  server.closeAllConnections();
  server.close();
});
