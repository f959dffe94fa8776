import { expect, test } from 'vitest';
import { encodeMultipart } from '../../../agent/src/multipart.ts';
import { uploadOf } from '../../support/agent-uploads.ts';

test('one part meta as JSON, then each profile with a file name', async () => {
  const upload = uploadOf(7);
  const parts = [...upload.parts, { name: 'heap', pprofGz: Buffer.from('\r\n--\u0000') } as const];
  const { contentType, chunks, byteLength } = encodeMultipart({ ...upload, parts });
  const body = Buffer.concat(chunks);
  expect(body.length).toBe(byteLength);
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  expect(JSON.parse(String(form.get('meta')))).toEqual(upload.meta);
  const files = await Promise.all(
    ['cpu', 'heap'].map(async (name) => {
      const file = form.get(name) as File;
      return [file.name, Buffer.from(await file.arrayBuffer()).toString('hex')];
    }),
  );
  expect(files).toEqual([
    ['cpu.pb.gz', '07'.repeat(10)],
    ['heap.pb.gz', '0d0a2d2d00'],
  ]);
});
