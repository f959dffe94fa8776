import type { EndpointSeriesAnswer, ServerAnswer } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { foldRuns } from '../../../ui/src/components/stack-parts.ts';
import {
  endpointsContext,
  endpointsSentence,
  lineOf,
} from '../../../ui/src/screens/endpoints/words.ts';
import { serverProblems, serverSentence } from '../../../ui/src/screens/server/words.ts';
import { stallRows, stallsSentence, whatRan } from '../../../ui/src/screens/stalls/rows.ts';
import { requestAnswer } from '../../support/ui-fixture-requests.ts';

const ask = <T>(path: string, query = ''): T =>
  requestAnswer(path, new URLSearchParams(`service=checkout&from=0&to=3600000&${query}`)) as T;
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('endpoints: the sentence names the endpoint that most CPU goes into', () => {
  const answer = ask<Parameters<typeof endpointsSentence>[0]>('endpoints');
  expect(plain(endpointsSentence(answer))).toBe(
    '56 % of CPU goes into POST /checkout, 12.4 ms a request.',
  );
  expect(plain(endpointsContext(answer))).toBe(
    '4.21 cores in all · 3,340,800 requests, 0.28 % failed · 15 % is work outside any request',
  );
  const outside = ask<typeof answer>('endpoints', 'search=nothing-like-it');
  expect(endpointsSentence(outside)).toBe('checkout served no request that the agent knows.');
});

test('endpoints: a line keeps its gaps, and another endpoint has none', () => {
  const answer = ask<EndpointSeriesAnswer>('endpoints/series', 'stepMs=60000&endpoint=');
  expect(lineOf(answer, '', 'cores')!.peak).toBeGreaterThan(0.6);
  expect(new Set(lineOf(answer, '', 'rate')!.values)).toEqual(new Set([null]));
  expect(lineOf(answer, 'GET /other', 'cores')).toBeNull();
});

test('stalls: how often, how long, and in what', () => {
  const answer = ask<Parameters<typeof stallRows>[0]>('stalls');
  const rows = stallRows(answer);
  const say = (of: typeof answer, list: typeof rows, minMs = 0) =>
    plain(stallsSentence(of, list, { service: 'checkout', minMs }));
  expect(say(answer, rows)).toBe(
    'The event loop of checkout stood still 4 times, for up to 812 ms, in deserializeConfig.',
  );
  expect(rows.map((stall) => whatRan(answer, stall))).toEqual([
    'deserializeConfig',
    '',
    'deserializeConfig',
    'matchRule',
  ]);
  const long = stallRows(answer, 500);
  expect(say(answer, long, 500)).toBe(
    'The event loop of checkout stood still once, for 812 ms, in deserializeConfig.',
  );
  expect(say(answer, [])).toBe('The event loop of checkout did not stall.');
  const more = { ...answer, rows: 1_119 };
  expect(say(more, rows)).toMatch(/stood still 1,119 times, for up to 812 ms/);
  expect(say(more, rows, 50)).toMatch(/stood still at least 4 times/);
  expect(say(more, long, 500)).toMatch(/stood still once/);
});

test('server: what needs somebody is said, the most pressing first', () => {
  const answer = ask<ServerAnswer>('server');
  expect(plain(serverSentence(answer))).toBe(
    'Profiles are kept for 400 d and take 41.8 GiB; 74.3 GiB of disk are free.',
  );
  const { disk, spool, uploads } = answer;
  const problems = (part: Partial<ServerAnswer>) =>
    serverProblems({ ...answer, ...part }).map(plain);
  expect(problems({})).toEqual([expect.stringMatching(/^1 segment of the spool could not/)]);
  const well = { ...spool, setAside: 0 };
  expect(problems({ spool: well })).toEqual([]);
  expect(problems({ spool: well, disk: { ...disk, freeBytes: 2 ** 20 } })).toEqual([
    expect.stringMatching(/^Uploads are refused/),
  ]);
  expect(problems({ spool: well, disk: { ...disk, freeBytes: 2 ** 30 } })).toEqual([
    expect.stringMatching(/^The disk is nearly full/),
  ]);
  expect(problems({ spool: { ...well, bytes: well.bytesMax * 0.9 } })).toEqual([
    expect.stringMatching(/^The spool is 90\.0 % full/),
  ]);
  expect(
    problems({ spool: well, uploads: { ...uploads, stored: 90, rejected: { X: 10 } } }),
  ).toEqual([expect.stringMatching(/^10\.0 % of uploads were rejected/)]);
});

test('runs of frames of node are folded, never the leaf', () => {
  const kind = ['user', 'runtime', 'dependency', 'gc'] as const;
  const parts = (stack: readonly number[]) =>
    foldRuns({ kind }, stack).map(
      ({ at, frames, folded }) => `${at}:${frames.join('')}${folded ? ' folded' : ''}`,
    );
  expect(parts([1, 1, 1, 0, 2, 1, 1, 0])).toEqual(['0:111 folded', '3:02', '5:11', '7:0']);
  expect(parts([0, 1, 1, 1, 1])).toEqual(['0:0', '1:111 folded', '4:1']);
  expect(parts([3])).toEqual(['0:3']);
  expect(parts([])).toEqual([]);
});
