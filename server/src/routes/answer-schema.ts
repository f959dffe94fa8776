import type { JsonSchema } from './query-schema.ts';

const string = { type: 'string' } as const;
const integer = { type: 'integer' } as const;
const number = { type: 'number' } as const;

/** An object in which every field is there. */
export function object(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', required: Object.keys(properties), properties };
}

const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const described = (schema: JsonSchema, description: string): JsonSchema => ({
  ...schema,
  description,
});
const strings = list(string);
const numbers = list(number);
const id = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;
const epochMs = described(integer, 'Epoch milliseconds');
const unit = { type: 'string', enum: ['microseconds', 'bytes', 'count'] } as const;
const tier = { type: 'string', enum: ['raw', 'minute', 'hour'] } as const;
const kinds = list({
  type: 'string',
  enum: ['user', 'dependency', 'runtime', 'gc', 'native', 'idle'],
});
const labels = { type: 'object', additionalProperties: string } as const;

const header = { service: string, type: string, unit, from: epochMs, to: epochMs, tier };
const functionColumns = { name: strings, file: strings, package: strings, kind: kinds };

const lastDeploy = {
  anyOf: [object({ environment: string, version: string, at: epochMs }), { type: 'null' }],
};

/** The answers of the API as JSON schemas; `FlamegraphAnswer` and its like in @flamehouse/proto are the types. */
export const answers = {
  error: object({
    code: described(string, 'A code of docs/errors.md'),
    message: described(string, 'What happened, with values'),
    help: described(string, 'What to do'),
  }),
  upload: object({ uploadId: string, samples: integer, folded: integer, warnings: strings }),
  services: list(
    object({
      service: string,
      environments: strings,
      versions: strings,
      lastSeen: epochMs,
      cores: number,
      instances: integer,
      lastDeploy,
    }),
  ),
  profileTypes: object({
    profileTypes: list(
      object({
        type: string,
        alias: { type: ['string', 'null'] },
        unit,
        gauge: { type: 'boolean' },
        lastSeen: epochMs,
      }),
    ),
  }),
  labels: object({ labels: strings }),
  labelValues: object({ label: string, values: strings }),
  deploys: object({
    deploys: list(object({ service: string, environment: string, version: string, at: epochMs })),
  }),
  series: object({
    ...header,
    unit: { type: 'string', enum: ['cores', 'bytes', 'count'] },
    stepMs: integer,
    series: list(object({ labels, timesMs: list(epochMs), values: numbers })),
  }),
  flamegraph: object({
    ...header,
    total: number,
    foldedNodes: integer,
    foldedValue: number,
    frames: object({ id: list(id), functionId: list(id), ...functionColumns, line: list(integer) }),
    nodes: object({
      id: list(id),
      parent: described(list(integer), 'Row of the caller; -1 for row 0'),
      frame: described(list(integer), 'Row of frames; -1 for the root'),
      self: numbers,
      total: numbers,
      folded: described(list(integer), 'Descendants folded away directly below'),
    }),
  }),
  functionSeries: object({
    ...header,
    unit: { type: 'string', enum: ['cores', 'bytes', 'count'] },
    stepMs: integer,
    functionId: id,
    series: list(
      object({
        labels,
        timesMs: list(epochMs),
        self: numbers,
        total: described(numbers, 'Stacks that contain the function, each once'),
        all: described(numbers, 'Everything that the question selects'),
      }),
    ),
  }),
  functions: object({
    ...header,
    total: number,
    rows: described(integer, 'Functions that match, before limit and offset'),
    functions: object({ id: list(id), ...functionColumns, self: numbers, total: numbers }),
  }),
  session: object({
    required: described({ type: 'boolean' }, 'Whether the server asks for tokens'),
    signedIn: described({ type: 'boolean' }, 'Whether this request may read'),
  }),
} as const satisfies Readonly<Record<string, JsonSchema>>;

/**
 * For the documentation of a route only: answers are written by JSON.stringify, which is as fast for
 * columns and cannot drop a field that a schema forgot.
 */
export function documented(answer: JsonSchema): JsonSchema {
  return { 200: { description: 'The answer', ...answer }, default: errorAnswer };
}

const errorAnswer = { description: 'An error of the catalogue', ...answers.error };
