import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findOtherProfiler } from '../../../agent/src/other-profilers.ts';

const root = mkdtempSync(join(tmpdir(), 'flamehouse-profilers-'));
afterAll(() => rmSync(root, { recursive: true }));

const OWN = '/srv/node_modules/@datadog/pprof/';

function found({ dependencies = {}, env = {}, loaded = [] as string[] }): string | null {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name: 'shop', dependencies }));
  return findOtherProfiler({ env, appRoot: root, loaded, ownSampler: OWN });
}

test('an application like most', () => {
  expect(
    found({
      dependencies: { fastify: '5', 'dd-trace': '5' },
      env: { DD_PROFILING_ENABLED: 'false' },
      loaded: [`${OWN}out/src/index.js`, '/srv/node_modules/dd-trace/index.js'],
    }),
  ).toBeNull();
  expect(
    findOtherProfiler({ env: {}, appRoot: '/nowhere', loaded: [], ownSampler: null }),
  ).toBeNull();
});

test('a second copy of the sampler', () => {
  const copy = '/srv/node_modules/dd-trace/node_modules/@datadog/pprof/out/src/index.js';
  expect(found({ loaded: [`${OWN}out/src/index.js`, copy] })).toBe(
    `another copy of @datadog/pprof is loaded from ${copy}`,
  );
});

test('a profiler among the dependencies', () => {
  expect(found({ dependencies: { '@pyroscope/nodejs': '^0.6' } })).toBe(
    'the application depends on @pyroscope/nodejs',
  );
});

test('the profiler of dd-trace', () => {
  expect(found({ env: { DD_PROFILING_ENABLED: 'true' } })).toBe(
    'DD_PROFILING_ENABLED switches on the profiler of dd-trace',
  );
});
