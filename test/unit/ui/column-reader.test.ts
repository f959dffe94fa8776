import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ColumnReader, readColumns } from '../../../ui/src/api/column-reader.ts';

const hostile = fc.constantFrom(']', '[', '"nodes":{', '\\', '"', '}', ',"id":[', 'a');
const name = fc.array(hostile, { maxLength: 6 }).map((parts) => parts.join(''));
const answer = fc.record({
  service: name,
  frames: fc.record({ name: fc.array(name), line: fc.array(fc.nat()) }),
  nodes: fc.record({
    id: fc.array(fc.stringMatching(/^[0-9a-f]{16}$/)),
    parent: fc.array(fc.integer({ min: -1, max: 99 })),
    self: fc.array(fc.integer()),
    folded: fc.array(fc.nat()),
  }),
});

/** In pieces of so many characters, however they cut the text. */
function readInPieces(text: string, size: number): unknown {
  const reader = new ColumnReader();
  for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
  return reader.finish();
}

test('property: an answer that arrives in pieces is the answer', () => {
  fc.assert(
    fc.property(answer, fc.integer({ min: 1, max: 40 }), (value, size) => {
      const text = JSON.stringify(value);
      expect(readInPieces(text, size)).toEqual(JSON.parse(text));
    }),
  );
});

test('what stands after the columns is kept', () => {
  const text = '{"a":1,"nodes":{"id":["00"],"self":[]},"z":[{"b":"]"}]}';
  for (let size = 1; size <= text.length; size++)
    expect(readInPieces(text, size)).toEqual(JSON.parse(text));
});

test('an answer without columns is read too, and a cut one is no answer', () => {
  expect(readInPieces('{"total":0}', 3)).toEqual({ total: 0 });
  expect(readInPieces('{"nodes":{}}', 2)).toEqual({ nodes: {} });
  expect(() => readInPieces('{"nodes":{"id":["00"],"self":[1', 5)).toThrow(SyntaxError);
});

test('letters of several bytes may be cut anywhere', async () => {
  const value = { frames: { name: ['größe', '文字'] }, nodes: { id: ['00'] } };
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const body = new ReadableStream<Uint8Array>({
    start(stream) {
      for (const byte of bytes) stream.enqueue(Uint8Array.of(byte));
      stream.close();
    },
  });
  expect(await readColumns(body)).toEqual(value);
});
