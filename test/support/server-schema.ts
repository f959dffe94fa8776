import { createRequire } from 'node:module';

/** Ajv as Fastify brings it; the tests reach it from the server folder. */
const ofServer = createRequire(new URL('../../server/package.json', import.meta.url));
const { default: Ajv } = createRequire(ofServer.resolve('fastify'))('ajv') as {
  readonly default: new (
    options: object,
  ) => {
    validate(schema: object, data: unknown): boolean;
    errorsText(): string;
  };
};

/** What of an answer its documented schema does not say; '' when it says everything. */
export function schemaFaults(schema: object, answer: unknown): string {
  const ajv = new Ajv({ strict: false, allErrors: true });
  return ajv.validate(closed(schema) as object, answer) ? '' : ajv.errorsText();
}

/** The schema, with no other fields than those it names. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const copy = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [key, closed(value)]),
  );
  const isObject = copy['type'] === 'object' && typeof copy['properties'] === 'object';
  return isObject ? { additionalProperties: false, ...copy } : copy;
}
