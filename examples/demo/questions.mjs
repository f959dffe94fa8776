/**
 * @typedef {import('./server.mjs').Server} Server
 *
 * @typedef {object} VersionCpu
 * @property {number} totalMicros CPU of the version
 * @property {number} rows functions that the search found
 * @property {number} foundMicros CPU in the first of them, with what it calls
 * @property {string} file of the first of them
 */

const SERVICE = 'checkout';
const RANGE = 'now-15m';

/**
 * Ask what a version spent its CPU on.
 *
 * @param {Server} server
 * @param {{ version: string, search: string }} options
 * @returns {Promise<VersionCpu>}
 */
export async function askVersion(server, { version, search }) {
  const answer = await server.get('/api/v1/functions', {
    service: SERVICE,
    type: 'cpu',
    from: RANGE,
    version,
    limit: '1',
    sort: 'total',
    ...(search === '' ? {} : { search }),
  });
  return {
    totalMicros: answer.total,
    rows: answer.rows,
    foundMicros: answer.functions.total[0] ?? 0,
    file: answer.functions.file[0] ?? '',
  };
}

/**
 * @typedef {object} SlowTrace
 * @property {string} endpoint
 * @property {number} durationMicros
 * @property {readonly string[]} services
 * @property {string} url
 */

// Searches stay in one service. While a process warms up, or on a busy machine, many of them are slower than any checkout.
const SLOW_TRACES_MAX = 50;

/**
 * The slowest request whose spans have come from more than one service.
 *
 * @param {Server} server
 * @returns {Promise<SlowTrace | null>} null while there is none
 */
export async function findSlowestTrace(server) {
  const { traces } = await server.get('/api/v1/traces', {
    service: SERVICE,
    from: RANGE,
    sort: 'duration',
    minDurationMs: '1',
    limit: String(SLOW_TRACES_MAX),
  });
  for (const { traceId, spanId, endpoint, durationMicros } of traces) {
    const { services } = await server.get(`/api/v1/traces/${traceId}`);
    const url = `${server.url}/trace/${traceId}/span/${spanId}`;
    if (services.length > 1) return { endpoint, durationMicros, services, url };
  }
  return null;
}

/**
 * The address of the Explore screen, with the names of ui/src/state/url.ts.
 *
 * @param {Server} server
 * @param {{ version?: string, search?: string }} state
 */
export function exploreUrl(server, { version, search }) {
  const query = new URLSearchParams({ svc: SERVICE, from: RANGE });
  if (version !== undefined) query.set('ver', version);
  if (search !== undefined) query.set('s', search);
  return `${server.url}/explore?${query}`;
}
