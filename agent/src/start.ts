import { isMainThread } from 'node:worker_threads';
import { Agent, configOfProcess } from './agent.ts';
import { createLog } from './log.ts';
import { AgentError } from './messages.ts';
import { isOwnProgram } from './node-script.ts';
import { findOtherProfiler, viewOfProcess } from './other-profilers.ts';
import { checkFunction, checkLabels } from './run-with-labels.ts';

/** Settings in code. Each stands for the variable of the same name and wins over it. */
export interface StartOptions {
  readonly serverUrl?: string;
  readonly uiUrl?: string;
  readonly token?: string;
  readonly service?: string;
  readonly version?: string;
  readonly environment?: string;
  readonly instance?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  readonly sampleHz?: number;
  readonly windowMs?: number;
  readonly heapIntervalBytes?: number;
  readonly overheadBudgetPercent?: number;
  readonly spans?: 'on' | 'root' | 'off';
  readonly stallMs?: number;
  readonly sourceMaps?: boolean;
  readonly workers?: boolean;
  readonly oom?: boolean;
  readonly log?: 'silent' | 'error' | 'info' | 'debug';
}

/** `--require` and `start()` may bring two copies of this module: the running agent is known to both. */
const RUNNING = Symbol.for('flamehouse.agent');
const shared = globalThis as { [RUNNING]?: Agent };

/**
 * Start profiling this thread: the main one, and others where FLAMEHOUSE_WORKERS says so.
 *
 * Errors  never throws: what goes wrong is one line on stderr, and the application runs on.
 */
export function startAgent(options: StartOptions = {}): void {
  let log = createLog('error');
  try {
    const found = configOfProcess({ ...process.env, ...variablesOf(options) });
    const { config } = found;
    log = found.log;
    if (!config.enabled || isOwnProgram(process.argv[1])) return;
    if (!isMainThread && !config.workers) return;
    if (shared[RUNNING] !== undefined) {
      log.error('ALREADY_STARTED', 'the agent runs already and keeps its settings');
      return;
    }
    const other = findOtherProfiler(viewOfProcess(config.appRoot));
    if (other !== null) throw new AgentError('PROFILER_CONFLICT', other);
    const agent = new Agent(config, log);
    agent.start();
    Object.defineProperty(shared, RUNNING, { value: agent, configurable: true });
  } catch (error) {
    log.error(error instanceof AgentError ? error.code : 'INTERNAL', messageOf(error));
  }
}

/** Send the open window and stop profiling. Resolves when that is done; never rejects. */
export async function stopAgent(): Promise<void> {
  const agent = shared[RUNNING];
  if (agent === undefined) return;
  delete shared[RUNNING];
  await agent.stop();
}

/**
 * Run with labels on every sample of the code and of all that follows from it.
 *
 * Errors  LabelError when labels or function are none; whatever `run` throws.
 */
export function runWithLabels<T>(labels: Readonly<Record<string, string>>, run: () => T): T {
  checkFunction(run);
  const contexts = shared[RUNNING]?.contexts;
  const checked = checkLabels(labels, contexts?.labels ?? null);
  return contexts === undefined ? run() : contexts.runWithLabels(checked, run);
}

/** `sampleHz: 49` as `FLAMEHOUSE_SAMPLE_HZ: "49"`. */
export function variablesOf(options: StartOptions): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null) continue;
    const variable = `FLAMEHOUSE_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
    variables[variable] = typeof value === 'object' ? labelList(value) : String(value);
  }
  return variables;
}

function labelList(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
