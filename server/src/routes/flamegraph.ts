import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../errors.ts';
import { exportFileName } from '../export/file-name.ts';
import { exportFolded } from '../export/folded.ts';
import { exportPprof } from '../export/pprof.ts';
import { exportSpeedscope } from '../export/speedscope.ts';
import type { ProfileSelection, SelectedStacks } from '../storage/profile-store.ts';
import { answers, documented } from './answer-schema.ts';
import { arrangeStacks, type ViewQuery } from './arrange.ts';
import type { RouteDependencies } from './dependencies.ts';
import { flamegraphAnswer } from './flamegraph-answer.ts';
import { querySchema, SELECTION, VIEW } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

interface FlamegraphQuery extends SelectionQuery, ViewQuery {
  readonly maxNodes: number;
  readonly root?: string;
  readonly format: 'json' | 'pprof' | 'folded' | 'speedscope';
}

/** `GET /flamegraph`: the call tree for drawing, or all stacks in the format of another tool. */
export function flamegraphRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: FlamegraphQuery }>(
    '/flamegraph',
    {
      schema: {
        summary: 'Flame graph, or the whole profile for another tool',
        tags: ['profiles'],
        querystring: querySchema([...SELECTION, ...VIEW, 'maxNodes', 'root', 'format'], {
          required: ['service'],
        }),
        response: documented(answers.flamegraph),
      },
    },
    async (request, reply) => {
      const { query } = request;
      if (query.root !== undefined && query.format !== 'json') {
        throw new ApiError(
          'QUERY_PARAMETER_INVALID',
          `root is ${query.root}: it works with format=json only, since exports are whole`,
        );
      }
      const selection = readSelection(query, now());
      const stacks = await arrangeStacks(
        await store.selectStacks(selection, request.signal),
        query,
      );
      if (query.format === 'json') return flamegraphAnswer(selection, stacks, query);
      return sendExport(reply, query.format, selection, stacks);
    },
  );
}

const EXPORTS = {
  pprof: { extension: 'pb.gz', contentType: 'application/octet-stream' },
  folded: { extension: 'folded.txt', contentType: 'text/plain; charset=utf-8' },
  speedscope: { extension: 'speedscope.json', contentType: 'application/json; charset=utf-8' },
} as const;

async function sendExport(
  reply: FastifyReply,
  format: keyof typeof EXPORTS,
  selection: ProfileSelection,
  stacks: SelectedStacks,
): Promise<FastifyReply> {
  const { extension, contentType } = EXPORTS[format];
  const fileName = exportFileName(selection, stacks.range, extension);
  const body =
    format === 'pprof'
      ? await exportPprof(selection, stacks)
      : format === 'folded'
        ? exportFolded(stacks)
        : exportSpeedscope(selection, stacks);
  return reply
    .type(contentType)
    .header('content-disposition', `attachment; filename="${fileName}"`)
    .send(body);
}
