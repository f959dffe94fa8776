import type { UploadAnswer } from '@flamehouse/proto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import { splitMultipart } from '../http/multipart.ts';
import { refuseOversize } from '../http/oversize.ts';
import { type RawUploadQuery, readMeta, readRawMeta } from '../http/upload-meta.ts';
import { UploadSlots } from '../http/upload-slots.ts';
import type { IncomingUpload } from '../storage/profile-store.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';
import { uploadBodySchema } from './upload-schema.ts';

/** What curl, agents and other profilers send a bare profile as. */
const RAW_CONTENT_TYPES = new Set([
  'application/octet-stream',
  'application/x-www-form-urlencoded', // curl --data-binary
  'application/gzip',
  'application/x-gzip',
  'application/protobuf',
  'application/x-protobuf',
  'application/vnd.google.protobuf',
]);

/** `POST /profiles`: multipart with `meta`, or a bare pprof with its origin in the query. */
export function profilesRoutes(
  app: FastifyInstance,
  { config, ingest, metrics, now }: RouteDependencies,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/profiles',
    {
      bodyLimit: config.uploadBytesMax,
      config: { access: 'ingest', documentedBody: uploadBodySchema },
      schema: {
        summary: 'Upload profiles',
        description:
          'multipart/form-data with part `meta` and profiles as files, or a bare pprof (gzip or not) with the query below. 200 means that the upload is durable.',
        tags: ['ingest'],
        querystring: rawQuerySchema,
        consumes: ['multipart/form-data'],
        response: documented(answers.upload),
      },
    },
    async (request): Promise<UploadAnswer> => {
      const body = bodyOf(request);
      const upload = isMultipart(request)
        ? readMultipart(request, body, now())
        : readRaw(request, body, now());
      const answer = await ingest.accept(upload);
      metrics.countStored(answer, { bytes: body.length, stalls: upload.meta.stalls.length });
      return answer;
    },
  );

  // Before the body is read, so that what is refused costs nothing.
  const slots = new UploadSlots(config.uploadBytesMax);
  app.addHook('preParsing', async (request, reply) => {
    checkContentType(request);
    await refuseOversize(request, config.uploadBytesMax);
    slots.take(request, reply);
  });
}

const name = { type: 'string' } as const;
const rawQuerySchema = {
  type: 'object',
  description:
    'For a bare pprof; `label.K` adds label K. Without from and to, the time of the profile counts.',
  properties: {
    service: name,
    version: name,
    environment: name,
    instance: name,
    from: name,
    to: name,
    uploadId: { ...name, description: 'A UUID; a repeated one is not stored again' },
  },
  patternProperties: { '^label\\.': name },
  additionalProperties: false,
} as const;

function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function checkContentType(request: FastifyRequest): void {
  const type = mediaTypeOf(request);
  if (type === '' || type === 'multipart/form-data' || RAW_CONTENT_TYPES.has(type)) return;
  throw new ApiError('INGEST_CONTENT_TYPE', `the content type is ${JSON.stringify(type)}`);
}

function isMultipart(request: FastifyRequest): boolean {
  return mediaTypeOf(request) === 'multipart/form-data';
}

function bodyOf(request: FastifyRequest): Buffer {
  if (Buffer.isBuffer(request.body) && request.body.length > 0) return request.body;
  throw new ApiError('INGEST_BODY_EMPTY', 'the body has 0 bytes');
}

function readRaw(request: FastifyRequest, body: Buffer, nowMs: number): IncomingUpload {
  const meta = readRawMeta(request.query as RawUploadQuery, nowMs);
  return { meta, profiles: [body], receivedAtMs: nowMs };
}

// Every field of `meta` has a limit; together they stay far below this.
const META_BYTES_MAX = 4 * 2 ** 20;

function readMultipart(request: FastifyRequest, body: Buffer, nowMs: number): IncomingUpload {
  const parts = splitMultipart(body, request.headers['content-type'] ?? '');
  const metas = parts.filter((part) => part.fileName === null && part.name === 'meta');
  const profiles = parts.filter((part) => part.fileName !== null).map((part) => part.bytes);
  const meta = metas[0];
  if (meta === undefined || metas.length > 1) {
    const seen = parts.map((part) => JSON.stringify(part.name)).join(', ') || 'none';
    throw new ApiError(
      'INGEST_META_MISSING',
      `expected one part "meta" without a file name; the parts are ${seen}`,
    );
  }
  if (meta.bytes.length > META_BYTES_MAX) {
    throw new ApiError(
      'INGEST_META_INVALID',
      `meta has ${meta.bytes.length} bytes: send at most ${META_BYTES_MAX}`,
    );
  }
  const empty = profiles.findIndex((profile) => profile.length === 0);
  if (profiles.length === 0 || empty >= 0) {
    throw new ApiError(
      'INGEST_BODY_EMPTY',
      empty >= 0 ? `profile ${empty + 1} has 0 bytes` : 'no part has a file name',
    );
  }
  return { meta: readMeta(meta.bytes.toString('utf8')), profiles, receivedAtMs: nowMs };
}
