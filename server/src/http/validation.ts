import type { FastifyInstance } from 'fastify';
import type { FastifySchemaValidationError } from 'fastify/types/schema.js';
import { ApiError } from '../errors.ts';

/** Check queries and bodies against the schemas of the routes; say which parameter is wrong, with its value. */
export function registerValidation(app: FastifyInstance): void {
  app.setSchemaErrorFormatter((errors, part) => {
    const error = errors[0] as AjvError | undefined;
    // A body holds a token, so its values are not repeated.
    return new ApiError('QUERY_PARAMETER_INVALID', describe(error, part !== 'body'));
  });
  // Schemas of answers are for /api/docs; see answer-schema.ts.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/**
 * Options for Fastify's ajv: nothing is dropped or made up in silence, and errors carry the value.
 * A parameter that may repeat is an array when it is there once, too.
 */
export const AJV_OPTIONS = {
  customOptions: { removeAdditional: false, coerceTypes: 'array', verbose: true, allErrors: false },
} as const;

interface AjvError extends FastifySchemaValidationError {
  readonly data?: unknown; // with `verbose`
  readonly parentSchema?: { readonly properties?: Readonly<Record<string, unknown>> };
}

function describe(error: AjvError | undefined, showValue: boolean): string {
  if (error === undefined) return 'the request does not match its schema';
  const { params, parentSchema } = error;
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys(parentSchema?.properties ?? {}).filter((name) => name !== 'seconds');
    return `parameter ${JSON.stringify(params['additionalProperty'])} is unknown; this route takes ${known.join(', ') || 'none'}`;
  }
  if (error.keyword === 'required') return `parameter ${params['missingProperty']} is missing`;
  const name = error.instancePath.slice(1).replaceAll('/', '.') || 'the body';
  const allowed = params['allowedValues'];
  const rule = Array.isArray(allowed)
    ? `must be one of ${allowed.join(', ')}`
    : (error.message ?? `must pass ${error.keyword}`);
  return `${name}${showValue ? ` is ${shown(error.data)}` : ''}: it ${rule}`;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
