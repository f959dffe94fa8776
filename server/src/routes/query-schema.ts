/** A JSON schema as far as the routes use it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const TIME =
  'Epoch milliseconds, ISO 8601 (UTC unless it says otherwise), `now`, or `now-15m` (s, m, h, d, w)';

/** Every query parameter of the API, once. */
const parameters = {
  service: { type: 'string', minLength: 1, maxLength: 255, description: 'Name of the service' },
  type: {
    type: 'string',
    default: 'cpu',
    maxLength: 500,
    description: 'cpu, wall, heap, heap-objects, alloc, alloc-objects, or a full profile type',
  },
  from: { type: 'string', maxLength: 40, default: 'now-1h', description: `${TIME}; included` },
  to: { type: 'string', maxLength: 40, default: 'now', description: `${TIME}; not included` },
  version: { type: 'string', maxLength: 255 },
  environment: { type: 'string', maxLength: 255 },
  instance: { type: 'string', maxLength: 255 },
  endpoint: { type: 'string', maxLength: 255, description: 'Method and route: GET /users/:id' },
  filter: {
    type: 'string',
    maxLength: 4_096,
    description: 'A selector: {endpoint="GET /x", region=~"eu.*"}',
  },
  seconds: { type: 'string', description: 'Ignored: go tool pprof adds it' },
  stepMs: {
    type: 'integer',
    minimum: 1_000,
    maximum: 31 * 86_400_000,
    description: 'Milliseconds of one step; left out, the range has about 240',
  },
  groupBy: {
    type: 'string',
    maxLength: 500,
    description: 'Label names with commas between, at most 4: version,instance',
  },
  maxNodes: {
    type: 'integer',
    minimum: 1,
    maximum: 131_072,
    default: 8_192,
    description: 'Nodes of the largest total that are kept; numbers stay exact. format=json only',
  },
  root: {
    type: 'string',
    pattern: '^[0-9a-f]{16}$',
    description: 'A node id: the tree below that node. format=json only',
  },
  view: {
    type: 'string',
    enum: ['top-down', 'bottom-up'],
    default: 'top-down',
    description: 'bottom-up: from where the time went, up to the callers',
  },
  x: {
    type: 'array',
    items: { type: 'string', maxLength: 64 },
    maxItems: 16,
    default: [],
    description:
      'Steps, applied in order to exact stacks before anything is pruned: only:, not:, from: or merge: with a functionId, hide: with a kind or agent, collapse:recursion, group:package, group:file. only, not and from make the total smaller; the others keep it',
  },
  format: { type: 'string', enum: ['json', 'pprof', 'folded', 'speedscope'], default: 'json' },
  scope: {
    type: 'string',
    enum: ['span', 'subtree', 'similar'],
    default: 'span',
    description:
      'span: samples in which it was the innermost span; subtree: with those of its children, as far as they are known; similar: of spans with its service, version and endpoint or name',
  },
  aroundMs: {
    type: 'integer',
    minimum: 60_000,
    maximum: 3 * 86_400_000,
    default: 3_600_000,
    description: 'Milliseconds of the range around the span in which similar ones are looked for',
  },
  speed: {
    type: 'string',
    enum: ['all', 'fast', 'slow'],
    default: 'all',
    description:
      'Of similar spans: fast took at most the median of them, slow at least the 95th percentile',
  },
  limit: { type: 'integer', minimum: 1, maximum: 10_000, default: 100 },
  offset: { type: 'integer', minimum: 0, maximum: 10_000_000, default: 0 },
  sort: { type: 'string', enum: ['self', 'total', 'name'], default: 'self' },
  search: {
    type: 'string',
    maxLength: 500,
    description: 'Text in the name, file or package, whatever its case',
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;

export type ParameterName = keyof typeof parameters;

/** The parameters that select profiles, in the order of the documentation. */
export const SELECTION: readonly ParameterName[] = [
  'service',
  'type',
  'from',
  'to',
  'version',
  'environment',
  'instance',
  'endpoint',
  'filter',
];

/** The parameters that select a place and a time, where labels are not kept. */
export const PLACE: readonly ParameterName[] = [
  'service',
  'from',
  'to',
  'version',
  'environment',
  'instance',
  'endpoint',
];

/** The parameters of a view of stacks. */
export const VIEW: readonly ParameterName[] = ['view', 'x'];

/** The schema of a query: these parameters, `seconds`, and nothing else. */
export function querySchema(
  names: readonly ParameterName[],
  options: {
    readonly required?: readonly string[];
    readonly replace?: Readonly<Partial<Record<ParameterName, JsonSchema>>>;
    readonly add?: Readonly<Record<string, JsonSchema>>;
  } = {},
): JsonSchema {
  const properties = [...names, 'seconds' as const].map((name) => [
    name,
    options.replace?.[name] ?? parameters[name],
  ]);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(properties), ...options.add },
    required: options.required ?? [],
    additionalProperties: false,
  };
}
