import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

/** Packages that are profilers: an application that lists one starts it, and two disturb each other. */
const PROFILERS = ['@pyroscope/nodejs', '@datadog/pprof', '@platformatic/flame'];
const SAMPLER = `${sep}node_modules${sep}@datadog${sep}pprof${sep}`;

export interface ProcessView {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly appRoot: string;
  /** Files of the modules that are loaded. */
  readonly loaded: readonly string[];
  /** Directory of the sampler that the agent itself uses; null when it cannot be found. */
  readonly ownSampler: string | null;
}

/** This process, as far as it can be looked into. */
export function viewOfProcess(appRoot: string): ProcessView {
  const require = createRequire(__filename);
  let ownSampler: string | null = null;
  try {
    ownSampler = dirname(require.resolve('@datadog/pprof/package.json'));
  } catch {
    // Not installed: loading it says so in a moment.
  }
  return { env: process.env, appRoot, loaded: Object.keys(require.cache), ownSampler };
}

/**
 * What else profiles this process, or is about to, in words; null when nothing does.
 *
 * V8's sampler takes SIGPROF for itself and exists once per process, so the second to start fails:
 * if that were the other one, the application would see an error which it did not have before.
 */
export function findOtherProfiler(view: ProcessView): string | null {
  const sampler = findOtherSampler(view);
  if (sampler !== null) return sampler;
  const dependencies = readDependencies(view.appRoot);
  const listed = PROFILERS.find((name) => dependencies.has(name));
  if (listed !== undefined) return `the application depends on ${listed}`;
  const wanted = ['true', '1', 'auto'].includes(view.env['DD_PROFILING_ENABLED']?.trim() ?? '');
  return wanted ? 'DD_PROFILING_ENABLED switches on the profiler of dd-trace' : null;
}

/** Another sampler that is loaded, in words. */
export function findOtherSampler({ loaded, ownSampler }: ProcessView): string | null {
  const copy = loaded.find((file) => file.includes(SAMPLER) && !isOwn(file, ownSampler));
  return copy === undefined ? null : `another copy of @datadog/pprof is loaded from ${copy}`;
}

function isOwn(file: string, ownSampler: string | null): boolean {
  return ownSampler !== null && file.startsWith(ownSampler);
}

function readDependencies(appRoot: string): ReadonlySet<string> {
  try {
    const content: unknown = JSON.parse(readFileSync(join(appRoot, 'package.json'), 'utf8'));
    const listed = (content as { dependencies?: object }).dependencies ?? {};
    return new Set(Object.keys(listed));
  } catch {
    return new Set(); // no application around it, or one that npm would not understand either
  }
}
