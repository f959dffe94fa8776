import type { DiffAnswer, ServiceSummary } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import type { ApiClient } from '../../../server/src/cli/api-client.ts';
import { hintsOf, progressOf } from '../../../server/src/cli/diff-wait.ts';

interface Known {
  readonly shortage?: DiffAnswer['verdict']['shortage'];
  readonly base?: Partial<DiffAnswer['base']>;
  readonly head?: Partial<DiffAnswer['head']>;
}

function answer({ shortage = 'minutes', base = {}, head = {} }: Known): DiffAnswer {
  const side = (version: string) => ({
    selector: `version:${version}`,
    name: version,
    service: 'shop',
    instances: 2,
    minutes: 0,
    busyTicks: 0,
    requests: 0,
  });
  return {
    base: { ...side('1.0.0'), ...base },
    head: { ...side('1.1.0'), ...head },
    smallestChange: 0.142,
    verdict: { state: 'not-enough-data', shortage },
  } as DiffAnswer;
}

describe('progress of a diff that waits', () => {
  test('minutes of each process, not of all together', () => {
    const some = answer({ base: { minutes: 12 }, head: { minutes: 3 } });
    expect(progressOf(some, 754_000)).toBe(
      'waiting, 12 min 34 s left: 1.1.0 has 1 complete minute, 1.0.0 has 6 complete minutes; 2 of each process are needed',
    );
  });

  test('samples, requests, and how small a change would be seen', () => {
    const few = { base: { busyTicks: 1_200, requests: 0 }, head: { busyTicks: 41, requests: 90 } };
    expect(progressOf(answer({ shortage: 'ticks', ...few }), 20_000)).toBe(
      'waiting, 20 s left: 1.1.0 has 41 samples, 1.0.0 has 1,200 samples; 600 are needed',
    );
    expect(progressOf(answer({ shortage: 'requests', ...few }), 1)).toContain(
      '1.0.0 has 0 requests',
    );
    expect(progressOf(answer({ shortage: 'smallest-change' }), 1)).toMatch(
      /14\.2\s% would be seen/,
    );
  });
});

describe('hints', () => {
  let asked = 0;
  const client = (services: readonly Partial<ServiceSummary>[]): ApiClient => ({
    get: async <Answer>() => {
      asked++;
      return services as Answer;
    },
    post: () => Promise.reject(new Error('nothing is posted')),
  });
  const nobody = { instances: 0 };
  const shop = { service: 'shop', versions: ['1.0.0', '1.1.0'] };

  test('a service that nobody sends is named with those that are known', async () => {
    const hints = await hintsOf(
      client([{ service: 'store', versions: [] }]),
      answer({ base: nobody, head: nobody }),
    );
    expect(hints).toEqual(['no service is called shop; known are store']);
  });

  test('a version with a slip in it; one that only has no complete minute yet is waited for', async () => {
    const wrong = answer({ head: { ...nobody, selector: 'version:1.2.0', name: '1.2.0' } });
    expect(await hintsOf(client([shop]), wrong)).toEqual([
      'shop has no version 1.2.0; it has 1.0.0, 1.1.0',
    ]);
    expect(await hintsOf(client([shop]), answer({ head: nobody }))).toEqual([]);
  });

  test('long lists are cut, and sides with data ask nothing', async () => {
    const versions = Array.from({ length: 10 }, (_, i) => `v${i}`);
    const [hint] = await hintsOf(client([{ ...shop, versions }]), answer({ head: nobody }));
    expect(hint).toBe(
      'shop has no version 1.1.0; it has v0, v1, v2, v3, v4, v5, v6, v7 and 2 more',
    );
    asked = 0;
    expect(await hintsOf(client([]), answer({}))).toEqual([]);
    expect(asked).toBe(0);
  });
});
