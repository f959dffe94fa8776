import { object } from './answer-schema.ts';
import type { JsonSchema } from './query-schema.ts';

const string = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const number = { type: 'number' } as const;
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const orNull = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const oneOf = (...values: string[]): JsonSchema => ({ type: 'string', enum: values });
const id = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;
const epochMs = { type: 'integer', description: 'Epoch milliseconds' } as const;

const interval = object({ value: number, low: number, high: number });
const state = oneOf('more', 'less', 'no-change', 'not-enough-data');
const normaliser = oneOf('request', 'cores', 'share');

const verdict = object({
  status: {
    ...oneOf('judging', 'likely', 'settled'),
    description: '`likely` may change, `settled` does not',
  },
  state: orNull(state),
  sentence: { type: 'string', description: 'The verdict in words' },
  cause: string,
  effect: orNull(interval),
  normaliser: orNull(normaliser),
  base: orNull(number),
  head: orNull(number),
  smallestChange: orNull(number),
  origins: list(
    object({
      id,
      name: string,
      file: string,
      kind: string,
      effect: interval,
      state: oneOf('new', 'gone', 'moved', 'same'),
    }),
  ),
  endpoints: list(
    object({
      endpoint: string,
      state,
      effect: interval,
      baseMicros: { type: 'number', description: 'CPU per request' },
      headMicros: number,
    }),
  ),
  memory: orNull(
    object({
      state,
      effect: interval,
      baseBytes: number,
      headBytes: number,
      growth: orNull(object({ state, bytesPerHour: interval })),
    }),
  ),
  looks: list(
    object({ minutes: integer, at: epochMs, state, effect: interval, smallestChange: number }),
  ),
  minutes: number,
  minutesWanted: integer,
  nextLookAt: orNull(epochMs),
  version: integer,
  judgedAt: epochMs,
});

const deploy = object({
  id,
  service: string,
  environment: string,
  version: string,
  baseVersion: orNull(string),
  at: epochMs,
  kind: oneOf('first', 'new', 'return', 'mark'),
  rollout: oneOf('replacement', 'overlap'),
  revision: orNull(string),
  url: orNull(string),
  author: orNull(string),
  baseSelector: orNull(string),
  headSelector: orNull(string),
  verdict: orNull(verdict),
  expected: { type: 'boolean' },
  line: orNull(
    object({
      from: epochMs,
      stepMs: integer,
      normaliser,
      values: list({ type: ['number', 'null'] }),
    }),
  ),
});

/** `DeploysAnswer` and `Deploy` of @flamehouse/proto. */
export const deployAnswers = {
  deploy,
  deploys: object({
    from: epochMs,
    to: epochMs,
    rows: { type: 'integer', description: 'Deploys, before limit and offset' },
    counts: object({
      more: integer,
      less: integer,
      'no-change': integer,
      'not-enough-data': integer,
      judging: integer,
    }),
    deploys: list(deploy),
    falseAlarms: object({
      restarts: { type: 'integer', description: 'Of an unchanged version, judged' },
      alarms: { type: 'integer', description: 'Of these, how many were called more or less' },
    }),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;
