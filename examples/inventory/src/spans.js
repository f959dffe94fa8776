const { trace } = require('@opentelemetry/api');

/** Without an SDK these spans are nobody's, and cost next to nothing. */
const tracer = trace.getTracer('inventory');

/**
 * Name the span of the request after its route: the HTTP instrumentation sees only the URL.
 *
 * @param {string} method
 * @param {string} route
 */
function nameRoute(method, route) {
  trace.getActiveSpan()?.setAttribute('http.route', route).updateName(`${method} ${route}`);
}

/**
 * @template T
 * @param {string} name
 * @param {() => T} work
 * @returns {T}
 */
function inSpan(name, work) {
  return tracer.startActiveSpan(name, (span) => {
    try {
      return work();
    } finally {
      span.end();
    }
  });
}

module.exports = { inSpan, nameRoute };
