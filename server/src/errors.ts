/** Every error that a client can receive. A test checks that the documentation lists each code. */
const catalogue = {
  INGEST_META_INVALID: {
    status: 400,
    help: 'Send part `meta` as JSON with uploadId, service, from and to; docs/errors.md shows an example.',
  },
  INGEST_NOT_PPROF: {
    status: 400,
    help: 'Send a profile.proto message, gzip-compressed or plain.',
  },
  QUERY_PARAMETER_INVALID: {
    status: 400,
    help: 'See /api/docs for the parameters of this route.',
  },
  STORAGE_UNAVAILABLE: {
    status: 503,
    help: 'Try again; agents do so by themselves. If it stays, check that ClickHouse answers at CLICKHOUSE_URL.',
  },
  INTERNAL: {
    status: 500,
    help: 'This is a fault of the server. Its log has the details under the request id.',
  },
} as const satisfies Record<string, { readonly status: number; readonly help: string }>;

export type ErrorCode = keyof typeof catalogue;

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
