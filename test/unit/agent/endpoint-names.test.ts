import { expect, test } from 'vitest';
import { BoundedNames, normalisePath } from '../../../agent/src/endpoint-names.ts';

test.each([
  ['/', '/'],
  ['', '/'],
  ['/users/42?full=1#top', '/users/:id'],
  ['/users/8f14e45f-ceea-467f-a0e6-1b2c3d4e5f60/orders', '/users/:id/orders'],
  ['/commits/9fceb02d0ae598e95dc970b74767f19372d61af8', '/commits/:id'],
  ['/objects/507f1f77bcf86cd799439011', '/objects/:id'],
  ['/v2/items', '/v2/items'],
  ['/oauth2/token', '/oauth2/token'],
  ['/feedback', '/feedback'],
  ['/a/2026-11-20/b', '/a/:id/b'],
  ['/posts/how-to-profile-node-20-services', '/posts/:id'],
  ['/files/some%20name', '/files/:id'],
  [`/t/${'x'.repeat(60)}`, '/t/:id'],
  ['http://example.org/users/7', '/users/:id'],
  ['/a/b/c/d/e/f/g/h/i/j', '/a/b/c/d/e/f/g/h/*'],
])('%s is %s', (url, path) => {
  expect(normalisePath(url)).toBe(path);
});

test('names past the limit are one', () => {
  const names = new BoundedNames(2);
  expect(['a', 'b', 'c', 'a', 'b'].map((name) => names.bound(name))).toEqual([
    'a',
    'b',
    '(other)',
    'a',
    'b',
  ]);
});

test('names are printable and of bounded length', () => {
  const names = new BoundedNames();
  expect(names.bound('a\u0000b\u2028')).toBe('a?b?');
  expect(names.bound('x'.repeat(500))).toHaveLength(200);
});
