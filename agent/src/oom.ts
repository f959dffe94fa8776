import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendTarget } from './http-sender.ts';
import { nodeScript } from './node-script.ts';
import type { UploadMeta } from './upload.ts';

/** What the child of the last moment has to know. */
export interface OomHead {
  readonly target: SendTarget; // without the token when the child finds it in the environment
  readonly appRoot: string;
  readonly sourceMaps: boolean;
  readonly intervalBytes: number;
  readonly sentinelMark: string | null; // a full heap is no crash of the sampler
  readonly meta: Omit<UploadMeta, 'uploadId' | 'from' | 'to'>;
}

export const OOM_SCRIPT = 'oom-upload.js';

/**
 * Prepare the command that V8 runs when the heap is full. What the child needs waits in a file that
 * only this user can read, since the command itself appears on stderr and in the list of processes.
 *
 * Returns null where no child can be started. Errors  throws what the file system throws.
 */
export function prepareOom(head: OomHead): { command: string[]; remove: () => void } | null {
  const script = process.platform === 'win32' ? null : nodeScript(OOM_SCRIPT);
  if (script === null) return null;
  const path = join(tmpdir(), `flamehouse-oom-${process.pid}-${randomUUID()}.json`);
  const token = head.target.token === process.env['FLAMEHOUSE_TOKEN'] ? null : head.target.token;
  const content = JSON.stringify({ ...head, target: { ...head.target, token } });
  writeFileSync(path, content, { mode: 0o600, flag: 'wx' });
  return {
    command: [process.execPath, '--no-warnings', script, path],
    remove: () => rmSync(path, { force: true }),
  };
}
