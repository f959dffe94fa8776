import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { ApiError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string; // ISO 8601
  readonly processStart: string; // tells a process from a later one with the same id; '' when unknown
}

/** Keeps a second server off a data directory. */
export interface DataDirLock {
  release(): Promise<void>;
}

const held = new Set<string>(); // directories of this process

/**
 * Take the directory, or say who has it. The lock of a process that is gone is taken over.
 *
 * A holder on another host cannot be looked up: it is taken over too, since a container gets a new
 * host name with every start, and the embedded engine has a lock of the kernel's on its own files.
 * Errors  STORAGE_UNAVAILABLE naming the process.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'flamehouse.lock');
  if (held.has(path)) throw taken(dataDir, `this process (${process.pid})`);
  const holder = await readHolder(path);
  if (holder !== null && (await isAlive(holder))) {
    throw taken(dataDir, `process ${holder.pid}, which started ${holder.startedAt}`);
  }
  await rm(path, { force: true });
  await write(path, dataDir);
  held.add(path);
  return {
    async release() {
      held.delete(path);
      await rm(path, { force: true });
    },
  };
}

async function write(path: string, dataDir: string): Promise<void> {
  const holder: Holder = {
    pid: process.pid,
    host: hostname(),
    startedAt: new Date().toISOString(),
    processStart: await processStart(process.pid),
  };
  try {
    const file = await open(path, 'wx');
    await file.writeFile(`${JSON.stringify(holder)}\n`).finally(() => file.close());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw taken(dataDir, 'another server, which is starting just now');
  }
}

async function readHolder(path: string): Promise<Holder | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch (error) {
    // A lock that a crash cut short names nobody.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT')
      return null;
    throw error;
  }
}

async function isAlive({ pid, host, processStart: start }: Holder): Promise<boolean> {
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return start === '' || start === (await processStart(pid));
}

/** Linux: the clock tick in which the process began, field 22 of its stat; elsewhere ''. */
async function processStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return ''; // No /proc: the process id alone has to do.
  }
}

function taken(dataDir: string, by: string): ApiError {
  return new ApiError(
    'STORAGE_UNAVAILABLE',
    `the data directory ${dataDir} is in use by ${by}: stop that server, or set FLAMEHOUSE_DATA_DIR to another directory`,
  );
}
