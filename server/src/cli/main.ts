import { ConfigError } from '../config.ts';
import { ApiError } from '../errors.ts';
import { SERVER_VERSION } from '../version.ts';
import { BACKUP_HELP, backup, RESTORE_HELP, restore } from './backup.ts';
import { type CommandContext, EXIT, UsageError } from './command.ts';
import { DEPLOYS_HELP, deploys } from './deploys.ts';
import { DIFF_HELP, diff } from './diff.ts';
import { PUSH_HELP, push } from './push.ts';
import { SERVE_HELP, serve } from './serve.ts';

interface Command {
  readonly summary: string;
  readonly help: string;
  readonly run: (args: readonly string[], context: CommandContext) => Promise<number>;
}

const commands: Readonly<Record<string, Command>> = {
  serve: { summary: 'run the server', help: SERVE_HELP, run: serve },
  push: { summary: 'upload pprof files', help: PUSH_HELP, run: push },
  diff: {
    summary: 'compare two versions or times; the exit code is for CI',
    help: DIFF_HELP,
    run: diff,
  },
  deploys: {
    summary: 'list deploys with their verdicts, show one, mark one from CI',
    help: DEPLOYS_HELP,
    run: deploys,
  },
  backup: { summary: 'write the store to a file while it serves', help: BACKUP_HELP, run: backup },
  restore: {
    summary: 'fill an empty data directory from a backup',
    help: RESTORE_HELP,
    run: restore,
  },
};

/**
 * Run one command line and return its exit code.
 *
 * Errors that the caller can repair are one line on stderr and exit code 2; others are thrown.
 */
export async function main(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    (name === undefined ? context.stderr : context.stdout)(help());
    return name === undefined ? EXIT.couldNotRun : EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    context.stdout(`${SERVER_VERSION}\n`);
    return EXIT.ok;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    const known = Object.keys(commands).join(', ');
    context.stderr(`flamehouse: ${JSON.stringify(name)} is no command; there are ${known}\n`);
    return EXIT.couldNotRun;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    context.stdout(command.help);
    return EXIT.ok;
  }
  try {
    return await command.run(rest, context);
  } catch (error) {
    if (!isRepairable(error)) throw error;
    const help = error instanceof ApiError ? `\n  ${error.help}` : '';
    context.stderr(`flamehouse ${name}: ${error.message}${help}\n`);
    return EXIT.couldNotRun;
  }
}

function isRepairable(error: unknown): error is Error {
  if (error instanceof UsageError || error instanceof ConfigError) return true;
  if (error instanceof ApiError) return true; // the data directory is in use, ClickHouse is away
  // What node:util's parseArgs throws for an unknown option or a missing value.
  return (
    error instanceof TypeError &&
    String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')
  );
}

function help(): string {
  const lines = Object.entries(commands).map(
    ([name, { summary }]) => `  flamehouse ${name.padEnd(8)} ${summary}\n`,
  );
  return `Flamehouse ${SERVER_VERSION}: continuous profiling for Node.js, stored in ClickHouse\n\n${lines.join('')}
Options of one command: flamehouse <command> --help
The server's address is --server URL, else FLAMEHOUSE_SERVER_URL, else http://127.0.0.1:4040.
`;
}
