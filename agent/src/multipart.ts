import type { Upload } from './upload.ts';

export interface MultipartBody {
  readonly contentType: string;
  readonly chunks: readonly Uint8Array[];
  readonly byteLength: number;
}

/**
 * An upload as multipart/form-data: part `meta` without a file name, then each profile with one.
 *
 * The boundary is the upload's id, which no part contains by accident: gzip is random to it, and
 * `meta` holds the id without the two dashes in front.
 * Source  RFC 7578
 */
export function encodeMultipart(upload: Upload): MultipartBody {
  const boundary = `flamehouse-${upload.meta.uploadId}`;
  const chunks: Uint8Array[] = [];
  const text = (value: string) => chunks.push(Buffer.from(value, 'utf8'));
  text(
    `--${boundary}\r\nContent-Disposition: form-data; name="meta"\r\n` +
      `Content-Type: application/json\r\n\r\n${JSON.stringify(upload.meta)}\r\n`,
  );
  for (const { name, pprofGz } of upload.parts) {
    text(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="${name}.pb.gz"\r\n` +
        'Content-Type: application/octet-stream\r\n\r\n',
    );
    chunks.push(pprofGz);
    text('\r\n');
  }
  text(`--${boundary}--\r\n`);
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    chunks,
    byteLength: chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0),
  };
}
