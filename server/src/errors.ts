/** Every error that a client can receive. A test checks that docs/errors.md lists each code. */
const catalogue = {
  NOT_FOUND: {
    status: 404,
    help: 'See /api/docs for the routes of this server.',
  },
  REQUEST_INVALID: {
    status: 400,
    help: 'Check the request line, the headers and the JSON of the body.',
  },
  REQUEST_TOO_LARGE: {
    status: 413,
    help: 'The body of this route is a small JSON object; /api/docs describes it.',
  },
  REQUEST_CONTENT_TYPE: {
    status: 415,
    help: 'Send the body as application/json.',
  },
  AUTH_REQUIRED: {
    status: 401,
    help: 'Send `Authorization: Bearer <token>` with a token of FLAMEHOUSE_TOKENS, or sign in to the UI.',
  },
  AUTH_FORBIDDEN: {
    status: 403,
    help: 'Agents need a token with the role ingest, people and programs that read need the role read.',
  },
  AUTH_CROSS_SITE: {
    status: 403,
    help: 'Pages of other sites may not write to this server. Send the request from a program, or from the UI.',
  },
  AUTH_HOST_UNKNOWN: {
    status: 403,
    help: 'Without tokens the server answers only to localhost. Set FLAMEHOUSE_UI_URL to the name it is reached by, or set FLAMEHOUSE_TOKENS.',
  },
  INGEST_BODY_EMPTY: {
    status: 400,
    help: 'Send a profile.proto message as the body: curl --data-binary @cpu.pb.gz.',
  },
  INGEST_BODY_TOO_LARGE: {
    status: 413,
    help: 'Shorten the window of the agent, or raise FLAMEHOUSE_UPLOAD_BYTES_MAX.',
  },
  INGEST_CONTENT_TYPE: {
    status: 415,
    help: 'Send multipart/form-data, or the profile itself as application/octet-stream.',
  },
  INGEST_MULTIPART_INVALID: {
    status: 400,
    help: 'Send multipart/form-data: part `meta` with JSON, then each profile as a part with a file name.',
  },
  INGEST_META_MISSING: {
    status: 400,
    help: 'Add a part `meta` without a file name; docs/errors.md shows an example.',
  },
  INGEST_META_INVALID: {
    status: 400,
    help: 'Send part `meta` as JSON with uploadId, service, from and to; docs/errors.md shows an example.',
  },
  INGEST_SERVICE_INVALID: {
    status: 400,
    help: 'A service name has 1 to 255 characters, no control characters, and no space at either end.',
  },
  INGEST_GZIP_INVALID: {
    status: 400,
    help: 'The body starts like gzip but does not decompress: it was cut off or changed on its way. Send it again whole.',
  },
  INGEST_PROFILE_TOO_LARGE: {
    status: 413,
    help: 'A profile may hold 64 MiB after decompression. Aggregate equal stacks before sending, or send shorter windows.',
  },
  INGEST_TIME_OUT_OF_RANGE: {
    status: 422,
    help: 'Check the clock of the sender. A window may not be older than raw retention, end more than 10 minutes ahead, or last longer than a day.',
  },
  INGEST_BUSY: {
    status: 503,
    help: 'The server holds as many uploads as it may. Try again after Retry-After seconds; agents do so by themselves.',
  },
  OTLP_CONTENT_TYPE: {
    status: 415,
    help: 'Send application/x-protobuf or application/json, with Content-Encoding gzip or without.',
  },
  OTLP_TOO_LARGE: {
    status: 413,
    help: 'A request may hold 64 MiB after decompression. Send fewer spans at a time.',
  },
  QUERY_PARAMETER_INVALID: {
    status: 400,
    help: 'See /api/docs for the parameters of this route.',
  },
  QUERY_RANGE_INVALID: {
    status: 400,
    help: 'Send from before to: epoch milliseconds, ISO 8601, now, or now-15m.',
  },
  QUERY_FILTER_INVALID: {
    status: 400,
    help: 'Write {name="value", other=~"regex"}; operators are = != =~ !~, regular expressions are RE2 and match the whole value.',
  },
  QUERY_LABEL_NOT_KEPT: {
    status: 422,
    help: 'Ranges beyond raw retention keep only version, environment and endpoint. Shorten the range, or filter by those.',
  },
  QUERY_LIMIT_EXCEEDED: {
    status: 422,
    help: 'The question takes more time or memory than one query may. Shorten the range or narrow the filter.',
  },
  QUERY_BUSY: {
    status: 503,
    help: 'More questions wait than the server will answer in time. Ask again after Retry-After seconds.',
  },
  QUERY_DURATION_UNKNOWN: {
    status: 422,
    help: 'Which similar spans were fast or slow is known from spans that come by OTLP. Export them to this server, or leave speed out.',
  },
  QUERY_NODE_NOT_FOUND: {
    status: 404,
    help: 'Take `root` from nodes.id of an answer with the same service, type, range and filter.',
  },
  TRACE_NOT_SAMPLED: {
    status: 404,
    help: 'Most short requests have no sample: at 99 a second, one of 5 ms of CPU has one in two times. Ask for a longer one, or open its endpoint in Explore. Spans are kept for the time `spans` of FLAMEHOUSE_RETENTION.',
  },
  SPAN_NOT_SAMPLED: {
    status: 404,
    help: 'Most short spans have no sample: at 99 a second, one of 5 ms of CPU has one in two times. Open its trace or its endpoint instead. Spans are kept for the time `spans` of FLAMEHOUSE_RETENTION.',
  },
  STORAGE_UNAVAILABLE: {
    status: 503,
    help: 'Try again; agents do so by themselves. If it stays, check that ClickHouse answers at CLICKHOUSE_URL.',
  },
  STORAGE_FULL: {
    status: 503,
    help: 'The spool is at FLAMEHOUSE_SPOOL_BYTES_MAX or the disk below FLAMEHOUSE_DISK_BYTES_MIN. Free space, or check that ClickHouse takes inserts; agents keep their queue and try again.',
  },
  BACKUP_NOT_EMBEDDED: {
    status: 422,
    help: 'Flamehouse backs up the embedded engine only. docs/operating.md says how to back up a ClickHouse server.',
  },
  SERVER_STOPPING: {
    status: 503,
    help: 'The server is being stopped. Try again after Retry-After seconds; agents do so by themselves.',
  },
  INTERNAL: {
    status: 500,
    help: 'This is a fault of the server. Its log has the details under the request id.',
  },
  DEPLOY_NOT_FOUND: {
    status: 404,
    help: 'Take the id from GET /api/v1/deploys. Deploys are kept as long as the sums by hour.',
  },
  DIFF_SIDE_INVALID: {
    status: 400,
    help: 'Name each side as version:1.2.3, range:now-2h~now-1h, or version:1.2.3@now-2h~now-1h.',
  },
  DIFF_TYPE_UNSUPPORTED: {
    status: 422,
    help: 'Compare cpu. Wall time of asynchronous code does not add up over functions, so it gets no verdict.',
  },
} as const satisfies Record<string, { readonly status: number; readonly help: string }>;

export type ErrorCode = keyof typeof catalogue;

/** Every code, for the documentation and its test. */
export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[];

/** An error with a code, a status and a help text from the catalogue. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly statusCode: number;
  readonly help: string;

  constructor(code: ErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ApiError';
    this.code = code;
    this.statusCode = catalogue[code].status;
    this.help = catalogue[code].help;
  }
}
