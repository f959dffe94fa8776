import { decodeProfile, encodeProfile, knownFunctionsOf, ProfileBuilder } from '@flamehouse/proto';
import { expect, test } from 'vitest';
import { TextCache } from '../../../proto/src/text-cache.ts';
import { Random } from '../../bench/verdict/random.ts';

const decoder = new TextDecoder();

test('texts are those of their bytes, one string each, also when the cache begins anew', () => {
  const cache = new TextCache((bytes) => decoder.decode(bytes));
  const textOf = (text: string) => {
    const message = Buffer.from(`before${text}behind`);
    return cache.text(cache.rowOf(message, 6, message.length - 6));
  };
  for (let number = 0; number < 300_000; number++) {
    const text = `fn-${number % 290_000}-ü`;
    if (textOf(text) !== text) expect(textOf(text)).toBe(text);
  }
  expect(cache.generation).toBe(1); // of 262,144 texts
  expect(textOf('')).toBe('');
  expect(textOf('x'.repeat(100_000))).toHaveLength(100_000);
});

test('functions of different profiles have one number when all of them is equal, and only then', () => {
  const seed = Number(process.env['SEED'] ?? 11);
  const random = new Random(seed);
  const ofNumber = new Map<string, string>();
  const ofFunction = new Map<string, string>();
  for (let round = 0; round < 300; round++) {
    const builder = new ProfileBuilder([{ type: 'cpu', unit: 'nanoseconds' }]);
    for (let i = 0; i < 20; i++) {
      const frame = {
        // A number of names so small that most profiles share them, and one too long for the cache.
        name: random.below(12) === 0 ? 'n'.repeat(600) : `f${random.below(40)}`,
        file: `${random.below(4)}`,
        systemName: random.below(3) === 0 ? '' : `s${random.below(2)}`,
        startLine: random.below(3),
        line: random.below(5),
      };
      builder.addSample([builder.frame(frame)], [1 + random.below(9)]);
    }
    const meta = { timeNanos: 1n, durationNanos: 1n, periodType: null, period: 1 };
    const profile = decodeProfile(encodeProfile(builder.build(meta)));
    const { functions } = profile;
    const known = knownFunctionsOf(profile)!;
    functions.name.forEach((name, row) => {
      const number = known.numbers[row]!;
      expect(number < 0).toBe(name.length > 512);
      if (number < 0) return;
      const text = [name, functions.systemName[row], functions.file[row], functions.startLine[row]];
      const key = `${known.generation} ${number}`;
      const identity = `${known.generation} ${JSON.stringify(text)}`;
      expect(ofNumber.get(key) ?? identity, `SEED=${seed}`).toBe(identity);
      expect(ofFunction.get(identity) ?? key, `SEED=${seed}`).toBe(key);
      ofNumber.set(key, identity);
      ofFunction.set(identity, key);
    });
  }
  expect(ofNumber.size).toBeGreaterThan(500);
});
