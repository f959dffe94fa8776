import { ApiError } from '../errors.ts';

/** One part of a multipart body. `bytes` is a view on the body, not a copy. */
export interface Part {
  readonly name: string;
  readonly fileName: string | null; // null for a plain field
  readonly bytes: Buffer;
}

// An upload is one `meta` and a handful of profiles; a header is one or two short lines.
const PARTS_MAX = 32;
const HEADER_BYTES_MAX = 4_096;

const CRLF = Buffer.from('\r\n');
const HEADER_END = Buffer.from('\r\n\r\n');

/**
 * Split a multipart/form-data body that was read whole.
 *
 * Shape   parts in the order of the body. What stands before the first and after the last boundary is ignored.
 * Errors  ApiError INGEST_MULTIPART_INVALID naming what is missing and where.
 * Source  RFC 7578, RFC 2046 section 5.1
 */
export function splitMultipart(body: Buffer, contentType: string): Part[] {
  const delimiter = Buffer.from(`--${boundaryOf(contentType)}`);
  const parts: Part[] = [];
  let at = startOfFirst(body, delimiter);
  for (;;) {
    const afterDelimiter = at + delimiter.length;
    if (body.toString('latin1', afterDelimiter, afterDelimiter + 2) === '--') return parts;
    if (parts.length === PARTS_MAX) throw invalid(`the body has more than ${PARTS_MAX} parts`);
    const headerStart = body.indexOf(CRLF, afterDelimiter);
    const headerEnd = headerStart < 0 ? -1 : body.indexOf(HEADER_END, headerStart);
    const next =
      headerEnd < 0 ? -1 : indexOfDelimiter(body, delimiter, headerEnd + HEADER_END.length);
    if (next < 0) throw invalid(`part ${parts.length + 1} does not end: the body was cut off`);
    if (headerEnd - headerStart > HEADER_BYTES_MAX) {
      throw invalid(`part ${parts.length + 1} has a header of more than ${HEADER_BYTES_MAX} bytes`);
    }
    const header = body.toString('utf8', headerStart + 2, headerEnd);
    parts.push({
      ...readHeader(header, parts.length + 1),
      bytes: body.subarray(headerEnd + HEADER_END.length, next - CRLF.length),
    });
    at = next;
  }
}

function boundaryOf(contentType: string): string {
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) throw invalid('the content type names no boundary');
  return boundary;
}

function startOfFirst(body: Buffer, delimiter: Buffer): number {
  if (body.subarray(0, delimiter.length).equals(delimiter)) return 0;
  const at = indexOfDelimiter(body, delimiter, 0);
  if (at < 0) throw invalid('the body does not contain the boundary that the content type names');
  return at;
}

/** A delimiter counts only at the start of a line; profiles may hold its bytes anywhere else. */
function indexOfDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  const at = body.indexOf(Buffer.concat([CRLF, delimiter]), from);
  return at < 0 ? -1 : at + CRLF.length;
}

function readHeader(header: string, number: number): { name: string; fileName: string | null } {
  const disposition = /^content-disposition:\s*form-data\s*;(.*)$/im.exec(header)?.[1];
  const name = disposition === undefined ? undefined : parameter(disposition, 'name');
  if (disposition === undefined || name === undefined) {
    throw invalid(`part ${number} has no header Content-Disposition: form-data; name="…"`);
  }
  return { name, fileName: parameter(disposition, 'filename') ?? null };
}

/** Browsers and FormData write a quote inside a name as %22, curl as \". */
function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`(?:^|[;\\s])${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s;]+))`, 'i').exec(
    disposition,
  );
  return match?.[1] ?? match?.[2];
}

function invalid(detail: string): ApiError {
  return new ApiError('INGEST_MULTIPART_INVALID', detail);
}
