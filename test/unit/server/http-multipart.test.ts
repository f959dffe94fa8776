import { describe, expect, test } from 'vitest';
import { splitMultipart } from '../../../server/src/http/multipart.ts';
import { multipart } from '../../support/server-app.ts';

const TYPE = 'multipart/form-data; boundary=B';
const part = (header: string, body: string) => `--B\r\n${header}\r\n\r\n${body}\r\n`;
const META = 'Content-Disposition: form-data; name="meta"';

const split = (body: string, type = TYPE) =>
  splitMultipart(Buffer.from(body, 'latin1'), type).map(({ name, fileName, bytes }) => ({
    name,
    fileName,
    body: bytes.toString('latin1'),
  }));

describe('splits', () => {
  test('what FormData sends', async () => {
    const form = new FormData();
    form.append('meta', '{"a":1}');
    form.append('cpu', new Blob([Uint8Array.of(0, 13, 10, 45, 45, 255)]), 'cpu.pb.gz');
    const request = new Request('http://localhost', { method: 'POST', body: form });
    const body = Buffer.from(await request.arrayBuffer());
    expect(split(body.toString('latin1'), request.headers.get('content-type')!)).toEqual([
      { name: 'meta', fileName: null, body: '{"a":1}' },
      { name: 'cpu', fileName: 'cpu.pb.gz', body: '\0\r\n--ÿ' },
    ]);
  });

  test.each([
    ['a field', `${part(META, '{}')}--B--`, [{ name: 'meta', fileName: null, body: '{}' }]],
    ['an empty part', `${part(META, '')}--B--\r\n`, [{ name: 'meta', fileName: null, body: '' }]],
    [
      'what stands before and after',
      `preamble\r\n${part(META, 'x')}--B--\r\nepilogue --B`,
      [{ name: 'meta', fileName: null, body: 'x' }],
    ],
    [
      'a body that holds the boundary, but not at the start of a line',
      `${part(META, 'a--B\n--B')}--B--`,
      [{ name: 'meta', fileName: null, body: 'a--B\n--B' }],
    ],
    [
      'other headers, in any case and order',
      `${part(`Content-Type: text/plain\r\ncontent-disposition: FORM-DATA; filename=f; name=cpu`, 'x')}--B--`,
      [{ name: 'cpu', fileName: 'f', body: 'x' }],
    ],
    ['no part at all', '--B--', []],
  ])('%s', (_, body, expected) => {
    expect(split(body)).toEqual(expected);
  });

  test('a quoted boundary', () => {
    expect(split('--a b--', 'multipart/form-data; boundary="a b"').length).toBe(0);
  });

  test('bytes are a view on the body', () => {
    const { payload, headers } = multipart([{ name: 'cpu', fileName: 'a', body: 'bytes' }]);
    const [only] = splitMultipart(payload, headers['content-type']!);
    expect(only!.bytes.buffer).toBe(payload.buffer);
  });
});

describe('refuses', () => {
  test.each([
    ['no boundary', '--B--', 'multipart/form-data', 'the content type names no boundary'],
    ['another boundary', '--C\r\n', TYPE, 'the body does not contain the boundary'],
    ['a cut header', '--B\r\nContent-Dispo', TYPE, 'part 1 does not end: the body was cut off'],
    ['a cut body', `--B\r\n${META}\r\n\r\nab`, TYPE, 'part 1 does not end: the body was cut off'],
    ['a missing last boundary', part(META, 'x') + part(META, 'y'), TYPE, 'part 2 does not end'],
    ['no name', `${part('X: y', 'x')}--B--`, TYPE, 'part 1 has no header Content-Disposition'],
    ['too many parts', `${part(META, 'x').repeat(33)}--B--`, TYPE, 'more than 32 parts'],
    ['a long header', `${part(`${META}\r\nX: ${'y'.repeat(5_000)}`, '')}--B--`, TYPE, '4096 bytes'],
  ])('%s', (_, body, type, message) => {
    expect(() => split(body, type)).toThrow(message);
  });
});

test('property: parts come back as they were, whatever bytes they hold', () => {
  let seed = Number(process.env['SEED'] ?? 7);
  const below = (n: number) => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * n);
  };
  const alphabet = ['\r', '\n', '-', '\0', 'f', '\r\n--', 'flamehouse-test-boundary'];
  for (let run = 0; run < 200; run++) {
    const started = seed;
    const parts = Array.from({ length: 1 + below(4) }, (_, i) => ({
      name: `part${i}`,
      ...(below(2) === 0 ? {} : { fileName: `file${i}` }),
      body: Array.from({ length: below(30) }, () => alphabet[below(alphabet.length)]).join(''),
    })).filter(({ body }) => !body.includes('\r\n--flamehouse-test-boundary'));
    const { payload, headers } = multipart(parts);
    expect(split(payload.toString('latin1'), headers['content-type']!), `SEED=${started}`).toEqual(
      parts.map(({ name, fileName, body }) => ({ name, fileName: fileName ?? null, body })),
    );
  }
});
