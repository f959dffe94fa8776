import { type SeriesAnswer, unitOf } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../errors.ts';
import type { TimeRange } from '../storage/profile-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { querySchema, SELECTION } from './query-schema.ts';
import { readSelection, type SelectionQuery } from './selection.ts';

export interface SeriesQueryString extends SelectionQuery {
  readonly stepMs?: number;
  readonly groupBy?: string;
}

// A chart is some 1,000 pixels wide; more steps than this cannot be seen.
const STEPS_MAX = 11_000;
const STEPS_WANTED = 240;
const GROUP_LABELS_MAX = 4;
const NICE_STEPS_MS = [
  15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400,
].map((seconds) => seconds * 1_000);

/** `GET /series`: values over time, one line for each set of `groupBy` labels. */
export function seriesRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  app.get<{ Querystring: SeriesQueryString }>(
    '/series',
    {
      schema: {
        summary: 'Values over time: cores, mean bytes, or counts a second',
        tags: ['profiles'],
        querystring: querySchema([...SELECTION, 'stepMs', 'groupBy'], { required: ['service'] }),
        response: documented(answers.series),
      },
    },
    async (request): Promise<SeriesAnswer> => {
      const selection = readSelection(request.query, now());
      const stepMs = checkStep(request.query.stepMs, selection.range);
      const groupBy = readGroupBy(request.query.groupBy);
      const found = await store.selectSeries({ ...selection, stepMs, groupBy }, request.signal);
      return {
        service: selection.service,
        type: selection.type,
        unit: seriesUnit(selection.type),
        from: found.range.from,
        to: found.range.to,
        stepMs,
        tier: found.tier,
        series: found.series,
      };
    },
  );
}

/** What a chart of the type shows. */
export function seriesUnit(type: string): SeriesAnswer['unit'] {
  const unit = unitOf(type);
  return unit === 'microseconds' ? 'cores' : unit;
}

export function checkStep(stepMs: number | undefined, { from, to }: TimeRange): number {
  if (stepMs === undefined) {
    const wanted = (to - from) / STEPS_WANTED;
    return (
      NICE_STEPS_MS.find((nice) => nice >= wanted) ?? Math.ceil(wanted / 86_400_000) * 86_400_000
    );
  }
  const steps = Math.ceil((to - from) / stepMs);
  if (steps <= STEPS_MAX) return stepMs;
  throw new ApiError(
    'QUERY_PARAMETER_INVALID',
    `stepMs is ${stepMs}: the range would have ${steps} steps, more than ${STEPS_MAX}`,
  );
}

export function readGroupBy(text: string | undefined): string[] {
  const names = (text ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const distinct = [...new Set(names)];
  if (distinct.length <= GROUP_LABELS_MAX) return distinct;
  throw new ApiError(
    'QUERY_PARAMETER_INVALID',
    `groupBy names ${distinct.length} labels, more than ${GROUP_LABELS_MAX}`,
  );
}
