'use strict';
/**
 * A service whose requests interleave in every way that Node.js knows, each burning CPU in functions
 * of its own: `plant_17` runs in the root span of request 17 only, `nested_17_2` in its third nested
 * span only. At the end it prints which span ids they had.
 *
 * Each request runs with the label `request` too.
 *
 * Environment: SDK, API and AGENT are the paths of packages; REQUESTS and CONCURRENCY are numbers.
 */
const { AsyncLocalStorage, AsyncResource } = require('node:async_hooks');
const { pbkdf2, randomBytes } = require('node:crypto');
const { EventEmitter, once } = require('node:events');
const http = require('node:http');
const { Readable, Transform } = require('node:stream');
const { pipeline } = require('node:stream/promises');
const { promisify } = require('node:util');
const { gzip, gunzip } = require('node:zlib');
const api = require(process.env.API);
const { NodeTracerProvider } = require(process.env.SDK);
const { runWithLabels } = require(process.env.AGENT);

new NodeTracerProvider().register();
const tracer = api.trace.getTracer('spans');
const requests = Number(process.env.REQUESTS);
const concurrency = Number(process.env.CONCURRENCY);
const sleep = promisify(setTimeout);
const ofApplication = new AsyncLocalStorage();
const spans = []; // request -> {root, nested: [ids]}
let strayed = 0; // functions that ran where OpenTelemetry itself knew another span

/** Functions are told apart by name in a profile, so each request has code of its own. */
function plantedFunction(name) {
  return new Function(
    `return function ${name}(ms) { const start = process.cpuUsage(); let x = 0;
      for (;;) { for (let i = 0; i < 2000; i++) x += Math.sqrt(x + i);
        const { user, system } = process.cpuUsage(start);
        if (user + system >= ms * 1000) return x; } }`,
  )();
}

function active() {
  return api.trace.getActiveSpan()?.spanContext().spanId;
}

/** Steps that end in another turn of the event loop, each by another way. */
const WAYS = [
  () => sleep(1 + Math.random() * 4),
  () => new Promise((done) => setImmediate(done)),
  () => new Promise((done) => process.nextTick(done)),
  () => new Promise((done) => queueMicrotask(done)),
  () => promisify(gzip)(Buffer.alloc(20_000, 7)),
  async () => promisify(gunzip)(await promisify(gzip)('x')),
  () => promisify(pbkdf2)('a', 'b', 20, 16, 'sha256'),
  () => promisify(randomBytes)(64),
  async () => {
    for await (const _ of Readable.from([1, 2, 3])) await null;
  },
  () => {
    const emitter = new EventEmitter();
    setTimeout(() => emitter.emit('ready'), 1);
    return once(emitter, 'ready');
  },
  async () => ofApplication.run({ some: 'state' }, () => sleep(1)),
];
const wait = () => WAYS[Math.floor(Math.random() * WAYS.length)]();

/** Callbacks that are bound to the request that left them, and run inside another one. */
const bound = [];
function leaveForOthers(run) {
  bound.push(AsyncResource.bind(run));
}
function runOfOthers() {
  bound.shift()?.();
}

async function handle(number) {
  const plant = plantedFunction(`plant_${number}`);
  const root = active();
  const entry = { root, nested: [] };
  spans[number] = entry;
  const work = (ms) => {
    if (active() !== root) strayed += 1;
    plant(ms);
  };
  const nested = (place, run) => {
    const nestedPlant = plantedFunction(`nested_${number}_${place}`);
    return tracer.startActiveSpan(`nested ${place}`, async (span) => {
      const id = span.spanContext().spanId;
      entry.nested[place] = id;
      await run((ms) => {
        if (active() !== id) strayed += 1;
        nestedPlant(ms);
      });
      span.end();
    });
  };

  work(2);
  await wait();
  work(1);
  await nested(0, async (own) => {
    own(2);
    await wait();
    own(2);
  });
  work(1);
  await Promise.all([
    nested(1, async (own) => {
      await wait();
      own(2);
      await wait();
      own(1);
    }),
    nested(2, async (own) => {
      own(1);
      await wait();
      own(2);
    }),
    wait().then(() => work(1)),
  ]);
  leaveForOthers(() => work(1));
  runOfOthers();
  work(1);
  await pipeline(
    Readable.from(['a', 'b']),
    new Transform({
      transform(chunk, _encoding, done) {
        work(1);
        setTimeout(done, 1, null, chunk);
      },
    }),
    async (source) => {
      for await (const _ of source) work(0.5);
    },
  );
  tracer.startActiveSpan('nested 3', (span) => {
    entry.nested[3] = span.spanContext().spanId;
    plantedFunction(`nested_${number}_3`)(1);
    span.end();
  });
  work(1);
}

const server = http.createServer((request, response) => {
  const number = Number(request.url.slice('/job/'.length));
  tracer.startActiveSpan('GET', { kind: api.SpanKind.SERVER }, async (span) => {
    try {
      await runWithLabels({ request: String(number) }, () => handle(number));
    } catch (error) {
      console.error(error);
    }
    span.setAttributes({ 'http.request.method': 'GET', 'http.route': `/job/${number % 4}` });
    response.end('done');
    span.end();
  });
});

async function ask(agent, port, number) {
  const request = http.get({ agent, port, host: '127.0.0.1', path: `/job/${number}` });
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
}

server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  let next = 0;
  const client = async () => {
    while (next < requests) await ask(agent, port, next++);
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  agent.destroy();
  server.close();
  console.log(JSON.stringify({ spans, strayed }));
});
