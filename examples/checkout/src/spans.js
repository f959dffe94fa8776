import { trace } from '@opentelemetry/api';

/** Without an SDK these spans are nobody's, and cost next to nothing. */
const tracer = trace.getTracer('checkout');

/**
 * Name the span of the request after its route: the HTTP instrumentation sees only the URL.
 *
 * @param {import('fastify').FastifyRequest} request
 */
export async function nameRoute({ method, routeOptions }) {
  const { url } = routeOptions;
  if (url === undefined) return;
  trace.getActiveSpan()?.setAttribute('http.route', url).updateName(`${method} ${url}`);
}

/**
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} work
 * @returns {Promise<T>}
 */
export function inSpan(name, work) {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });
}
