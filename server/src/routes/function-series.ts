import type { FunctionSeriesAnswer } from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import type { SelectedSeries, SeriesQuery } from '../storage/profile-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type FunctionParams, functionParams } from './function-params.ts';
import { querySchema, SELECTION } from './query-schema.ts';
import { readSelection } from './selection.ts';
import { checkStep, readGroupBy, type SeriesQueryString, seriesUnit } from './series.ts';

/** `GET /functions/:id/series`: the history of one function. */
export function functionSeriesRoutes(
  app: FastifyInstance,
  { store, now }: RouteDependencies,
): void {
  app.get<{ Querystring: SeriesQueryString; Params: FunctionParams }>(
    '/functions/:id/series',
    {
      schema: {
        summary: 'Self and total of one function over time, beside everything selected',
        tags: ['functions'],
        params: functionParams,
        querystring: querySchema([...SELECTION, 'stepMs', 'groupBy'], { required: ['service'] }),
        response: documented(answers.functionSeries),
      },
    },
    async (request): Promise<FunctionSeriesAnswer> => {
      const functionId = request.params.id;
      const selection = readSelection(request.query, now());
      const query: SeriesQuery = {
        ...selection,
        stepMs: checkStep(request.query.stepMs, selection.range),
        groupBy: readGroupBy(request.query.groupBy),
      };
      const [all, { self, total, samples }] = await Promise.all([
        store.selectSeries(query, request.signal),
        store.selectFunctionSeries({ ...query, functionId }, request.signal),
      ]);
      return {
        service: selection.service,
        type: selection.type,
        unit: seriesUnit(selection.type),
        from: all.range.from,
        to: all.range.to,
        stepMs: query.stepMs,
        tier: all.tier,
        functionId,
        series: all.series.map((one) => ({
          labels: one.labels,
          timesMs: one.timesMs,
          self: valuesAt(self, one),
          total: valuesAt(total, one),
          all: one.values,
        })),
        samples,
      };
    },
  );
}

/** The values at the times of a line; where there is none the function had no sample, which is 0. */
function valuesAt(found: SelectedSeries, line: SelectedSeries['series'][number]): number[] {
  const key = JSON.stringify(line.labels);
  const own = found.series.find(({ labels }) => JSON.stringify(labels) === key);
  const at = new Map(own?.timesMs.map((time, i) => [time, own.values[i]!]));
  return line.timesMs.map((time) => at.get(time) ?? 0);
}
