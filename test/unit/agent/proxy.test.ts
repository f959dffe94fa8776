import { expect, test } from 'vitest';
import { proxyFor, proxyHeaders } from '../../../agent/src/proxy.ts';

const env = { HTTP_PROXY: 'http://up:1', https_proxy: 'secure:2', HTTPS_PROXY: 'http://lost:3' };

test.each([
  ['http://shop.example', env, 'http://up:1'],
  ['https://shop.example', env, 'http://secure:2'],
  ['https://shop.example', { ALL_PROXY: 'http://all:4' }, 'http://all:4'],
  ['https://shop.example', { ALL_PROXY: 'socks5://all:4' }, null],
  ['http://shop.example', {}, null],
  ['http://shop.example', { http_proxy: ' ' }, null],
  ['http://localhost:4040', env, null],
  ['http://127.0.0.1:4040', env, null],
  ['http://[::1]:4040', env, null],
  ['http://a.shop.example', { ...env, NO_PROXY: 'other, .shop.example' }, null],
  ['http://shop.example', { ...env, no_proxy: '*.shop.example' }, null],
  ['http://workshop.example', { ...env, no_proxy: 'shop.example' }, 'http://up:1'],
  ['http://shop.example:81', { ...env, no_proxy: 'shop.example:80' }, 'http://up:1'],
  ['http://shop.example', { ...env, no_proxy: 'shop.example:80' }, null],
  ['http://shop.example', { ...env, no_proxy: '*' }, null],
])('%s with %o goes through %s', (target, variables, proxy) => {
  expect(proxyFor(new URL(target), variables)).toBe(proxy);
});

test('a login of the proxy', () => {
  expect(proxyHeaders(new URL('http://up:1'))).toEqual({});
  expect(proxyHeaders(new URL('http://a:b%3Ac@up:1'))).toEqual({
    'proxy-authorization': `Basic ${Buffer.from('a:b:c').toString('base64')}`,
  });
});
