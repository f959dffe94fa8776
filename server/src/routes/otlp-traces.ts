import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import {
  decodeOtlpJson,
  decodeOtlpProtobuf,
  encodeOtlpAnswer,
  encodeRpcStatus,
  type OtlpPartialSuccess,
  type OtlpResourceSpans,
  ProfileError,
} from '@flamehouse/proto';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../errors.ts';
import { headersOfError, toKnown } from '../http/error-handler.ts';
import { refuseOversize } from '../http/oversize.ts';
import { UploadSlots } from '../http/upload-slots.ts';
import { readSpans } from '../spans/read-spans.ts';
import type { SpanPipeline } from '../spans/span-pipeline.ts';
import { answers, documented } from './answer-schema.ts';
import type { RouteDependencies } from './dependencies.ts';

const gunzip = promisify(gunzipCallback);

// An SDK sends 512 spans at a time, about 100 kB; a collector some thousands.
const DECOMPRESSED_BYTES_MAX = 64 * 2 ** 20;

const PROTOBUF = 'application/x-protobuf';
const JSON_TYPE = 'application/json';

/**
 * `POST /v1/traces`: OTLP over HTTP, as protobuf or JSON, gzip or not.
 *
 * 200 means that the spans were received. They are decided on later, so none of them is promised to
 * be kept; docs/linking-from-traces.md says which are. Errors are a google.rpc.Status in the encoding of the request.
 *
 * Source  https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpTracesRoutes(
  app: FastifyInstance,
  { config, spans, now }: RouteDependencies & { readonly spans: SpanPipeline },
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler<FastifyError>((error, request, reply) => sendStatus(reply, request, error));
  app.post(
    '/v1/traces',
    {
      bodyLimit: config.uploadBytesMax,
      config: { access: 'ingest' },
      schema: {
        summary: 'Take OpenTelemetry spans (OTLP over HTTP)',
        description: `An ExportTraceServiceRequest as ${PROTOBUF} or ${JSON_TYPE}, with Content-Encoding gzip or without. Set OTEL_EXPORTER_OTLP_ENDPOINT to the address of this server.`,
        tags: ['ingest'],
        response: documented(answers.otlp),
      },
    },
    async (request, reply) => {
      const resources = await decode(request);
      const times = { nowMs: now(), retentionMs: spans.retentionMs };
      const { spans: read, rejected, reasons } = readSpans(resources, times);
      spans.counts.rejected += rejected;
      spans.accept(read);
      const partial =
        rejected === 0 ? null : { rejectedSpans: rejected, errorMessage: reasons.join('; ') };
      return sendAnswer(reply, isJson(request), partial);
    },
  );

  // Before the body is read, so that what is refused costs nothing.
  const slots = new UploadSlots(config.uploadBytesMax);
  app.addHook('preParsing', async (request, reply) => {
    checkHeaders(request);
    await refuseOversize(request, config.uploadBytesMax);
    slots.take(request, reply);
  });
}

function mediaTypeOf(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

function isJson(request: FastifyRequest): boolean {
  return mediaTypeOf(request) === JSON_TYPE;
}

function encodingOf(request: FastifyRequest): string {
  return (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
}

function checkHeaders(request: FastifyRequest): void {
  const type = mediaTypeOf(request);
  if (type !== PROTOBUF && type !== JSON_TYPE)
    throw new ApiError('OTLP_CONTENT_TYPE', `the content type is ${JSON.stringify(type)}`);
  const encoding = encodingOf(request);
  if (encoding !== 'gzip' && encoding !== 'identity')
    throw new ApiError('OTLP_CONTENT_TYPE', `the content encoding is ${JSON.stringify(encoding)}`);
}

async function decode(request: FastifyRequest): Promise<OtlpResourceSpans[]> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const bytes = encodingOf(request) === 'gzip' ? await decompress(body) : body;
  return isJson(request) ? decodeOtlpJson(bytes.toString('utf8')) : decodeOtlpProtobuf(bytes);
}

async function decompress(body: Buffer): Promise<Buffer> {
  try {
    return await gunzip(body, { maxOutputLength: DECOMPRESSED_BYTES_MAX });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      const detail = `${body.length} bytes of gzip hold more than ${DECOMPRESSED_BYTES_MAX}`;
      throw new ApiError('OTLP_TOO_LARGE', detail, { cause });
    }
    const detail = `gzip of ${body.length} bytes: ${(cause as Error).message}`;
    throw new ProfileError('OTLP_INVALID', detail, { cause });
  }
}

function sendAnswer(
  reply: FastifyReply,
  json: boolean,
  partial: OtlpPartialSuccess | null,
): FastifyReply {
  if (!json) return reply.type(PROTOBUF).send(Buffer.from(encodeOtlpAnswer(partial)));
  if (partial === null) return reply.type(JSON_TYPE).send('{}');
  const { rejectedSpans, errorMessage } = partial;
  // int64 is text in the JSON of protobuf.
  const partialSuccess = { rejectedSpans: String(rejectedSpans), errorMessage };
  return reply.type(JSON_TYPE).send(JSON.stringify({ partialSuccess }));
}

/** Codes of google.rpc, which clients of OTLP show beside the status. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  413: 8,
  415: 3,
  503: 14,
};
const RPC_INTERNAL = 13;

function sendStatus(
  reply: FastifyReply,
  request: FastifyRequest,
  error: FastifyError,
): FastifyReply {
  const known = toKnown(error, request);
  if (known.statusCode >= 500) request.log.error({ err: error }, known.message);
  const code = RPC_CODES[known.statusCode] ?? RPC_INTERNAL;
  const message = `${known.code}: ${known.message}. ${known.help}`;
  reply.code(known.statusCode).headers(headersOfError(known.statusCode));
  return isJson(request)
    ? reply.type(JSON_TYPE).send(JSON.stringify({ code, message }))
    : reply.type(PROTOBUF).send(Buffer.from(encodeRpcStatus(code, message)));
}
