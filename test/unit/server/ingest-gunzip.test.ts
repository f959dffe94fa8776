import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzipProfile } from '../../../server/src/ingest/gunzip.ts';

const text = Buffer.from('a profile '.repeat(1000));

describe('a profile', () => {
  test('comes plain, as gzip, or as several members of gzip', async () => {
    expect(await gunzipProfile(text)).toBe(text);
    expect(Buffer.from(await gunzipProfile(gzipSync(text)))).toEqual(text);
    const members = Buffer.concat([gzipSync(text.subarray(0, 500)), gzipSync(text.subarray(500))]);
    expect(Buffer.from(await gunzipProfile(members))).toEqual(text);
  });

  test.each([
    ['cut off', gzipSync(text).subarray(0, 40)],
    ['changed', gzipSync(text).fill(0, 20, 30)],
    ['only its header', Buffer.from([0x1f, 0x8b])],
  ])('as gzip that is %s is refused', async (_name, body) => {
    const error = { code: 'INGEST_GZIP_INVALID', statusCode: 400 };
    await expect(gunzipProfile(body)).rejects.toMatchObject(error);
  });

  test('that is too large is refused, and a bomb is not unpacked first', async () => {
    const error = { code: 'INGEST_PROFILE_TOO_LARGE', statusCode: 413 };
    await expect(gunzipProfile(text, 9_999)).rejects.toMatchObject(error);
    await expect(gunzipProfile(gzipSync(text), 9_999)).rejects.toMatchObject(error);
    expect(await gunzipProfile(gzipSync(text), 10_000)).toHaveLength(10_000);
    const bomb = gzipSync(Buffer.alloc(65 * 2 ** 20));
    await expect(gunzipProfile(bomb)).rejects.toMatchObject(error);
  });
});
