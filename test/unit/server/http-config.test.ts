import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLoopback, readConfig } from '../../../server/src/config.ts';
import { rolesOf } from '../../../server/src/http/tokens.ts';

const DAY_MS = 86_400_000;

test('without any setting the server is private, embedded and on port 4040', () => {
  expect(readConfig({})).toEqual({
    host: '127.0.0.1',
    port: 4040,
    dataDir: resolve('flamehouse-data'),
    uiUrl: null,
    tokens: [],
    insecure: false,
    clickHouse: { url: null, user: 'default', password: '', database: 'flamehouse', cluster: null },
    retention: {
      rawMs: 7 * DAY_MS,
      minuteMs: 30 * DAY_MS,
      hourMs: 400 * DAY_MS,
      spansMs: 3 * DAY_MS,
    },
    spoolBytesMax: 2 ** 30,
    uploadBytesMax: 16 * 2 ** 20,
    diskBytesMin: 512 * 2 ** 20,
    traceUrlTemplate: null,
    sourceUrlTemplate: null,
    webhookUrl: null,
    webhookSecret: null,
    metricFunctions: [],
    logLevel: 'info',
  });
});

test('every setting is read', () => {
  const config = readConfig({
    FLAMEHOUSE_HOST: '0.0.0.0',
    FLAMEHOUSE_PORT: '0',
    FLAMEHOUSE_DATA_DIR: '/var/lib/flamehouse',
    FLAMEHOUSE_UI_URL: 'https://profiles.example.com/',
    FLAMEHOUSE_TOKENS: 'ingest:abc, read:def ,read:abc',
    CLICKHOUSE_URL: 'http://clickhouse:8123',
    CLICKHOUSE_USER: 'writer',
    CLICKHOUSE_PASSWORD: ' with space ',
    CLICKHOUSE_DATABASE: 'profiles',
    CLICKHOUSE_CLUSTER: 'main',
    FLAMEHOUSE_RETENTION: 'raw=12h, spans=1d',
    FLAMEHOUSE_SPOOL_BYTES_MAX: '2GiB',
    FLAMEHOUSE_UPLOAD_BYTES_MAX: '1000',
    FLAMEHOUSE_DISK_BYTES_MIN: '100MiB',
    FLAMEHOUSE_TRACE_URL_TEMPLATE: 'http://tempo/{traceId}',
    FLAMEHOUSE_SOURCE_URL_TEMPLATE: 'http://git/{file}#{line}',
    FLAMEHOUSE_WEBHOOK_URL: 'https://hooks.example.com/x',
    FLAMEHOUSE_WEBHOOK_SECRET: 'hush',
    FLAMEHOUSE_METRIC_FUNCTIONS: 'deserializeConfig, parse@src/lex.js',
    FLAMEHOUSE_LOG: 'debug',
  });
  expect(config).toMatchObject({
    host: '0.0.0.0',
    port: 0,
    dataDir: '/var/lib/flamehouse',
    uiUrl: 'https://profiles.example.com',
    clickHouse: {
      url: 'http://clickhouse:8123',
      user: 'writer',
      password: ' with space ',
      database: 'profiles',
      cluster: 'main',
    },
    retention: { rawMs: DAY_MS / 2, minuteMs: 30 * DAY_MS, spansMs: DAY_MS },
    spoolBytesMax: 2 ** 31,
    uploadBytesMax: 1000,
    diskBytesMin: 100 * 2 ** 20,
    traceUrlTemplate: 'http://tempo/{traceId}',
    sourceUrlTemplate: 'http://git/{file}#{line}',
    webhookUrl: 'https://hooks.example.com/x',
    webhookSecret: 'hush',
    metricFunctions: [
      { name: 'deserializeConfig', file: '' },
      { name: 'parse', file: 'src/lex.js' },
    ],
    logLevel: 'debug',
  });
  expect([...rolesOf('abc', config.tokens)]).toEqual(['ingest', 'read']);
  expect([...rolesOf('def', config.tokens)]).toEqual(['read']);
  expect([...rolesOf('ghi', config.tokens)]).toEqual([]);
});

