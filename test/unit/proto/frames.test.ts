import {
  describeFunction,
  frameId,
  functionId,
  Hash64,
  hash64,
  stackId,
  systemNameOf,
} from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';

const APP = { appRoot: '/srv/releases/42/checkout' };

describe('a function becomes package-relative', () => {
  const cases: [
    name: string,
    file: string,
    described: [file: string, pkg: string, kind: string],
  ][] = [
    ['price', '/srv/releases/42/checkout/src/price.js', ['src/price.js', '', 'user']],
    ['price', 'file:///srv/releases/42/checkout/src/a%20b.mjs', ['src/a b.mjs', '', 'user']],
    [
      'route',
      '/srv/releases/42/checkout/node_modules/fastify/lib/route.js',
      ['fastify/lib/route.js', 'fastify', 'dependency'],
    ],
    [
      'x',
      '/a/node_modules/.pnpm/q@1/node_modules/@scope/q/i.js',
      ['@scope/q/i.js', '@scope/q', 'dependency'],
    ],
    ['readFile', 'node:fs', ['node:fs', 'node', 'runtime']],
    ['tick', 'internal/process/task_queues', ['internal/process/task_queues', 'node', 'runtime']],
    ['parse', '', ['', '', 'native']],
    ['Garbage Collection', '', ['', '', 'gc']],
    ['(idle)', '', ['', '', 'idle']],
    ['Garbage Collection', '/srv/releases/42/checkout/src/gc.js', ['src/gc.js', '', 'user']],
    ['main', '/srv/releases/42/checkout/dist/main.4f2c1e9a.js', ['dist/main.js', '', 'user']],
    ['main', '/srv/releases/42/checkout/dist/index-DkX92bQa.js', ['dist/index.js', '', 'user']],
    [
      'main',
      '/srv/releases/42/checkout/src/webpack-configuration.js',
      ['src/webpack-configuration.js', '', 'user'],
    ],
    ['main', 'webpack://shop/./src/cart.ts', ['src/cart.ts', '', 'user']],
    ['other', '/opt/deploy-77/lib/src/a.ts', ['lib/src/a.ts', '', 'user']],
    [
      'ServeHTTP',
      '/usr/local/go/src/net/http/server.go',
      ['/usr/local/go/src/net/http/server.go', '', 'user'],
    ],
    [
      'Next',
      '/home/ci/go/pkg/mod/github.com/gin-gonic/gin@v1.9.1/context.go',
      ['github.com/gin-gonic/gin/context.go', 'github.com/gin-gonic/gin', 'dependency'],
    ],
    [
      'get',
      '/usr/lib/python3/dist-packages/requests/api.py',
      ['requests/api.py', 'requests', 'dependency'],
    ],
  ];
  test.each(cases)('%s in %s', (name, file, [short, pkg, kind]) => {
    expect(describeFunction({ name, file, systemName: '' }, APP)).toEqual({
      name,
      file: short,
      package: pkg,
      kind,
    });
  });
});

test('a package outside the application is named by its own package.json', () => {
  const described = describeFunction(
    { name: 'f', file: '/repo/packages/lib/dist/x.js', systemName: '' },
    {
      appRoot: '/repo/packages/app',
      packageOf: () => ({ root: '/repo/packages/lib', name: '@shop/lib' }),
    },
  );
  expect(described).toEqual({
    name: 'f',
    file: '@shop/lib/dist/x.js',
    package: '@shop/lib',
    kind: 'dependency',
  });
});

test('describing what was described changes nothing', () => {
  const first = describeFunction({
    name: 'route',
    file: '/a/node_modules/fastify/lib/route.js',
    systemName: '',
  });
  expect(describeFunction({ ...first, systemName: systemNameOf(first) })).toEqual(first);
});

test('the position of an anonymous function is not part of its identity', () => {
  const at = (name: string) => functionId({ name, file: 'src/a.js', kind: 'user' });
  expect(at('(anonymous:L#12:C#18)')).toBe(at('(anonymous:L#99:C#1)'));
  expect(at('(anonymous:L#12:C#18)')).not.toBe(at('named'));
});

test('file and kind are part of the identity, the definition line only of the frame', () => {
  const id = functionId({ name: 'get', file: 'a.js', kind: 'user' });
  expect(functionId({ name: 'get', file: 'b.js', kind: 'user' })).not.toBe(id);
  expect(functionId({ name: 'get', file: 'a.js', kind: 'dependency' })).not.toBe(id);
  expect(frameId(id, 10)).not.toBe(frameId(id, 11));
});

test('a stack is told apart by its frames, their order and their lines', () => {
  const ids = new Set([
    stackId(['a', 'b'], [1, 2]),
    stackId(['b', 'a'], [1, 2]),
    stackId(['a', 'b'], [1, 3]),
    stackId(['a'], [1]),
    stackId([], []),
  ]);
  expect(ids.size).toBe(5);
});

test('the hash is MurmurHash3 where whole blocks are hashed', () => {
  const words = (text: string) => {
    const bytes = Buffer.from(text);
    const hash = new Hash64();
    for (let i = 0; i < bytes.length; i += 4) hash.word(bytes.readInt32LE(i));
    return hash.hex();
  };
  // Reference: mmh3 5.2 for Python, hash_bytes(text, 0, False), first two words.
  expect(words('flamehouse test!')).toBe('ae6d263ef85a01b8');
  expect(words('flamehouse test!0123456789abcdef')).toBe('552d2499213ffa30');
});

test('parts have their length before them', () => {
  expect(hash64(['ab', 'c'])).not.toBe(hash64(['a', 'bc']));
  expect(hash64(['a'])).not.toBe(hash64(['a', '']));
});
