import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { hashToken, type Role, type Token } from './http/tokens.ts';
import { TRACE_URL_PLACES, unknownPlaces } from './http/trace-url.ts';

/** How long each table keeps its rows. */
export interface Retention {
  readonly rawMs: number;
  readonly minuteMs: number;
  readonly hourMs: number;
  readonly spansMs: number;
}

/** Where ClickHouse is. `url` null means the embedded engine in `dataDir`. */
export interface ClickHouseConfig {
  readonly url: string | null;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly cluster: string | null; // null: a single node
}

/** Everything the server can be told, read once at start; DESIGN section 6 has the table. */
export interface ServerConfig {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string; // absolute
  readonly uiUrl: string | null; // null: where the server listens
  readonly tokens: readonly Token[];
  readonly insecure: boolean;
  readonly clickHouse: ClickHouseConfig;
  readonly retention: Retention;
  readonly spoolBytesMax: number;
  readonly uploadBytesMax: number;
  readonly diskBytesMin: number;
  readonly traceUrlTemplate: string | null;
  readonly sourceUrlTemplate: string | null;
  readonly webhookUrl: string | null;
  readonly webhookSecret: string | null;
  readonly metricFunctions: readonly MetricFunction[];
  readonly logLevel: LogLevel;
}

/** A function whose CPU `/metrics` shows. */
export interface MetricFunction {
  readonly name: string;
  readonly file: string; // '' for any
}

export type LogLevel = 'silent' | 'error' | 'info' | 'debug';

/** A setting that cannot be used. The message names the variable, its value and the repair. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

type Environment = Readonly<Record<string, string | undefined>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIB = 2 ** 20;

// Sizes: an agent's upload is 20 to 60 kB and a large Go heap profile about 5 MiB. The spool holds
// about 20 hours of 100 instances. Below the free space the engine can no longer merge its parts.
const UPLOAD_BYTES_MAX = 16 * MIB;
const SPOOL_BYTES_MAX = 1024 * MIB;
const DISK_BYTES_MIN = 512 * MIB;

/**
 * Read the settings of the server from its environment.
 *
 * Errors  ConfigError for the first setting that cannot be used.
 */
export function readConfig(env: Environment): ServerConfig {
  const config: ServerConfig = {
    host: text(env, 'FLAMEHOUSE_HOST') ?? '127.0.0.1',
    port: port(env),
    dataDir: resolve(text(env, 'FLAMEHOUSE_DATA_DIR') ?? './flamehouse-data'),
    uiUrl: url(env, 'FLAMEHOUSE_UI_URL'),
    tokens: parseTokens(env['FLAMEHOUSE_TOKENS'] ?? ''),
    insecure: flag(env, 'FLAMEHOUSE_INSECURE'),
    clickHouse: {
      url: url(env, 'CLICKHOUSE_URL'),
      user: text(env, 'CLICKHOUSE_USER') ?? 'default',
      password: env['CLICKHOUSE_PASSWORD'] ?? '',
      database: identifier(env, 'CLICKHOUSE_DATABASE') ?? 'flamehouse',
      cluster: identifier(env, 'CLICKHOUSE_CLUSTER'),
    },
    retention: parseRetention(env['FLAMEHOUSE_RETENTION'] ?? ''),
    spoolBytesMax: bytes(env, 'FLAMEHOUSE_SPOOL_BYTES_MAX', SPOOL_BYTES_MAX),
    uploadBytesMax: bytes(env, 'FLAMEHOUSE_UPLOAD_BYTES_MAX', UPLOAD_BYTES_MAX),
    diskBytesMin: bytes(env, 'FLAMEHOUSE_DISK_BYTES_MIN', DISK_BYTES_MIN),
    sourceUrlTemplate: template(env, 'FLAMEHOUSE_SOURCE_URL_TEMPLATE'),
    traceUrlTemplate: traceUrlTemplate(env),
    webhookUrl: url(env, 'FLAMEHOUSE_WEBHOOK_URL'),
    webhookSecret: text(env, 'FLAMEHOUSE_WEBHOOK_SECRET'),
    metricFunctions: parseMetricFunctions(env['FLAMEHOUSE_METRIC_FUNCTIONS'] ?? ''),
    logLevel: logLevel(env),
  };
  checkExposure(config);
  return config;
}

/** Whether only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

/** Without tokens everyone who reaches the port reads source paths and writes profiles, so that must be asked for. */
function checkExposure(config: ServerConfig): void {
  if (config.tokens.length > 0 || config.insecure || isLoopback(config.host)) return;
  throw new ConfigError(
    `FLAMEHOUSE_HOST is ${JSON.stringify(config.host)}, which other machines can reach, and no token is set: ` +
      'set FLAMEHOUSE_TOKENS=ingest:<secret>,read:<secret>, or listen on 127.0.0.1, or set FLAMEHOUSE_INSECURE=true to leave it open',
  );
}

const ROLES: readonly Role[] = ['ingest', 'read'];

/** `ingest:abc,read:def`; a secret that is listed with both roles has both. Secrets never appear in messages. */
function parseTokens(value: string): Token[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part, index) => {
      const colon = part.indexOf(':');
      const role = ROLES.find((known) => known === part.slice(0, Math.max(colon, 0)));
      const secret = part.slice(colon + 1);
      if (role === undefined || secret === '' || /\s/.test(secret)) {
        throw new ConfigError(
          `FLAMEHOUSE_TOKENS entry ${index + 1} is not role:secret: write ingest:<secret> for agents and read:<secret> for people, separated by commas`,
        );
      }
      return { role, digest: hashToken(secret) };
    });
}

