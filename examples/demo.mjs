#!/usr/bin/env node
/**
 * `npm run demo`: Flamehouse and a profiled example service, from nothing to a flame graph.
 *
 * Exit codes: 0 stopped by the user (or by itself with --once), 1 something it started failed,
 * 2 it could not begin.
 */
import { createRequire } from 'node:module';

const USAGE = `Usage: npm run demo [-- --once | --quick]

Starts the server, two instances of examples/checkout and one of examples/inventory under the agent
and OpenTelemetry, and a load generator.
Replaces version 1.0.0 of the example by 1.1.0, which has a planted fault. Ctrl-C stops everything.

  --once   stop as soon as the flame graph shows the fault
  --quick  start the faulty version as soon as the first flame graph is there
  --help   this text

FLAMEHOUSE_PORT   port of the server (4040; when it is taken, the demo takes a free one)
`;

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>}
 */
async function main(args) {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = args.find((argument) => argument !== '--once' && argument !== '--quick');
  if (unknown !== undefined) {
    process.stderr.write(`demo: there is no option ${unknown}\n\n${USAGE}`);
    return 2;
  }
  if (!isInstalled()) {
    process.stderr.write('demo: the dependencies are not installed: run `npm ci` first\n');
    return 2;
  }
  const { runDemo } = await import('./demo/run-demo.mjs');
  const once = args.includes('--once');
  return runDemo({ once, quick: once || args.includes('--quick') });
}

function isInstalled() {
  const require = createRequire(import.meta.url);
  try {
    for (const name of ['autocannon', 'vite', 'fastify']) require.resolve(name);
    return true;
  } catch {
    return false; // Not installed is all there is to know; the caller says what to do.
  }
}
