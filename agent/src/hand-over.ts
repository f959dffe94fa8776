import { spawn } from 'node:child_process';
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SendTarget } from './http-sender.ts';
import { encodeMultipart } from './multipart.ts';
import { nodeScript } from './node-script.ts';
import type { Upload } from './upload.ts';

/** What the child needs, besides the bodies that follow it in the file. */
export interface HandOverHead {
  readonly target: SendTarget;
  readonly bodies: readonly { readonly contentType: string; readonly byteLength: number }[];
}

const UPLOADS_MAX = 8; // two minutes of windows; older ones are not worth a child's time

/**
 * Give uploads to a detached child that outlives this process by seconds, since a process that
 * ends cannot wait for a network answer.
 *
 * The child reads an unlinked file that only this user can open, inherits no agent and no stdio,
 * and ends by itself after at most 10 s. Errors  throws what the file system or spawn throws.
 */
export function handOver(
  uploads: readonly Upload[],
  target: SendTarget,
  script = nodeScript('exit-upload.js'),
): void {
  if (script === null) return;
  const bodies = uploads.slice(-UPLOADS_MAX).map(encodeMultipart);
  const head: HandOverHead = {
    target,
    bodies: bodies.map(({ contentType, byteLength }) => ({ contentType, byteLength })),
  };
  const descriptor = openUnlinked(`flamehouse-${process.pid}-${process.hrtime.bigint()}`);
  try {
    writeSync(descriptor, `${JSON.stringify(head)}\n`);
    for (const chunk of bodies.flatMap((body) => body.chunks)) writeSync(descriptor, chunk);
    const child = spawn(process.execPath, [script], {
      cwd: tmpdir(), // the host's own directory may be unmounted or removed after it
      detached: true,
      env: childEnvironment(),
      stdio: [descriptor, 'ignore', 'ignore'],
      windowsHide: true,
    });
    child.on('error', () => {}); // arrives after the end of this process, if at all
    child.unref();
  } finally {
    closeSync(descriptor);
  }
}

function openUnlinked(name: string): number {
  const path = join(tmpdir(), name);
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  return descriptor;
}

/** What a child needs to run and to trust the server; what would load code into it or have it write stays out. */
const KEPT_VARIABLES = [
  'HOME',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'OPENSSL_CONF',
  'PATH',
  'SSL_CERT_DIR',
  'SSL_CERT_FILE',
  'SystemRoot',
  'TMPDIR',
];

function childEnvironment(): NodeJS.ProcessEnv {
  const kept = KEPT_VARIABLES.filter((name) => process.env[name] !== undefined);
  return Object.fromEntries(kept.map((name) => [name, process.env[name]]));
}
