import { expect, test } from 'vitest';
import { runApp, sumOf } from '../support/agent-app.ts';

const BURN = `
function burn(ms) {
  const start = process.cpuUsage();
  for (let x = 0; ; ) {
    for (let i = 0; i < 2000; i++) x += Math.sqrt(x + i);
    const { user, system } = process.cpuUsage(start);
    if (user + system >= ms * 1000) return x;
  }
}
const plant = (name) =>
  new Function('burn', 'return function ' + name + '() { return burn(40); }')(burn);
`;

/** Where the planted function of each way runs with the labels around it. */
const WAYS = {
  ofAwait: 'await null; run();',
  ofTimer: 'await new Promise((done) => setTimeout(() => done(run()), 2));',
  ofImmediate: 'await new Promise((done) => setImmediate(() => done(run())));',
  ofMicrotask: 'await new Promise((done) => queueMicrotask(() => done(run())));',
  ofPromise:
    'await Promise.all([1, 2].map((n) => Promise.resolve(n).then(() => n === 1 && run())));',
  ofStream:
    "await pipeline(Readable.from(['a']), new Transform({ transform(chunk, _, done) { run(); done(null, chunk); } }), new PassThrough().resume());",
  ofPool: "await new Promise((done) => gzip('x', () => done(run())));",
  ofGenerator: 'for await (const _ of (async function* () { await null; yield 1; })()) run();',
};

test('runWithLabels answers what the function answers and holds on every way', async () => {
  const ways = Object.entries(WAYS).map(
    ([name, text]) => `[${JSON.stringify(name)}, async (run) => { ${text} }]`,
  );
  const { result, rowsOf } = await runApp({
    files: {
      'app.cjs': `
        const { runWithLabels } = require('@flamehouse/agent');
        const { Readable, Transform, PassThrough } = require('node:stream');
        const { pipeline } = require('node:stream/promises');
        const { gzip } = require('node:zlib');
        ${BURN}
        const outside = plant('outside');
        const inner = plant('inner');
        const outer = plant('outer');
        (async () => {
          await Promise.all([${ways.join(',\n')}].map(([way, run]) =>
            runWithLabels({ way, tenant: 'acme' }, () => run(plant(way)))));
          const answer = runWithLabels({ tenant: 'acme', step: 'outer' }, () => {
            const given = runWithLabels({ step: 'inner' }, () => { inner(); return 42; });
            outer();
            return given;
          });
          outside();
          let thrown;
          try { runWithLabels({}, () => { throw new RangeError('own'); }); } catch (error) { thrown = error.message; }
          let refused;
          try { runWithLabels({ span_id: '1' }, () => {}); } catch ({ code, help }) { refused = { code, help }; }
          console.log(JSON.stringify({ answer, thrown, refused }));
        })();`,
    },
  });
  const labelsOf = (name: string) => {
    const rows = rowsOf(name).map(({ labels: { stall: _, ...others } }) => others);
    return [...new Set(rows.map((labels) => JSON.stringify(labels)))].map((text) =>
      JSON.parse(text),
    );
  };
  for (const way of Object.keys(WAYS)) {
    expect({ way, labels: labelsOf(way) }).toEqual({ way, labels: [{ way, tenant: 'acme' }] });
    expect(sumOf(rowsOf(way), 'ticks')).toBeGreaterThan(0);
  }
  expect(labelsOf('inner')).toEqual([{ tenant: 'acme', step: 'inner' }]);
  expect(labelsOf('outer')).toEqual([{ tenant: 'acme', step: 'outer' }]);
  expect(labelsOf('outside')).toEqual([{}]);
  expect(JSON.parse(result.stdout)).toEqual({
    answer: 42,
    thrown: 'own',
    refused: { code: 'LABEL_KEY_TAKEN', help: expect.stringContaining('Use another name') },
  });
});
