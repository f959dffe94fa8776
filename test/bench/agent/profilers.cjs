'use strict';
/**
 * What may run in the service from its first line on, by name. All with 99 to 100 samples a second,
 * CPU, wall and heap, and windows of 15 s, so that each flushes as often as the others.
 *
 * Environment: OTHERS is the directory they are installed in, SINK the server they send to.
 */
const { createRequire } = require('node:module');
const { join } = require('node:path');

const WINDOW_MS = 15_000;
const sink = new URL(process.env.SINK ?? 'http://127.0.0.1:9');
const load = (name) => createRequire(join(process.env.OTHERS ?? '/', 'package.json'))(name);

function startFlamehouse(spans) {
  require(process.env.AGENT).start({ windowMs: WINDOW_MS, overheadBudgetPercent: 0, spans });
}

function startDatadog() {
  Object.assign(process.env, {
    DD_PROFILING_ENABLED: 'true',
    DD_PROFILING_UPLOAD_PERIOD: String(WINDOW_MS / 1000),
    DD_TRACE_AGENT_URL: sink.href,
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    DD_TRACE_STARTUP_LOGS: 'false',
  });
  load('dd-trace').init({ service: 'bench' });
}

module.exports = {
  none() {},
  flamehouse: () => startFlamehouse('on'),
  'flamehouse without spans': () => startFlamehouse('off'),
  pyroscope() {
    const { default: pyroscope } = load('@pyroscope/nodejs');
    pyroscope.init({
      serverAddress: sink.href,
      appName: 'bench',
      flushIntervalMs: WINDOW_MS,
      wall: { collectCpuTime: true },
    });
    pyroscope.start();
  },
  'dd-trace': startDatadog,
};
