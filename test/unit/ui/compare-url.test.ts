import { describe, expect, test } from 'vitest';
import {
  COMPARE_DEFAULTS,
  type CompareState,
  compareUrl,
  formatCompare,
  formatSide,
  parseCompare,
  parseSide,
} from '../../../ui/src/state/compare-url.ts';
import { DEPLOYS_DEFAULTS, deploysUrl, parseDeploys } from '../../../ui/src/state/deploys-url.ts';

const FULL: CompareState = {
  service: 'check out & co',
  environment: 'production',
  a: { selector: 'version:9ab07d3', service: 'old-checkout', filter: '{endpoint="GET /x"}' },
  b: { selector: 'range:now-2h~1795176000000', service: '', filter: '' },
  norm: 'cores',
  width: 'after',
  view: 'sides',
  shown: 'grew',
  sort: 'q',
  search: 'a+b',
  focus: '950323b0d82f2477',
};

describe('the address of Compare', () => {
  test('what was formatted is parsed again', () => {
    expect(parseCompare(formatCompare(FULL))).toEqual(FULL);
    expect(formatCompare(parseCompare(formatCompare(FULL)))).toBe(formatCompare(FULL));
  });

  test('defaults are left out', () => {
    expect(formatCompare(COMPARE_DEFAULTS)).toBe('');
    expect(compareUrl({ service: 'shop', a: { ...FULL.a, service: '', filter: '' } })).toBe(
      '/compare?a=version%3A9ab07d3&svc=shop',
    );
  });

  test.each([
    '?a=nonsense&b=range:now-1h&norm=magic&w=5&view=3d&show=some&sort=size&f=xyz',
    '?a=version:&b=version:1@tomorrow~now&%',
    '',
  ])('%s opens with defaults', (search) => {
    expect(parseCompare(search)).toEqual(COMPARE_DEFAULTS);
  });
});

test('a side is a version, a time, or both', () => {
  expect(parseSide('version:1.2.3-rc.1')).toEqual({ version: '1.2.3-rc.1', from: '', to: '' });
  expect(parseSide('version:1@2026-11-20T10:00:00Z~now-1h')).toEqual({
    version: '1',
    from: '1795168800000',
    to: 'now-1h',
  });
  for (const selector of ['version:a b', 'range:now-2h~now-1h', 'version:1@now-2h~now'])
    expect(formatSide(parseSide(selector)!)).toBe(selector);
  for (const selector of ['', 'range:', 'range:1', 'range:1~2~3', 'version:1@x~y'])
    expect(parseSide(selector)).toBeNull();
});

describe('the address of Deploys', () => {
  const state = {
    service: 'shop',
    environment: 'production',
    tab: 'no-change',
    from: 'now-30d',
    to: 'now-1d',
    search: 'ana',
    open: '950323b0d82f2477',
  } as const;

  test('what was formatted is parsed again, the open deploy as part of the path', () => {
    const url = new URL(deploysUrl(state), 'http://x');
    expect(url.pathname).toBe('/deploys/950323b0d82f2477');
    expect(parseDeploys(url.pathname, url.search)).toEqual(state);
    expect(deploysUrl({})).toBe('/deploys');
  });

  test('what cannot be used takes its default', () => {
    expect(parseDeploys('/deploys/nothing', '?show=bad&from=soon&to=')).toEqual(DEPLOYS_DEFAULTS);
  });
});
