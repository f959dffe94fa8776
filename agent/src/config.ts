import {
  type Parser,
  parseChoice,
  parseHttpUrl,
  parseLabels,
  parseNumber,
  parseResourceAttributes,
  parseSwitch,
  parseText,
  parseToken,
} from './env-values.ts';
import { type LogLevel, logLevels } from './log.ts';
import { findNearestPackage, isPackageManager } from './nearest-package.ts';
import { scriptName } from './script-name.ts';

export const spanModes = ['on', 'root', 'off'] as const;
export type SpanMode = (typeof spanModes)[number];

/** What the agent was told, with every default and fall-back of DESIGN section 5 applied. */
export interface Config {
  readonly serverUrl: string;
  readonly uiUrl: string;
  readonly token: string | null;
  readonly service: string;
  readonly version: string | null;
  readonly revision: string | null; // the commit, when version says something else or nothing
  readonly environment: string;
  readonly instance: string;
  readonly instanceGiven: boolean; // children that inherit the value must tell themselves apart
  readonly labels: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly sampleHz: number;
  readonly windowMs: number;
  readonly heapIntervalBytes: number; // 0 = off
  readonly overheadBudgetPercent: number; // 0 = no governor
  readonly spans: SpanMode;
  readonly stallMs: number; // 0 = off
  readonly sourceMaps: boolean;
  readonly workers: boolean;
  readonly oom: boolean;
  readonly log: LogLevel;
  readonly appRoot: string; // directory of the application's package.json, else the working directory
}

/** Where settings come from. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly entry: string | undefined; // process.argv[1]
  readonly cwd: string;
  readonly hostName: string;
  readonly pid: number;
  readonly workerId: number; // 0 on the main thread
}

/** A value that could not be used; the default stands. */
export interface ConfigProblem {
  readonly variable: string;
  readonly text: string; // one line, with the value
}

/** Set beside an explicit instance, so that a child process knows that it inherited the value. */
export const INSTANCE_OWNER_VARIABLE = 'FLAMEHOUSE_INSTANCE_PID';

const COMMIT_VARIABLES = [
  'GITHUB_SHA',
  'CI_COMMIT_SHA',
  'GIT_COMMIT',
  'BUILDKITE_COMMIT',
  'CIRCLE_SHA1',
] as const;

const VALUE_CHARS_MAX = 80; // enough of a bad value to recognise it

/** Reads variables and collects what is wrong with them. */
class Reader {
  readonly problems: ConfigProblem[] = [];
  readonly #env: ConfigSource['env'];
  readonly #attributes: ReadonlyMap<string, string>;

  constructor(env: ConfigSource['env']) {
    this.#env = env;
    this.#attributes = parseResourceAttributes(env['OTEL_RESOURCE_ATTRIBUTES'] ?? '');
  }

