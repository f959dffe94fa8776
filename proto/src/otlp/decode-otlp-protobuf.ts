import { ProfileError } from '../errors.ts';
import { WireReader } from '../wire-reader.ts';
import {
  emptyOtlpSpan,
  type OtlpAttributes,
  type OtlpResourceSpans,
  type OtlpSpan,
  type OtlpValue,
} from './otlp-span.ts';

/**
 * Read an ExportTraceServiceRequest. Scopes, links and events other than exceptions are stepped over.
 *
 * Errors  ProfileError OTLP_INVALID.
 * Source  opentelemetry-proto 1.x: collector/trace/v1/trace_service.proto, trace/v1/trace.proto, common/v1/common.proto
 */
export function decodeOtlpProtobuf(message: Uint8Array): OtlpResourceSpans[] {
  const bytes = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  const resources: OtlpResourceSpans[] = [];
  try {
    fields(new OtlpReader(bytes), {
      1: (reader) => resources.push(reader.inside(readResourceSpans)),
    });
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw new ProfileError('OTLP_INVALID', error.message, { cause: error });
  }
  return resources;
}

const UTF8 = new TextDecoder();

/** The wire types that pprof does not have. */
class OtlpReader extends WireReader {
  private readonly view = new DataView(
    this.bytes.buffer,
    this.bytes.byteOffset,
    this.bytes.byteLength,
  );

  /** Read the message of this field with its own end. */
  inside<T>(read: (reader: OtlpReader) => T): T {
    const { end } = this;
    this.end = this.delimited();
    const result = read(this);
    this.end = end;
    return result;
  }

  content(): Uint8Array {
    const end = this.delimited();
    const content = this.bytes.subarray(this.position, end);
    this.position = end;
    return content;
  }

  text(): string {
    return UTF8.decode(this.content());
  }

  hex(): string {
    let text = '';
    for (const byte of this.content()) text += byte.toString(16).padStart(2, '0');
    return text;
  }

  fixed64(): bigint {
    return this.view.getBigUint64(this.fixed(1, 8), true);
  }

  double(): number {
    return this.view.getFloat64(this.fixed(1, 8), true);
  }

  fixed32(): number {
    return this.view.getUint32(this.fixed(5, 4), true);
  }

  /** Where a field of fixed size begins, after stepping over it. */
  private fixed(wireType: number, size: number): number {
    if (this.wireType !== wireType)
      throw this.broken(`wire type ${this.wireType} for a fixed field`);
    const start = this.position;
    this.skip();
    if (this.position !== start + size) throw this.broken('a fixed field of another size');
    return start;
  }

  whole(): number {
    this.integer();
    return this.number;
  }
}

type Fields = Readonly<Record<number, (reader: OtlpReader) => unknown>>;

/** Read a message: each known field by its function, and step over the others. */
function fields(reader: OtlpReader, known: Fields): void {
  while (reader.nextField()) {
    const read = known[reader.field];
    if (read === undefined) reader.skip();
    else read(reader);
  }
}

function readResourceSpans(reader: OtlpReader): OtlpResourceSpans {
  const result: OtlpResourceSpans = { resource: new Map(), spans: [] };
  fields(reader, {
    1: (one) => one.inside((inner) => readAttributes(inner, 1, result.resource)),
    2: (one) =>
      one.inside((scope) =>
        fields(scope, { 2: (span) => result.spans.push(span.inside(readSpan)) }),
      ),
  });
  return result;
}

function readSpan(reader: OtlpReader): OtlpSpan {
  const span = emptyOtlpSpan();
  while (reader.nextField()) readSpanField(reader, span);
  return span;
}

/** A switch rather than a table: there are thousands of spans in a request. */
function readSpanField(reader: OtlpReader, span: OtlpSpan): void {
  switch (reader.field) {
    case 1:
      span.traceId = reader.hex();
      break;
    case 2:
      span.spanId = reader.hex();
      break;
    case 4:
      span.parentSpanId = reader.hex();
      break;
    case 5:
      span.name = reader.text();
      break;
    case 6:
      span.kind = reader.whole();
      break;
    case 7:
      span.startNanos = reader.fixed64();
      break;
    case 8:
      span.endNanos = reader.fixed64();
      break;
    case 9:
      reader.inside((inner) => readKeyValue(inner, span.attributes));
      break;
    case 11:
      span.exception = reader.inside(readException) ?? span.exception;
      break;
    case 15:
      reader.inside((inner) => readStatus(inner, span));
      break;
    case 16:
      span.flags = reader.fixed32();
      break;
    default:
      reader.skip();
  }
}

function readStatus(reader: OtlpReader, span: OtlpSpan): void {
  fields(reader, {
    2: (one) => {
      span.statusMessage = one.text();
    },
    3: (one) => {
      span.statusCode = one.whole();
    },
  });
}

/** The attributes of an event that is an exception; null for another. */
function readException(reader: OtlpReader): OtlpAttributes | null {
  const attributes: OtlpAttributes = new Map();
  let name = '';
  fields(reader, {
    2: (one) => {
      name = one.text();
    },
    3: (one) => one.inside((inner) => readKeyValue(inner, attributes)),
  });
  return name === 'exception' ? attributes : null;
}

function readAttributes(reader: OtlpReader, field: number, into: OtlpAttributes): void {
  fields(reader, { [field]: (one) => one.inside((inner) => readKeyValue(inner, into)) });
}

function readKeyValue(reader: OtlpReader, into: OtlpAttributes): void {
  let key = '';
  let value: OtlpValue | null = null;
  while (reader.nextField()) {
    if (reader.field === 1) key = reader.text();
    else if (reader.field === 2) value = reader.inside(readValue);
    else reader.skip();
  }
  if (value !== null) into.set(key, value);
}

function readValue(reader: OtlpReader): OtlpValue | null {
  let value: OtlpValue | null = null;
  fields(reader, {
    1: (one) => {
      value = one.text();
    },
    2: (one) => {
      value = one.whole() !== 0;
    },
    3: (one) => {
      one.integer();
      value = one.isSafe ? one.number : one.bigint.toString();
    },
    4: (one) => {
      value = one.double();
    },
  });
  return value;
}
