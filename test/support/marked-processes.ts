import { readdirSync, readFileSync } from 'node:fs';

/** A process as Linux shows it below /proc. */
export interface SeenProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * The running processes that inherited `NAME=value`, however they are related by now.
 * Reads /proc, so these tests need Linux.
 */
export function findMarkedProcesses(mark: string): SeenProcess[] {
  const found: SeenProcess[] = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark)) continue;
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      if (command !== '') found.push({ pid: Number(pid), command }); // Empty: it ended, and waits for its parent.
    } catch {
      // It ended while it was looked at, or belongs to another user.
    }
  }
  return found;
}
