import {
  aliasOf,
  type LabelsAnswer,
  type LabelValuesAnswer,
  type ProfileTypesAnswer,
  type ServiceSummary,
  unitOf,
} from '@flamehouse/proto';
import type { FastifyInstance } from 'fastify';
import { parseRange } from '../http/time.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { type ParameterName, querySchema } from './query-schema.ts';

interface PickerQuery {
  readonly service?: string;
  readonly from?: string;
  readonly to?: string;
}

const PICKER: readonly ParameterName[] = ['service', 'from', 'to'];

/** The lists that pickers show: services, profile types, labels and their values. */
export function pickerRoutes(app: FastifyInstance, { store, now }: RouteDependencies): void {
  const schema = (summary: string, answer: Parameters<typeof documented>[0]) => ({
    summary,
    tags: ['pickers'],
    querystring: querySchema(PICKER),
    response: documented(answer),
  });
  const select = ({ service, from, to }: PickerQuery) => ({
    ...(service === undefined ? {} : { service }),
    range: parseRange(
      { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      now(),
    ),
  });

  app.get(
    '/services',
    {
      schema: {
        summary: 'Every service with its versions, instances and load',
        tags: ['pickers'],
        querystring: querySchema([]),
        response: documented(answers.services),
      },
    },
    (request): Promise<readonly ServiceSummary[]> => store.listServices(request.signal),
  );

  app.get<{ Querystring: PickerQuery }>(
    '/profile-types',
    { schema: schema('Profile types seen in the range', answers.profileTypes) },
    async (request): Promise<ProfileTypesAnswer> => {
      const types = await store.listProfileTypes(select(request.query), request.signal);
      return {
        profileTypes: types.map(({ type, lastSeen, gauge }) => ({
          type,
          alias: aliasOf(type),
          unit: unitOf(type),
          gauge,
          lastSeen,
        })),
      };
    },
  );

  app.get<{ Querystring: PickerQuery }>(
    '/labels',
    { schema: schema('Names of labels seen in the range', answers.labels) },
    async (request): Promise<LabelsAnswer> => ({
      labels: await store.listLabels(select(request.query), request.signal),
    }),
  );

  app.get<{ Querystring: PickerQuery; Params: { name: string } }>(
    '/labels/:name/values',
    {
      schema: {
        ...schema('Values of one label seen in the range', answers.labelValues),
        params: {
          type: 'object',
          properties: { name: { type: 'string', maxLength: 128 } },
          required: ['name'],
        },
      },
    },
    async (request): Promise<LabelValuesAnswer> => {
      const label = request.params.name;
      const query = { ...select(request.query), label };
      return { label, values: await store.listLabelValues(query, request.signal) };
    },
  );
}
