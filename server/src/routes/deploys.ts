import type { FastifyInstance } from 'fastify';
import { deployAnswer, deploysAnswer } from '../deploys/deploy-answer.ts';
import { ApiError } from '../errors.ts';
import { parseRange, parseTime } from '../http/time.ts';
import type { DeployState, StoredDeploy } from '../storage/deploy-store.ts';
import { documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { deployAnswers } from './deploys-schema.ts';
import { querySchema } from './query-schema.ts';

interface DeploysQuery {
  readonly service?: string;
  readonly environment?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: DeployState;
  readonly search?: string;
  readonly limit: number;
  readonly offset: number;
}

interface MarkBody {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly revision?: string;
  readonly url?: string;
  readonly author?: string;
  readonly at?: string | number;
}

const NAME = { type: 'string', minLength: 1, maxLength: 255 } as const;
const MARK = {
  type: 'object',
  properties: {
    service: NAME,
    environment: NAME,
    version: NAME,
    revision: { ...NAME, description: 'Commit' },
    url: { type: 'string', maxLength: 2_000, pattern: '^https?://', description: 'Of the CI run' },
    author: NAME,
    at: {
      anyOf: [
        { type: 'string', maxLength: 40 },
        { type: 'integer', minimum: 0 },
      ],
      description: 'When it takes over; left out, now',
    },
  },
  required: ['service', 'environment', 'version'],
  additionalProperties: false,
} as const;
const ID = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^[0-9a-f]{16}$' } },
  required: ['id'],
} as const;
const STATE = {
  type: 'string',
  enum: ['more', 'less', 'no-change', 'not-enough-data', 'judging'],
  description: 'Of the verdict; judging: there is none yet',
} as const;
const BODY_BYTES_MAX = 16_384;
/** Later than this is a clock that is wrong. */
const AHEAD_MS = 10 * 60_000;

/** `GET /deploys`, `GET /deploys/:id`, `POST /deploys`, `POST /deploys/:id/expected`. */
export function deploysRoutes(app: FastifyInstance, dependencies: RouteDependencies): void {
  const { deploys, deployBook, deployProgress, now } = dependencies;
  const tags = ['deploys'];
  const known = (found: StoredDeploy | null, id: string) => {
    if (found !== null && found.entry.kind !== 'restart') {
      return deployAnswer(found, deployProgress(id));
    }
    throw new ApiError('DEPLOY_NOT_FOUND', `no deploy has the id ${id}`);
  };

  app.get<{ Querystring: DeploysQuery }>(
    '/deploys',
    {
      schema: {
        summary: 'Deploys with their verdicts, newest first',
        tags,
        querystring: querySchema(
          ['service', 'environment', 'from', 'to', 'search', 'limit', 'offset'],
          {
            replace: {
              from: { type: 'string', maxLength: 40, default: 'now-30d' },
              limit: { type: 'integer', minimum: 1, maximum: 1_000, default: 100 },
            },
            add: { state: STATE },
          },
        ),
        response: documented(deployAnswers.deploys),
      },
    },
    async ({ query, signal }) => {
      const { from = 'now-30d', to = 'now', ...rest } = query;
      const range = parseRange({ from, to }, now());
      const page = await deploys.find({ ...rest, range }, signal);
      return deploysAnswer(range, page, await deploys.countRestarts(signal), deployProgress);
    },
  );

  app.get<{ Params: { id: string } }>(
    '/deploys/:id',
    {
      schema: {
        summary: 'One deploy with its verdict and every look at it',
        tags,
        params: ID,
        querystring: querySchema([]),
        response: documented(deployAnswers.deploy),
      },
    },
    async ({ params, signal }) => known(await deploys.get(params.id, signal), params.id),
  );

  app.post<{ Body: MarkBody }>(
    '/deploys',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary: 'Mark a deploy from CI',
        description:
          'A version that takes over about then gets revision, address and author. A version that ran before is compared before and after `at`.',
        tags,
        body: MARK,
        response: documented(deployAnswers.deploy),
      },
    },
    async ({ body }) => {
      const { revision = null, url = null, author = null, at = 'now', ...place } = body;
      const atMs = parseTime('at', String(at), now());
      if (atMs > now() + AHEAD_MS) {
        throw new ApiError('QUERY_RANGE_INVALID', `at ${at} is more than 10 minutes ahead`);
      }
      const marked = await deployBook.mark({ ...place, revision, url, author, at: atMs });
      return deployAnswer(marked, deployProgress(marked.entry.id));
    },
  );

  app.post<{ Params: { id: string }; Body: { expected: boolean } }>(
    '/deploys/:id/expected',
    {
      bodyLimit: BODY_BYTES_MAX,
      schema: {
        summary: 'Say that the change of a deploy is intended, or take that back',
        description: 'An expected change is left out of flamehouse_deploy_alarm and of webhooks.',
        tags,
        params: ID,
        body: {
          type: 'object',
          properties: { expected: { type: 'boolean' } },
          required: ['expected'],
          additionalProperties: false,
        },
        response: documented(deployAnswers.deploy),
      },
    },
    async ({ params, body }) => known(await deployBook.expect(params.id, body.expected), params.id),
  );
}