describe('a setting that cannot be used is named with its value and the repair', () => {
  test.each([
    ['FLAMEHOUSE_PORT', '65536', 'FLAMEHOUSE_PORT is "65536": write a port from 1 to 65535'],
    ['FLAMEHOUSE_PORT', 'http', 'FLAMEHOUSE_PORT is "http": write a port'],
    [
      'FLAMEHOUSE_RETENTION',
      'raw=7d,minutes=30d',
      'FLAMEHOUSE_RETENTION has the part "minutes=30d": write raw, minute, hour or spans, =, and a duration such as 12h or 7d',
    ],
    ['FLAMEHOUSE_RETENTION', 'raw=7', 'has the part "raw=7"'],
    ['FLAMEHOUSE_RETENTION', 'raw=0d', 'has the part "raw=0d"'],
    ['FLAMEHOUSE_RETENTION', 'toString=7d', 'has the part "toString=7d"'],
    ['FLAMEHOUSE_INSECURE', 'yes', 'FLAMEHOUSE_INSECURE is "yes": write true or false'],
    ['FLAMEHOUSE_UPLOAD_BYTES_MAX', '16MB', 'is "16MB": write a number of bytes'],
    ['FLAMEHOUSE_UPLOAD_BYTES_MAX', '0', 'is "0": write a number of bytes'],
    ['CLICKHOUSE_URL', 'clickhouse:8123', 'CLICKHOUSE_URL (15 characters) is not an address'],
    ['CLICKHOUSE_DATABASE', 'a;DROP', 'CLICKHOUSE_DATABASE is "a;DROP": write letters'],
    [
      'FLAMEHOUSE_LOG',
      'verbose',
      'FLAMEHOUSE_LOG is "verbose": write silent, error, info or debug',
    ],
    ['FLAMEHOUSE_TOKENS', 'read:a,admin:hunter2', 'FLAMEHOUSE_TOKENS entry 2 is not role:secret'],
    ['FLAMEHOUSE_TOKENS', 'hunter2', 'FLAMEHOUSE_TOKENS entry 1 is not role:secret'],
    ['FLAMEHOUSE_TOKENS', 'read:', 'FLAMEHOUSE_TOKENS entry 1 is not role:secret'],
  ])('%s=%s', (name, value, message) => {
    expect(() => readConfig({ [name]: value })).toThrow(message);
  });

  test('a token is never part of a message', () => {
    expect(() => readConfig({ FLAMEHOUSE_TOKENS: 'admin:hunter2' })).not.toThrow(/hunter2/);
  });
});

test('off loopback the server wants tokens, or to be told that it need not', () => {
  expect(() => readConfig({ FLAMEHOUSE_HOST: '0.0.0.0' })).toThrow(
    'FLAMEHOUSE_HOST is "0.0.0.0", which other machines can reach, and no token is set: set FLAMEHOUSE_TOKENS=ingest:<secret>,read:<secret>, or listen on 127.0.0.1, or set FLAMEHOUSE_INSECURE=true to leave it open',
  );
  expect(readConfig({ FLAMEHOUSE_HOST: '0.0.0.0', FLAMEHOUSE_INSECURE: 'true' }).insecure).toBe(
    true,
  );
  expect(readConfig({ FLAMEHOUSE_HOST: '::1' }).host).toBe('::1');
});

test('loopback is this machine only', () => {
  expect(['127.0.0.1', '127.8.8.8', '::1', 'localhost'].filter(isLoopback)).toHaveLength(4);
  expect(['0.0.0.0', '::', '10.0.0.1', '127.evil.example', '128.0.0.1'].filter(isLoopback)).toEqual(
    [],
  );
});

test.each([
  ['tempo/{traceId}', 'is no link to a trace'],
  ['http://tempo/{spanId}', 'is no link to a trace'],
  ['http://tempo/{traceId}/{span}', 'has {span}'],
])('the template %s is refused, and what it may hold is named', (template, what) => {
  const env = { FLAMEHOUSE_TRACE_URL_TEMPLATE: template };
  expect(() => readConfig(env)).toThrow(`FLAMEHOUSE_TRACE_URL_TEMPLATE ${what}`);
  expect(() => readConfig(env)).toThrow('{spanIdDecimal}');
});
