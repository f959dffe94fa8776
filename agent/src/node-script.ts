import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** In a single executable or Electron `execPath` is the application: it must not be started again. */
const NODE = /^node(js)?[\d.-]*(\.exe)?$/i;

/** A script of the built agent that a child process can run; null where none can be started. */
export function nodeScript(name: string): string | null {
  const script = join(__dirname, name);
  return NODE.test(basename(process.execPath)) && existsSync(script) ? script : null;
}

/** Whether this process is such a child, or the agent's command line: they inherit NODE_OPTIONS. */
export function isOwnProgram(entry: string | undefined): boolean {
  if (entry === undefined) return false;
  return [__dirname, join(__dirname, '../bin')].includes(dirname(realPath(entry)));
}

function realPath(path: string): string {
  try {
    return realpathSync(path); // npm links command lines into node_modules/.bin
  } catch {
    return path;
  }
}
