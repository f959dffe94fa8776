import { crc32 } from 'node:zlib';
import type { IncomingUpload, UploadMeta } from '../storage/profile-store.ts';

const HEADER_BYTES = 8;

/**
 * An upload as a record of a segment file, whole enough to be normalised again.
 *
 * Shape   u32 length, u32 crc32, then `length` bytes: a JSON text and the profiles, each after its u32 length.
 */
export function encodeRecord({ meta, profiles, receivedAtMs }: IncomingUpload): Buffer {
  const head = Buffer.from(JSON.stringify({ meta: toJson(meta), receivedAtMs }), 'utf8');
  const parts = [head, ...profiles];
  const length = parts.reduce((sum, part) => sum + 4 + part.length, 0);
  const record = Buffer.allocUnsafe(HEADER_BYTES + length);
  let at = HEADER_BYTES;
  for (const part of parts) {
    at = record.writeUInt32LE(part.length, at);
    record.set(part, at);
    at += part.length;
  }
  record.writeUInt32LE(length, 0);
  record.writeUInt32LE(crc32(record.subarray(HEADER_BYTES)), 4);
  return record;
}

/** The uploads of a segment file up to its end, or up to the first record that was not written whole. */
export function decodeRecords(file: Buffer): {
  readonly uploads: readonly IncomingUpload[];
  readonly wholeBytes: number;
} {
  const uploads: IncomingUpload[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= file.length) {
    const end = at + HEADER_BYTES + file.readUInt32LE(at);
    if (end > file.length) break;
    const payload = file.subarray(at + HEADER_BYTES, end);
    if (crc32(payload) !== file.readUInt32LE(at + 4)) break;
    uploads.push(decodePayload(payload));
    at = end;
  }
  return { uploads, wholeBytes: at };
}

function decodePayload(payload: Buffer): IncomingUpload {
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length; ) {
    const length = payload.readUInt32LE(at);
    parts.push(payload.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  const [head, ...profiles] = parts;
  const { meta, receivedAtMs } = JSON.parse(head!.toString('utf8')) as {
    meta: ReturnType<typeof toJson>;
    receivedAtMs: number;
  };
  return { meta: fromJson(meta), receivedAtMs, profiles };
}

/** JSON has no bigint, so nanoseconds are decimal strings in it. */
function toJson(meta: UploadMeta) {
  return {
    ...meta,
    from: meta.from?.toString() ?? null,
    to: meta.to?.toString() ?? null,
    processCpuNanos: meta.processCpuNanos?.toString() ?? null,
    endpoints: meta.endpoints.map((one) => ({
      ...one,
      durationSumNanos: one.durationSumNanos.toString(),
      cpuNanos: one.cpuNanos.toString(),
    })),
    stalls: meta.stalls.map((one) => ({ ...one, from: one.from.toString() })),
    agent: meta.agent === null ? null : { ...meta.agent, cpuNanos: meta.agent.cpuNanos.toString() },
  };
}

function fromJson(meta: ReturnType<typeof toJson>): UploadMeta {
  const bigint = (text: string | null) => (text === null ? null : BigInt(text));
  return {
    ...meta,
    from: bigint(meta.from),
    to: bigint(meta.to),
    processCpuNanos: bigint(meta.processCpuNanos),
    endpoints: meta.endpoints.map((one) => ({
      ...one,
      durationSumNanos: BigInt(one.durationSumNanos),
      cpuNanos: BigInt(one.cpuNanos),
    })),
    // A record of a server that did not know stalls has none.
    stalls: (meta.stalls ?? []).map((one) => ({ ...one, from: BigInt(one.from) })),
    agent: meta.agent === null ? null : { ...meta.agent, cpuNanos: BigInt(meta.agent.cpuNanos) },
  };
}
