import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isLoopback, readConfig } from '../config.ts';
import type { RunningServer } from '../start-server.ts';
import { type CommandContext, EXIT, UsageError } from './command.ts';

export const SERVE_HELP = `Usage: flamehouse serve

Runs the server until SIGTERM or SIGINT. Settings are environment variables:

  FLAMEHOUSE_HOST (127.0.0.1)   FLAMEHOUSE_PORT (4040)   FLAMEHOUSE_DATA_DIR (./flamehouse-data)
  FLAMEHOUSE_TOKENS             ingest:<secret>,read:<secret>; needed to listen off loopback
  FLAMEHOUSE_RETENTION          raw=7d,minute=30d,hour=400d,spans=3d
  CLICKHOUSE_URL                a ClickHouse server; left out, the engine inside this process
  FLAMEHOUSE_LOG (info)         silent, error, info or debug

docs/configuration.md has all of them.
`;

// DESIGN section 6: exit within 10 s of SIGTERM. What was acknowledged is in the spool by then.
const EXIT_MS = 9_500;

/** Run the server until a signal, then drain. */
export async function serve(args: readonly string[], context: CommandContext): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const config = readConfig(context.env);
  if (config.clickHouse.cluster !== null && config.clickHouse.url === null) {
    throw new UsageError(
      'CLICKHOUSE_CLUSTER is set without CLICKHOUSE_URL: set a server of the cluster',
    );
  }
  const signal = nextSignal();
  // Loaded only here: it brings the engine, which other commands must not wait for.
  const { startServer } = await import('../start-server.ts');
  const server = await startServer(config).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE' && cause.code !== 'EACCES') throw cause;
    throw new UsageError(
      `port ${config.port} on ${config.host} cannot be used (${cause.code}): stop what listens there, or set FLAMEHOUSE_PORT`,
      { cause },
    );
  });
  context.stdout(`Flamehouse listens on ${server.url}\n`);
  if (config.tokens.length === 0 && !isLoopback(config.host)) {
    context.stderr(
      'flamehouse serve: open to everyone who reaches this port; FLAMEHOUSE_TOKENS closes it\n',
    );
  }
  const name = await signal;
  context.stderr(`flamehouse serve: ${name}, stopping\n`);
  await stopInTime(server, context);
  return EXIT.ok;
}

async function stopInTime(server: RunningServer, context: CommandContext): Promise<void> {
  const stopped = server.stop().then(() => true);
  const inTime = await Promise.race([stopped, sleep(EXIT_MS, false, { ref: false })]);
  if (inTime) return;
  context.stderr(`flamehouse serve: not drained after ${EXIT_MS} ms; the spool keeps the rest\n`);
  process.exit(EXIT.ok);
}

function nextSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}
