'use strict';
/**
 * The service that bench:agent profiles: spans by OpenTelemetry, awaits, and work in a thousand
 * functions. It switches the agent on and off when its parent says so, and answers with what it used.
 *
 * Environment: SDK, API and AGENT are the paths of packages; PROFILER is what runs from the start.
 */
require('./profilers.cjs')[process.env.PROFILER ?? 'none'](); // before anything it may want to wrap
const http = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const api = require(process.env.API);
const { NodeTracerProvider } = require(process.env.SDK);
const agent = require(process.env.AGENT);

new NodeTracerProvider().register();
const tracer = api.trace.getTracer('bench');
const FUNCTIONS = 1200;
const STEPS = 60; // functions that a request calls
const AWAITS = 20;

/**
 * Each has code of its own, as the functions of an application have. What they sort by is made once:
 * V8 drops the code of a function made at each call at every full collection, and compiles all 1,200 again.
 */
const functions = Array.from({ length: FUNCTIONS }, (_, i) =>
  new Function(
    `const byPrice = (a, b) => a.price - b.price;
    return function step${i}(seed) {
      const items = [];
      for (let i = 0; i < 40; i++) items.push({ id: i, price: (seed * i) % ${97 + i} });
      return items.sort(byPrice)[${i % 40}].id + JSON.stringify(items).length;
    }`,
  )(),
);

let at = 0;
function someSteps(count) {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += functions[at++ % FUNCTIONS](sum + i);
  return sum;
}

async function handleRequest() {
  let sum = someSteps(STEPS / 3);
  for (const name of ['load', 'render']) {
    await tracer.startActiveSpan(name, async (span) => {
      for (let i = 0; i < AWAITS / 2; i++) await null;
      sum += someSteps(STEPS / 3);
      span.end();
    });
  }
  return sum;
}

let answered = 0;
const server = http.createServer((_request, response) => {
  tracer.startActiveSpan('GET /bench', { kind: api.SpanKind.SERVER }, async (span) => {
    response.end(String(await handleRequest()));
    answered += 1;
    span.end();
  });
});

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let mark = { cpu: process.cpuUsage(), answered: 0 };

const commands = {
  on: () => agent.start({ windowMs: Number(process.env.WINDOW_MS), overheadBudgetPercent: 0 }),
  off: () => agent.stop(),
  begin() {
    delay.reset();
    mark = { cpu: process.cpuUsage(), answered };
  },
  end() {
    const { user, system } = process.cpuUsage(mark.cpu);
    return {
      cpuMicros: user + system,
      answered: answered - mark.answered,
      pauseMicros: Math.round(delay.max / 1000),
      residentBytes: process.memoryUsage.rss(),
    };
  },
};

process.on('message', async (command) => {
  process.send({ answer: (await commands[command]()) ?? null });
});
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
