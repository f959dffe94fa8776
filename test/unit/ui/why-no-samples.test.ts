import type { TraceAgent, WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { isProfiled } from '../../../ui/src/screens/trace/profiled.ts';
import { whyNoSamples } from '../../../ui/src/screens/trace/why-no-samples.ts';
import { fixtureWaterfall } from '../../support/ui-fixture-trace.ts';

const NOW = Date.UTC(2026, 10, 20, 13);
const answer = fixtureWaterfall('7c1f09be5d3a4c2b9e8f7a6b5c4d41e2', {});
const nothing = { samples: 0, cpuMicros: 0, wallMicros: 0 };
/** `GET /rules` of config: nothing in it, and nothing of its service in the trace. */
const bare: WaterfallSpan = { ...answer.spans[6]!, samples: 0, subtree: nothing };

function say(span: Partial<WaterfallSpan>, agent: Partial<TraceAgent> = {}): string {
  const known = answer.agents.find(({ service }) => service === 'config')!;
  const all: WaterfallAnswer = { ...answer, agents: [{ ...known, ...agent }] };
  const { title, text, later } = whyNoSamples({ ...bare, ...span }, all, NOW);
  return `${title}${later ? ' (look again)' : ''}: ${text}`.replaceAll('\u00a0', ' ');
}

describe('why a span has no samples', () => {
  const sampled = { state: 'spans', instances: ['pod-a'], sampleHz: 99 } as const;

  test.each([
    [
      4_000,
      'GET /rules took 4.00 ms, and samples are 10.1 ms apart: even a span that never waits is hit in only 39.6 % of cases.',
    ],
    [
      20_000,
      'GET /rules took 20.0 ms. None of the samples, 10.1 ms apart, found it running: it waited for most of that time, or was missed by chance.',
    ],
    [
      90_000,
      'GET /rules took 90.0 ms. None of the samples, 10.1 ms apart, found it running: it used less than 30.3 ms of CPU (95 % sure) and waited for the rest.',
    ],
  ])('its agent was there: what %i µs without a sample say', (durationMicros, text) => {
    expect(say({ durationMicros }, sampled)).toBe(`No sample hit this span: ${text}`);
  });

  test('an agent in another instance is no agent in this one', () => {
    expect(say({ durationMicros: 4_000, instance: 'pod-b' }, sampled)).toMatch(
      /^No sample hit this span: GET \/rules took 4.00 ms in pod-b, while config was sampled in pod-a, and/,
    );
  });

  test('no agent of that time', () => {
    expect(say({}, { lastSeen: null })).toMatch(
      /^config was not sampled: No agent ever sent samples under the name config\./,
    );
    expect(say({}, { lastSeen: bare.from - 60_000 })).toMatch(/its last samples are from /);
    expect(say({}, { lastSeen: bare.from + 60_000 })).toMatch(/samples of it from other times\.$/);
  });

  test.each([
    ['no-spans', /^Samples of config name no spans: .*FLAMEHOUSE_SPANS is off there, or/],
    ['pending', /^Its samples are still to come \(look again\): The agent of config sends them/],
    ['removed', /^Too old to tell: .*raw in FLAMEHOUSE_RETENTION/],
  ] as const)('%s', (state, text) => {
    expect(say({}, { state })).toMatch(text);
  });

  test('samples in its children, or of waiting alone, are no lack of samples', () => {
    const some = { samples: 3, cpuMicros: 30_000, wallMicros: 30_000 };
    expect(say({ subtree: some })).toBe(
      'Only its children were sampled: 3 samples hit spans inside it, none its own code.',
    );
    expect(say({ samples: 1, subtree: { ...some, samples: 1, cpuMicros: 0 } })).toBe(
      'Not on the CPU: 1 sample found GET /rules waiting, none found it running.',
    );
    expect(whyNoSamples(null, answer, NOW).text).toMatch(/was not exported here either/);
  });
});

test('a service counts as profiled by its samples in the trace, or by its agent alone', () => {
  expect(isProfiled(answer, 'inventory')).toBe(true);
  expect(isProfiled(answer, 'config')).toBe(false);
  const agents = answer.agents.map((one) => ({ ...one, state: 'spans' as const }));
  expect(isProfiled({ ...answer, agents }, 'config')).toBe(true);
});
