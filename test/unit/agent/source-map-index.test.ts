import { SourceMap } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { atOnce } from '../../../agent/src/in-slices.ts';
import { indexSourceMap } from '../../../agent/src/source-map-index.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function vlq(value: number): string {
  let rest = value < 0 ? -value * 2 + 1 : value * 2;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

type Place = readonly [column: number, source: number, line: number, column: number, name: number];

/** Lines of segments with absolute numbers -> text with differences. A name of -1 is left out. */
function encode(lines: readonly (readonly Place[])[]): string {
  let last = [0, 0, 0, 0];
  return lines
    .map((segments) => {
      let column = 0;
      return segments
        .map(([generated, ...rest]) => {
          const fields = rest.slice(0, rest[3] < 0 ? 3 : 4);
          const text = [generated - column, ...fields.map((value, i) => value - last[i]!)].map(vlq);
          column = generated;
          last = last.map((value, i) => fields[i] ?? value);
          return text.join('');
        })
        .join(',');
    })
    .join(';');
}

const indexOf = (map: unknown) => atOnce(indexSourceMap(Buffer.from(JSON.stringify(map))), 0);

const segment = fc.record({
  gap: fc.integer({ min: 1, max: 40 }),
  source: fc.integer({ min: 0, max: 2 }),
  line: fc.integer({ min: 0, max: 5000 }),
  column: fc.integer({ min: 0, max: 200 }),
  name: fc.integer({ min: -1, max: 99 }),
});

test('every place is found as Node finds it, whatever the number of segments', () => {
  const lines = fc.array(fc.array(segment, { maxLength: 300 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 3 }), fc.nat(5000), (made, line, column) => {
      const places = made.map((segments) => {
        let at = -1;
        return segments.map((s): Place => {
          at += s.gap;
          return [at, s.source, s.line, s.column, s.name];
        });
      });
      const payload = {
        version: 3,
        sources: ['a.ts', 'b.ts', 'c.ts'],
        sourcesContent: ['"{[\\', '}"\\\\"', 'é\n'],
        names: Array.from({ length: 100 }, (_, i) => `name "${i}"`),
        mappings: encode(places),
      };
      const index = indexOf(payload);
      const found = index.before(line, column, 1)[0];
      const wanted = places[line]?.findLast(([generated]) => generated <= column);
      expect(
        found && [found.column, found.source, found.sourceLine, found.sourceColumn, found.name],
      ).toEqual(wanted && [...wanted]);
      if (found === undefined) return;
      const entry = new SourceMap(payload as never).findEntry(line, column);
      expect(index.sources[found.source]).toBe(
        (entry as { originalSource: string }).originalSource,
      );
      if (found.name >= 0) expect(index.name(found.name)).toBe(payload.names[found.name]);
    }),
    { numRuns: 30 },
  );
});

test('neighbours come nearest first', () => {
  const index = indexOf({
    version: 3,
    sources: ['a.ts'],
    names: [],
    mappings: encode([
      [[0, 0, 0, 0, -1]],
      Array.from({ length: 300 }, (_, i): Place => [i * 3, 0, i, 0, -1]),
    ]),
  });
  expect(index.before(1, 384, 3).map((found) => found.column)).toEqual([384, 381, 378]);
  expect(index.before(1, 1, 3).map((found) => found.column)).toEqual([0]);
  expect(index.before(7, 0, 3)).toEqual([]);
});

test('a map takes little more than its text', () => {
  const line = Array.from({ length: 50_000 }, (_, i): Place => [i * 7, 0, i, 4, -1]);
  const mappings = encode([line]);
  const index = indexOf({ version: 3, sources: ['a.ts'], names: [], mappings });
  expect(index.byteLength).toBeLessThan(mappings.length * 1.1);
});

test('a map made of sections', () => {
  const section = (line: number, column: number, source: string, places: Place[]) => ({
    offset: { line, column },
    map: {
      version: 3,
      sources: [source],
      names: [`name in ${source}`],
      mappings: encode([places]),
    },
  });
  const index = indexOf({
    version: 3,
    sections: [
      section(0, 0, 'a.ts', [[0, 0, 1, 0, -1]]),
      section(2, 10, 'b.ts', [
        [0, 0, 5, 0, -1],
        [4, 0, 6, 2, 0],
      ]),
    ],
  });
  const place = (line: number, column: number) => {
    const found = index.before(line, column, 1)[0];
    if (found === undefined) return null;
    const name = found.name < 0 ? '' : ` ${index.name(found.name)}`;
    return `${index.sources[found.source]}:${found.sourceLine}:${found.sourceColumn}${name}`;
  };
  expect([place(0, 3), place(2, 5), place(2, 11), place(2, 20)]).toEqual([
    'a.ts:1:0',
    null,
    'b.ts:5:0',
    'b.ts:6:2 name in b.ts',
  ]);
});

test.each([
  ['no JSON', 'not a map'],
  ['no mappings', '{"version":3,"sources":[]}'],
  ['an end inside a string', '{"version":3,"sources":["a'],
  ['mappings that are no base64', '{"version":3,"sources":["a"],"names":[],"mappings":"A!"}'],
])('%s is an error', (_name, text) => {
  expect(() => atOnce(indexSourceMap(Buffer.from(text)), 0)).toThrow();
});
