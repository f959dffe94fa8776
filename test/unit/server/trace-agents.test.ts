import { expect, test } from 'vitest';
import { servicesToAsk, traceAgent } from '../../../server/src/spans/trace-agents.ts';
import { buildWaterfall } from '../../../server/src/spans/waterfall.ts';
import type { SelectedAgent } from '../../../server/src/storage/detail-store.ts';
import { fakeDetails } from '../../support/server-fake-details.ts';
import { FAKE_NOW_MS, stacksFromFolded } from '../../support/server-fake-store.ts';

const at = 1_000_000_000;
const asked = { service: 'checkout', range: { from: at, to: at + 40 } };
const silent: SelectedAgent = {
  ...{ instances: [], sampleHz: null, labelled: false, lastSeenMs: null, kept: true },
};

test.each([
  ['spans', { instances: ['one'], labelled: true }, 0],
  ['no-spans', { instances: ['one'] }, 0],
  ['removed', { kept: false }, 0],
  ['pending', { lastSeenMs: at - 9_000 }, 5_000],
  ['absent', { lastSeenMs: at - 9_000 }, 90_000], // It should have been here by then.
  ['absent', { lastSeenMs: at - 400_000 }, 5_000], // Silent for too long.
  ['absent', { lastSeenMs: at + 9_000 }, 20_000], // It sent later windows, and not that one.
  ['absent', {}, 5_000],
] as const)('%s: %o, %i ms later', (state, found, laterMs) => {
  const agent = traceAgent(asked, { ...silent, ...found }, at + laterMs);
  expect(agent.state).toBe(state);
});

test('asked are services with exported spans that no sample hit, for the time of those', () => {
  const { trace } = fakeDetails(FAKE_NOW_MS, stacksFromFolded('main 5'));
  const start = FAKE_NOW_MS - 20_000;
  expect(servicesToAsk(buildWaterfall(trace).spans)).toEqual([
    { service: 'checkout', range: { from: start + 5, to: start + 95 } },
    { service: 'inventory', range: { from: start + 5, to: start + 95 } },
  ]);
});