const RETENTION_DEFAULT: Retention = {
  rawMs: 7 * DAY_MS,
  minuteMs: 30 * DAY_MS,
  hourMs: 400 * DAY_MS,
  spansMs: 3 * DAY_MS,
};
const RETENTION_PARTS: Readonly<Record<string, keyof Retention>> = {
  raw: 'rawMs',
  minute: 'minuteMs',
  hour: 'hourMs',
  spans: 'spansMs',
};

/** `raw=7d,minute=30d`: parts that are left out keep their default. */
function parseRetention(value: string): Retention {
  const retention = { ...RETENTION_DEFAULT };
  for (const part of value.split(',').map((one) => one.trim())) {
    if (part === '') continue;
    const [name = '', duration = ''] = part.split('=');
    const field = Object.hasOwn(RETENTION_PARTS, name) ? RETENTION_PARTS[name] : undefined;
    const match = /^([1-9]\d{0,4})([hd])$/.exec(duration);
    if (field === undefined || match === null) {
      throw new ConfigError(
        `FLAMEHOUSE_RETENTION has the part ${JSON.stringify(part)}: write raw, minute, hour or spans, =, and a duration such as 12h or 7d`,
      );
    }
    retention[field] = Number(match[1]) * (match[2] === 'h' ? HOUR_MS : DAY_MS);
  }
  return retention;
}

/** Each is a series for every version of every service. */
const METRIC_FUNCTIONS_MAX = 20;

/** `deserializeConfig,parse@src/lex.js`: names, each with a file where more functions share it. */
function parseMetricFunctions(value: string): MetricFunction[] {
  const functions = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.lastIndexOf('@');
      return at < 1
        ? { name: part, file: '' }
        : { name: part.slice(0, at), file: part.slice(at + 1) };
    });
  if (functions.length <= METRIC_FUNCTIONS_MAX) return functions;
  throw new ConfigError(
    `FLAMEHOUSE_METRIC_FUNCTIONS names ${functions.length} functions: name at most ${METRIC_FUNCTIONS_MAX}`,
  );
}

/** The value without surrounding space; null when it is not set or empty. */
function text(env: Environment, name: string): string | null {
  const value = env[name]?.trim() ?? '';
  return value === '' ? null : value;
}

function port(env: Environment): number {
  const value = text(env, 'FLAMEHOUSE_PORT') ?? '4040';
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new ConfigError(
      `FLAMEHOUSE_PORT is ${JSON.stringify(value)}: write a port from 1 to 65535, or 0 for any free one`,
    );
  }
  return Number(value);
}

function flag(env: Environment, name: string): boolean {
  const value = text(env, name) ?? 'false';
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ConfigError(`${name} is ${JSON.stringify(value)}: write true or false`);
}

function bytes(env: Environment, name: string, otherwise: number): number {
  const value = text(env, name);
  if (value === null) return otherwise;
  const match = /^(\d{1,15})(KiB|MiB|GiB)?$/.exec(value);
  const factor = { KiB: 1024, MiB: MIB, GiB: 1024 * MIB }[match?.[2] ?? ''] ?? 1;
  const result = Number(match?.[1] ?? 0) * factor;
  if (match === null || result < 1 || !Number.isSafeInteger(result)) {
    throw new ConfigError(
      `${name} is ${JSON.stringify(value)}: write a number of bytes, or one with KiB, MiB or GiB, such as 16MiB`,
    );
  }
  return result;
}

function url(env: Environment, name: string): string | null {
  const value = text(env, name);
  if (value === null) return null;
  const parsed = URL.canParse(value) ? new URL(value) : null;
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    // The value may hold a password, so only its length is told.
    throw new ConfigError(
      `${name} (${value.length} characters) is not an address: write one that starts with http:// or https://`,
    );
  }
  return value.replace(/\/+$/, '');
}

/** An address with parts in braces, which others fill in. */
function template(env: Environment, name: string): string | null {
  const value = text(env, name);
  if (value === null || /^https?:\/\/[^/]/.test(value)) return value;
  throw new ConfigError(
    `${name} is ${JSON.stringify(value)}: write an address that starts with http:// or https://, with {file} and {line} in it`,
  );
}

function traceUrlTemplate(env: Environment): string | null {
  const value = text(env, 'FLAMEHOUSE_TRACE_URL_TEMPLATE');
  if (value === null) return null;
  const [unknown] = unknownPlaces(value);
  const usable = /^https?:\/\/[^{]/.test(value) && value.includes('{traceId}');
  if (usable && unknown === undefined) return value;
  const what = unknown === undefined ? 'is no link to a trace' : `has {${unknown}}`;
  throw new ConfigError(
    `FLAMEHOUSE_TRACE_URL_TEMPLATE ${what}: write an address with {traceId}, and any of ${TRACE_URL_PLACES.map((name) => `{${name}}`).join(', ')}`,
  );
}

/** Database and cluster names are part of the SQL text, where nothing can be bound. */
function identifier(env: Environment, name: string): string | null {
  const value = text(env, name);
  if (value === null || /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(value)) return value;
  throw new ConfigError(
    `${name} is ${JSON.stringify(value)}: write letters, digits and underscores, at most 64, not starting with a digit`,
  );
}

function logLevel(env: Environment): LogLevel {
  const value = text(env, 'FLAMEHOUSE_LOG') ?? 'info';
  if (value === 'silent' || value === 'error' || value === 'info' || value === 'debug') {
    return value;
  }
  throw new ConfigError(
    `FLAMEHOUSE_LOG is ${JSON.stringify(value)}: write silent, error, info or debug`,
  );
}