  /** The first usable of: the variable, each fall-back. Null when none is set. */
  read<T>(variable: string, parse: Parser<T>, fallbacks: readonly string[] = []): T | null {
    const own = this.#text(variable);
    if (own !== null) {
      const parsed = parse(own);
      if (parsed.ok) return parsed.value;
      this.#report(variable, own, parsed.expected);
    }
    for (const name of fallbacks) {
      // A fall-back belongs to another tool: an unusable value there is not this tool's to report.
      const parsed = parse(this.#text(name) ?? '');
      if (this.#text(name) !== null && parsed.ok) return parsed.value;
    }
    return null;
  }

  /** Upper-case names are variables, names with a dot are resource attributes. Empty means unset. */
  #text(name: string): string | null {
    const text = (name.includes('.') ? this.#attributes.get(name) : this.#env[name])?.trim();
    return text === undefined || text === '' ? null : text;
  }

  #report(variable: string, text: string, expected: string): void {
    const secret = variable === 'FLAMEHOUSE_TOKEN' || /^\w+:\/\/[^/]*@/.test(text);
    const shown = secret
      ? 'a value kept secret here'
      : JSON.stringify(text.slice(0, VALUE_CHARS_MAX));
    this.problems.push({ variable, text: `${variable} is ${shown}, not ${expected}` });
  }
}

/**
 * Settings from the environment.
 *
 * Order   the Flamehouse variable, then its fall-backs, then the default (DESIGN section 5).
 * Errors  never throws; what cannot be used is in `problems`, and the next in order is used.
 */
export function readConfig(source: ConfigSource): {
  readonly config: Config;
  readonly problems: readonly ConfigProblem[];
} {
  const reader = new Reader(source.env);
  const config = {
    ...readIdentity(reader, source),
    ...readServer(reader),
    ...readSampling(reader),
  };
  const enabled = reader.read('FLAMEHOUSE_ENABLED', parseSwitch) ?? !isPackageManager(source.entry);
  return { config: { ...config, enabled }, problems: reader.problems };
}

function readServer(reader: Reader) {
  const serverUrl = reader.read('FLAMEHOUSE_SERVER_URL', parseHttpUrl) ?? 'http://127.0.0.1:4040';
  return {
    serverUrl,
    uiUrl: reader.read('FLAMEHOUSE_UI_URL', parseHttpUrl) ?? serverUrl,
    token: reader.read('FLAMEHOUSE_TOKEN', parseToken),
  };
}

function readIdentity(reader: Reader, source: ConfigSource) {
  const found = findNearestPackage(source.entry, source.cwd);
  const service = reader.read('FLAMEHOUSE_SERVICE', parseText, [
    'OTEL_SERVICE_NAME',
    'service.name',
  ]);
  const revision = ['vcs.ref.head.revision', ...COMMIT_VARIABLES] as const;
  const version = reader.read('FLAMEHOUSE_VERSION', parseText, ['service.version', ...revision]);
  const environment = reader.read('FLAMEHOUSE_ENVIRONMENT', parseText, [
    'deployment.environment.name',
    'deployment.environment',
    'NODE_ENV',
  ]);
  const instance = reader.read('FLAMEHOUSE_INSTANCE', parseText, ['service.instance.id']);
  return {
    service: service ?? found?.name ?? scriptName(source.entry),
    version: version ?? found?.version ?? null,
    revision: reader.read('', parseText, revision),
    environment: environment ?? 'development',
    instance: instance === null ? defaultInstance(source) : ownInstance(instance, source),
    instanceGiven: instance !== null,
    labels: reader.read('FLAMEHOUSE_LABELS', parseLabels) ?? {},
    appRoot: found?.directory ?? source.cwd,
  };
}

function readSampling(reader: Reader) {
  const bytes = parseNumber({ min: 1024, max: 1024 ** 3, whole: true, alsoZero: true });
  return {
    sampleHz: reader.read('FLAMEHOUSE_SAMPLE_HZ', parseNumber({ min: 1, max: 1000 })) ?? 99,
    windowMs:
      reader.read('FLAMEHOUSE_WINDOW_MS', parseNumber({ min: 500, max: 600_000, whole: true })) ??
      15_000,
    heapIntervalBytes: reader.read('FLAMEHOUSE_HEAP_INTERVAL_BYTES', bytes) ?? 524_288,
    overheadBudgetPercent:
      reader.read('FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT', parseNumber({ min: 0, max: 100 })) ?? 3,
    spans: reader.read('FLAMEHOUSE_SPANS', parseChoice(spanModes)) ?? 'on',
    stallMs:
      reader.read(
        'FLAMEHOUSE_STALL_MS',
        parseNumber({ min: 20, max: 60_000, whole: true, alsoZero: true }),
      ) ?? 100,
    sourceMaps: reader.read('FLAMEHOUSE_SOURCE_MAPS', parseSwitch) ?? true,
    workers: reader.read('FLAMEHOUSE_WORKERS', parseSwitch) ?? false,
    oom: reader.read('FLAMEHOUSE_OOM', parseSwitch) ?? true,
    log: reader.read('FLAMEHOUSE_LOG', parseChoice(logLevels)) ?? 'error',
  };
}

function defaultInstance({ hostName, pid, workerId }: ConfigSource): string {
  return workerId === 0 ? `${hostName}-${pid}` : `${hostName}-${pid}-${workerId}`;
}

function ownInstance(given: string, { env, pid, workerId }: ConfigSource): string {
  const owner = env[INSTANCE_OWNER_VARIABLE];
  const ours = owner === undefined || owner === '' || owner === String(pid);
  const name = ours ? given : `${given}-${pid}`;
  return workerId === 0 ? name : `${name}-${workerId}`;
}
