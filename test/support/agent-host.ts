import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const REGISTER = resolve(import.meta.dirname, '../../agent/register.js');

/** How a host process ended and what it said. */
export interface HostResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

export interface HostOptions {
  /** File name -> content; the first is the entry script. */
  readonly files: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of node before the script; the agent by default. */
  readonly nodeArgs?: readonly string[];
  readonly execPath?: string;
  readonly args?: readonly string[];
  /** Folder of the application, which then stays; a new one by default. */
  readonly directory?: string;
}

export interface RunningHost {
  readonly child: ChildProcess;
  readonly directory: string;
  readonly result: Promise<HostResult>;
  /** Wait for text on stdout. */
  said(text: string): Promise<void>;
}

const HOST_MS_MAX = 60_000; // a host that lives longer hangs

/** Only what a host needs: settings of the machine that runs the tests must not leak in. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'SystemRoot', 'TZ', 'LC_ALL'];
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
}

/** Write an application to a folder of its own and start it; the folder goes when it has ended. */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const directory = options.directory ?? (await mkdtemp(join(tmpdir(), 'flamehouse-host-')));
  for (const [name, content] of Object.entries(options.files)) {
    await writeFile(join(directory, name), content);
  }
  const entry = join(directory, Object.keys(options.files)[0]!);
  const startedMs = performance.now();
  const child = spawn(
    options.execPath ?? process.execPath,
    [...(options.nodeArgs ?? ['--require', REGISTER]), entry, ...(options.args ?? [])],
    {
      env: { ...cleanEnvironment(), ...options.env },
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      for (const listener of listeners) listener();
    });
  }
  const killer = setTimeout(() => child.kill('SIGKILL'), HOST_MS_MAX);
  const result = new Promise<HostResult>((done) => {
    child.on('close', async (code, signal) => {
      clearTimeout(killer);
      const elapsedMs = performance.now() - startedMs;
      for (const listener of listeners) listener();
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
      done({ code, signal, ...output, elapsedMs });
    });
  });
  const said = (text: string) =>
    new Promise<void>((found, failed) => {
      const look = () => {
        if (output.stdout.includes(text)) found();
        else if (child.exitCode !== null || child.signalCode !== null) {
          failed(new Error(`the host ended without saying "${text}": ${JSON.stringify(output)}`));
        }
      };
      listeners.add(look);
      look();
    });
  return { child, directory, result, said };
}

export async function runHost(options: HostOptions): Promise<HostResult> {
  return (await startHost(options)).result;
}
