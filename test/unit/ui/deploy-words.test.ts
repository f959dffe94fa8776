import type { Deploy } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { chipOf } from '../../../ui/src/components/verdict-chip.tsx';
import { deployPaths } from '../../../ui/src/screens/deploys/deploy-line.tsx';
import {
  changeOf,
  compareOf,
  dayWords,
  listSentence,
  lookSentences,
  needsLook,
  rowScale,
  tabOf,
  whyOf,
} from '../../../ui/src/screens/deploys/deploy-words.ts';
import { fixtureDeploys } from '../../support/ui-fixture-deploys.ts';

const NOW = new Date(2026, 10, 20, 13, 30).getTime();
const DEPLOYS = fixtureDeploys(NOW);
const of = (service: string): Deploy => DEPLOYS.find((deploy) => deploy.service === service)!;
const plain = (text: string) => text.replaceAll('\u00a0', ' ');

test('each verdict has a word, a shape and a reason', () => {
  const said = DEPLOYS.map((deploy) => {
    const { kind, words } = chipOf(deploy.verdict);
    return plain(`${deploy.service}: ${kind} ${words} | ${tabOf(deploy)} | ${whyOf(deploy)}`);
  });
  expect(said).toEqual([
    'payments: wait Judging, 6 of 15 min | judging | next look at about 13:34',
    'checkout: more More CPU | more | deserializeConfig +6.4 pp, retryRequest new and 1 more',
    'search: less Less CPU | less | buildMatcher −11.2 pp',
    'cart: few Too few samples | not-enough-data | would have seen only a change of 34.0 %',
    'auth: more More memory | no-change | live heap of an instance 120 MiB → 157 MiB',
    'inventory: same No change | no-change | would have seen 1.5 %',
    'notifications: same First version | null | nothing ran before it',
  ]);
});

test('the list opens with what needs a look, until somebody says that it is intended', () => {
  expect(DEPLOYS.filter(needsLook).map(({ service }) => service)).toEqual(['checkout', 'auth']);
  expect(listSentence(DEPLOYS, 41)).toBe('2 of 41 deploys need a look.');
  expect(plain(lookSentences(DEPLOYS))).toBe(
    'checkout: 4f2c1e9 takes 8.1 % more CPU per request than 9ab07d3. auth: e51bd77-with-a-branch-name-that-somebody-made-long holds 31.0 % more live heap.',
  );
  const expected = DEPLOYS.map((deploy) => ({ ...deploy, expected: true }));
  expect(listSentence(expected, 7)).toBe('1 of 7 deploys is being judged.');
  expect(listSentence([of('search')], 1)).toBe('The one deploy needs no look.');
});

test('the change of a row is of memory where only that changed, and none while it is open', () => {
  expect(DEPLOYS.map((deploy) => changeOf(deploy)?.value ?? null)).toEqual([
    null,
    0.081,
    -0.12,
    null,
    0.31,
    0.003,
    null,
  ]);
  expect(rowScale(DEPLOYS)).toBe(0.15);
  expect(rowScale([])).toBe(0.05);
});

test('a deploy leads to its comparison, unless nothing ran before it', () => {
  expect(compareOf(of('checkout'))).toBe(
    '/compare?a=version%3A9ab07d3&b=version%3A4f2c1e9&env=production&svc=checkout',
  );
  expect(compareOf(of('notifications'))).toBeNull();
});

test('days have names as long as they say more than a date', () => {
  const at = (days: number) => dayWords(NOW - days * 86_400_000, NOW);
  expect([at(0), at(1), at(2)]).toEqual([
    { day: 'Today', date: 'Fri 20 Nov' },
    { day: 'Yesterday', date: 'Thu 19 Nov' },
    { day: 'Wednesday', date: '18 Nov' },
  ]);
});

test('a line breaks where nothing was watched, and at the deploy', () => {
  const line = { from: 0, stepMs: 10, normaliser: 'request' as const, values: [1, 2, null, 3, 4] };
  const place = { x: (ms: number) => ms, y: (value: number) => 10 - value, bottom: 10 };
  expect(deployPaths(line, 40, place)).toEqual({
    before: 'M5.0 9.0L15.0 8.0M35.0 7.0h.01',
    after: 'M45.0 6.0h.01',
    area: 'M5.0 9.0L15.0 8.0L15.0 10L5.0 10ZM35.0 7.0L45.0 6.0L45.0 10L35.0 10Z',
  });
});
