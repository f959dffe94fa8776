import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Config, readConfig } from '../../../agent/src/config.ts';

let root = '';

/** An application with a build folder, a dependency, and the links that package managers make. */
const FILES = {
  'shop/package.json': '{"name": "@acme/shop", "version": "1.2.3"}',
  'shop/src/app.js': '',
  'shop/dist/package.json': '{"type": "commonjs"}',
  'shop/dist/app.js': '',
  'shop/node_modules/next/package.json': '{"name": "next", "version": "15.0.0"}',
  'shop/node_modules/next/bin/next.js': '',
  'bare/app.js': '',
  'broken/package.json': '{"name": ',
  'broken/app.js': '',
  'unversioned/package.json': '{"name": "unversioned", "version": 7}',
  'unversioned/app.js': '',
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flamehouse-config-'));
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  await mkdir(join(root, 'shop/node_modules/.bin'));
  await symlink('../next/bin/next.js', join(root, 'shop/node_modules/.bin/next'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

interface Source {
  readonly entry?: string | null;
  readonly cwd?: string;
  readonly workerId?: number;
}

function read(env: Record<string, string> = {}, source: Source = {}) {
  const { entry = 'shop/src/app.js', cwd = 'bare', workerId = 0 } = source;
  return readConfig({
    env,
    entry: entry === null ? undefined : join(root, entry),
    cwd: join(root, cwd),
    hostName: 'web-1',
    pid: 4711,
    workerId,
  });
}

const config = (env?: Record<string, string>, source?: Source): Config => read(env, source).config;

test('defaults', () => {
  expect(read()).toEqual({
    problems: [],
    config: {
      serverUrl: 'http://127.0.0.1:4040',
      uiUrl: 'http://127.0.0.1:4040',
      token: null,
      service: '@acme/shop',
      version: '1.2.3',
      revision: null,
      environment: 'development',
      instance: 'web-1-4711',
      instanceGiven: false,
      labels: {},
      enabled: true,
      sampleHz: 99,
      windowMs: 15_000,
      heapIntervalBytes: 524_288,
      overheadBudgetPercent: 3,
      spans: 'on',
      stallMs: 100,
      sourceMaps: true,
      workers: false,
      oom: true,
      log: 'error',
      appRoot: join(root, 'shop'),
    },
  });
});

describe('each variable is read', () => {
  const cases: readonly [string, string, Partial<Config>][] = [
    [
      'FLAMEHOUSE_SERVER_URL',
      'https://flames.example/base/',
      { serverUrl: 'https://flames.example/base' },
    ],
    ['FLAMEHOUSE_UI_URL', 'https://ui.example', { uiUrl: 'https://ui.example' }],
    ['FLAMEHOUSE_TOKEN', 's3cret', { token: 's3cret' }],
    ['FLAMEHOUSE_SERVICE', 'cart', { service: 'cart' }],
    ['FLAMEHOUSE_VERSION', '9.9', { version: '9.9' }],
    ['FLAMEHOUSE_ENVIRONMENT', 'staging', { environment: 'staging' }],
    ['FLAMEHOUSE_INSTANCE', 'blue-1', { instance: 'blue-1', instanceGiven: true }],
    ['FLAMEHOUSE_LABELS', 'region=eu, team=a=b,', { labels: { region: 'eu', team: 'a=b' } }],
    ['FLAMEHOUSE_ENABLED', 'false', { enabled: false }],
    ['FLAMEHOUSE_SAMPLE_HZ', '49.5', { sampleHz: 49.5 }],
    ['FLAMEHOUSE_WINDOW_MS', '5000', { windowMs: 5000 }],
    ['FLAMEHOUSE_HEAP_INTERVAL_BYTES', '0', { heapIntervalBytes: 0 }],
    ['FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT', '0', { overheadBudgetPercent: 0 }],
    ['FLAMEHOUSE_SPANS', 'ROOT', { spans: 'root' }],
    ['FLAMEHOUSE_SOURCE_MAPS', 'off', { sourceMaps: false }],
    ['FLAMEHOUSE_WORKERS', 'on', { workers: true }],
    ['FLAMEHOUSE_OOM', '0', { oom: false }],
    ['FLAMEHOUSE_LOG', 'debug', { log: 'debug' }],
  ];
  test.each(cases)('%s=%s', (variable, text, expected) => {
    expect(read({ [variable]: text })).toMatchObject({ config: expected, problems: [] });
  });
});

test('the UI is where the server is unless told otherwise', () => {
  expect(config({ FLAMEHOUSE_SERVER_URL: 'http://s:1' }).uiUrl).toBe('http://s:1');
});

describe('a value that cannot be used is named and the default stands', () => {
  const cases: readonly [string, string, string][] = [
    ['FLAMEHOUSE_SERVER_URL', 'localhost:4040', '"localhost:4040", not an http or https address'],
    ['FLAMEHOUSE_SERVER_URL', 'ftp://x', '"ftp://x", not an http or https address'],
    [
      'FLAMEHOUSE_SERVER_URL',
      'http://me:secret@x',
      'a value kept secret here, not an address without user and password (FLAMEHOUSE_TOKEN holds the secret)',
    ],
    ['FLAMEHOUSE_UI_URL', 'no', '"no", not an http or https address'],
    ['FLAMEHOUSE_TOKEN', 'a\nb', 'a value kept secret here, not printable ASCII without spaces'],
    ['FLAMEHOUSE_SERVICE', 'a\u0007b', '"a\\u0007b", not text without control characters'],
    ['FLAMEHOUSE_LABELS', 'region', '"region", not a list like region=eu,team=search'],
    ['FLAMEHOUSE_ENABLED', 'maybe', '"maybe", not one of true, false, on, off, 1, 0'],
    ['FLAMEHOUSE_SAMPLE_HZ', 'fast', '"fast", not a number from 1 to 1000'],
    ['FLAMEHOUSE_SAMPLE_HZ', '0', '"0", not a number from 1 to 1000'],
    ['FLAMEHOUSE_SAMPLE_HZ', 'Infinity', '"Infinity", not a number from 1 to 1000'],
    ['FLAMEHOUSE_WINDOW_MS', '10.5', '"10.5", not a whole number from 500 to 600000'],
    ['FLAMEHOUSE_WINDOW_MS', '1000.5', '"1000.5", not a whole number from 500 to 600000'],
    [
      'FLAMEHOUSE_HEAP_INTERVAL_BYTES',
      '-1',
      '"-1", not 0 or a whole number from 1024 to 1073741824',
    ],
    ['FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT', '101', '"101", not a number from 0 to 100'],
    ['FLAMEHOUSE_SPANS', 'some', '"some", not one of on, root, off'],
    ['FLAMEHOUSE_LOG', 'loud', '"loud", not one of silent, error, info, debug'],
  ];
  test.each(cases)('%s=%j', (variable, text, expected) => {
    const { config: found, problems } = read({ [variable]: text });
    expect(problems).toEqual([{ variable, text: `${variable} is ${expected}` }]);
    expect(found).toEqual(config());
  });

  test('an endless value is cut', () => {
    const { problems } = read({ FLAMEHOUSE_SAMPLE_HZ: '9'.repeat(10_000) });
    expect(problems[0]!.text.length).toBeLessThan(200);
  });
});

test('an empty variable counts as unset', () => {
  expect(read({ FLAMEHOUSE_SERVICE: ' ', FLAMEHOUSE_SAMPLE_HZ: '' })).toEqual(read());
});

describe('fall-backs, from left to right', () => {
  const attributes = (text: string) => ({ OTEL_RESOURCE_ATTRIBUTES: text });

  test('service', () => {
    const otel = { OTEL_SERVICE_NAME: 'b', ...attributes('service.name=c') };
    expect(config({ FLAMEHOUSE_SERVICE: 'a', ...otel }).service).toBe('a');
    expect(config(otel).service).toBe('b');
    expect(config(attributes('service.name=c')).service).toBe('c');
    expect(config().service).toBe('@acme/shop');
  });

  test('version', () => {
    const order = [
      { FLAMEHOUSE_VERSION: 'v0' },
      attributes('service.version=v1,vcs.ref.head.revision=v2'),
      attributes('vcs.ref.head.revision=v2'),
      { GITHUB_SHA: 'v3' },
      { CI_COMMIT_SHA: 'v4' },
      { GIT_COMMIT: 'v5' },
      { BUILDKITE_COMMIT: 'v6' },
      { CIRCLE_SHA1: 'v7' },
    ];
    const found = order.map(
      (_, i) => config(Object.assign({}, ...order.slice(i).reverse())).version,
    );
    expect(found).toEqual(['v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7']);
  });

  test('the commit is told as revision beside a version of its own', () => {
    const { version, revision } = config({ FLAMEHOUSE_VERSION: '2.0.0', GIT_COMMIT: 'abc' });
    expect({ version, revision }).toEqual({ version: '2.0.0', revision: 'abc' });
  });

  test('environment', () => {
    const both = 'deployment.environment=c,deployment.environment.name=b';
    const all = { NODE_ENV: 'd', ...attributes(both) };
    expect(config({ FLAMEHOUSE_ENVIRONMENT: 'a', ...all }).environment).toBe('a');
    expect(config(all).environment).toBe('b');
    const old = { NODE_ENV: 'd', ...attributes('deployment.environment=c') };
    expect(config(old).environment).toBe('c');
    expect(config({ NODE_ENV: 'd' }).environment).toBe('d');
  });

  test('instance', () => {
    expect(config(attributes('service.instance.id=i-1')).instance).toBe('i-1');
    expect(config({}, { workerId: 3 }).instance).toBe('web-1-4711-3');
  });

  test('attributes are percent-decoded, and a broken pair does not spoil the others', () => {
    const text = 'service.name=caf%C3%A9%2C%20two,broken=%E0%A4,=x,service.version=1';
    expect(config(attributes(text))).toMatchObject({ service: 'café, two', version: '1' });
  });
});

describe('an inherited instance', () => {
  test('is told apart in a child process', () => {
    const given = { FLAMEHOUSE_INSTANCE: 'blue' };
    expect(config({ ...given, FLAMEHOUSE_INSTANCE_PID: '1' }).instance).toBe('blue-4711');
    expect(config({ ...given, FLAMEHOUSE_INSTANCE_PID: '4711' }).instance).toBe('blue');
    const otel = {
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=i',
      FLAMEHOUSE_INSTANCE_PID: '1',
    };
    expect(config(otel).instance).toBe('i-4711');
  });
});

describe('the nearest package.json', () => {
  const cases: readonly [string, Source, Partial<Config>][] = [
    ['above the script', { entry: 'shop/src/app.js' }, { service: '@acme/shop', version: '1.2.3' }],
    ['past one without a name', { entry: 'shop/dist/app.js' }, { service: '@acme/shop' }],
    [
      'outside node_modules',
      { entry: 'shop/node_modules/next/bin/next.js' },
      { service: '@acme/shop' },
    ],
    ['behind a link', { entry: 'shop/node_modules/.bin/next' }, { service: '@acme/shop' }],
    ['of a script named without extension', { entry: 'shop/src/app' }, { service: '@acme/shop' }],
    ['above the working directory', { entry: null, cwd: 'shop/src' }, { service: '@acme/shop' }],
    ['that cannot be read', { entry: 'broken/app.js' }, { service: 'app', version: null }],
    ['nowhere', { entry: 'bare/app.js' }, { service: 'app', version: null }],
    ['nowhere and no script', { entry: null }, { service: 'node', version: null }],
    ['with a version that is no text', { entry: 'unversioned/app.js' }, { version: null }],
  ];
  test.each(cases)('%s', (_name, source, expected) => {
    expect(config({}, source)).toMatchObject(expected);
  });
});

describe('package managers are not profiled', () => {
  const scripts = [
    'lib/node_modules/npm/bin/npm-cli.js',
    'lib/node_modules/npm/bin/npx-cli.js',
    'bin/npm',
    'bin/npx',
    'bin/yarn',
    'bin/yarn.js',
    '.yarn/releases/yarn-4.1.0.cjs',
    'bin/pnpm.cjs',
    'bin/pnpx',
    'bin/corepack.js',
  ];
  test.each(scripts)('%s', (entry) => {
    expect(config({}, { entry }).enabled).toBe(false);
    expect(config({ FLAMEHOUSE_ENABLED: 'true' }, { entry }).enabled).toBe(true);
  });
  test.each(['yarn-stats/app.js', 'npm-mirror.js', 'my-npm.js', 'pnpm-helper/index.js'])(
    'but %s is',
    (entry) => expect(config({}, { entry }).enabled).toBe(true),
  );
});
