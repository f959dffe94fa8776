import { appendFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Spool } from '../../../server/src/ingest/spool.ts';
import { UploadIds } from '../../../server/src/ingest/upload-ids.ts';
import { decodeRecords, encodeRecord } from '../../../server/src/ingest/upload-record.ts';
import { agentUpload } from '../../support/server-upload.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
});
afterEach(() => rm(dir, { recursive: true }));

const uploadOf = (service: string) =>
  agentUpload({ service, startMs: 1_800_000_000_000, cpu: 'a | 1 1 1' });

describe('records', () => {
  test('hold an upload whole, nanoseconds and labels that look like them included', () => {
    const upload = uploadOf('shop');
    const stalls = [{ from: 5n, durationMs: 200, traceId: null, spanId: null, endpoint: 'GET /' }];
    const labels = { from: '5', cpuNanos: '7' };
    const meta = { ...upload.meta, labels, processCpuNanos: 9n, stalls };
    const whole = { ...upload, meta, profiles: [new Uint8Array([1, 2, 3]), new Uint8Array()] };
    const [decoded] = decodeRecords(encodeRecord(whole)).uploads;
    expect(decoded!.meta).toEqual(meta);
    expect(decoded!.receivedAtMs).toBe(upload.receivedAtMs);
    expect(decoded!.profiles.map((bytes) => [...bytes])).toEqual([[1, 2, 3], []]);
  });

  test('end where one was not written whole', () => {
    const records = ['a', 'b', 'c'].map((service) => encodeRecord(uploadOf(service)));
    const services = (file: Buffer) => decodeRecords(file).uploads.map(({ meta }) => meta.service);
    const whole = Buffer.concat(records);
    const third = records[0]!.length + records[1]!.length;
    for (let end = third; end < whole.length; end++) {
      expect(services(whole.subarray(0, end))).toEqual(['a', 'b']);
    }
    const damaged = Buffer.from(whole);
    damaged[third + 20]! ^= 1;
    expect(services(damaged)).toEqual(['a', 'b']);
    expect(services(whole)).toEqual(['a', 'b', 'c']);
  });
});

describe('the spool', () => {
  const open = async (bytesMax = 2 ** 20, diskBytesMin = 0) => {
    const sealed: string[] = [];
    const config = { dir, bytesMax, diskBytesMin, now: Date.now };
    const { spool, left } = await Spool.open(config, (segment) => sealed.push(segment));
    return { spool, left, sealed };
  };
  const append = async (spool: Spool, text: string) => {
    let segment = '';
    await spool.append(Buffer.from(text), (name) => {
      segment = name;
    });
    return segment;
  };

  test('has a record on disk when append resolves, in order', async () => {
    const { spool } = await open();
    const names = await Promise.all(['one ', 'two ', 'three '].map((text) => append(spool, text)));
    expect(new Set(names).size).toBe(1);
    expect(await readFile(join(dir, `${names[0]}.segment`), 'utf8')).toBe('one two three ');
    await spool.seal();
  });

  test('seals by wish and by age, and counts its bytes until the segment is removed', async () => {
    const { spool, sealed } = await open();
    const first = await append(spool, 'one');
    await spool.seal();
    expect(sealed).toEqual([first]);
    const second = await append(spool, 'second');
    expect(second).not.toBe(first);
    expect(spool.size).toBe(9);
    await expect.poll(() => sealed, { timeout: 5_000 }).toEqual([first, second]);
    await spool.remove(first);
    expect([spool.size, await readdir(dir)]).toEqual([6, [`${second}.segment`]]);
  });

  test('seals a segment that is full before it is old', async () => {
    const { spool, sealed } = await open(2 ** 30);
    const record = Buffer.alloc(2 ** 20);
    await Promise.all(Array.from({ length: 20 }, () => spool.append(record, () => {})));
    expect(sealed.length).toBeGreaterThanOrEqual(1);
    await spool.seal();
  });

  test('names the segments that an earlier process left, oldest first', async () => {
    const earlier = await open();
    const first = await append(earlier.spool, 'one');
    await earlier.spool.seal();
    const second = await append(earlier.spool, 'two');
    await earlier.spool.seal();
    const later = await open();
    expect(later.left).toEqual([first, second]);
    expect(later.spool.size).toBe(6);
    expect((await later.spool.read(second)).toString()).toBe('two');
  });

  test('has no room past its size or below the free disk space', async () => {
    const { spool } = await open(10);
    await append(spool, '12345678');
    await spool.checkRoom(2);
    const full = { code: 'STORAGE_FULL', statusCode: 503 };
    await expect(spool.checkRoom(3)).rejects.toMatchObject(full);
    await spool.seal();
    const { spool: cramped } = await open(100, Number.MAX_SAFE_INTEGER);
    await expect(cramped.checkRoom(1)).rejects.toMatchObject(full);
  });

  test('refuses what it cannot write, and takes uploads again later', async () => {
    const { spool } = await open();
    await rm(dir, { recursive: true });
    await expect(append(spool, 'lost')).rejects.toMatchObject({ code: 'STORAGE_FULL' });
    expect(spool.size).toBe(0);
    await mkdir(dir);
    expect(await append(spool, 'kept')).not.toBe('');
    await spool.seal();
  });

  test('keeps a segment that cannot be inserted', async () => {
    const { spool } = await open();
    const segment = await append(spool, 'one');
    await spool.seal();
    await spool.setAside(segment);
    expect([spool.size, await readdir(dir)]).toEqual([0, [`${segment}.failed`]]);
    expect((await open()).left).toEqual([]);
  });
});

describe('upload ids', () => {
  const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;

  test('are known once added, and after a restart once persisted', async () => {
    const ids = await UploadIds.open(dir, () => 1_000_000);
    for (let i = 0; i < 5_000; i++) ids.add(uuid(i));
    expect([ids.has(uuid(0)), ids.has(uuid(4_999)), ids.has(uuid(5_000))]).toEqual([
      true,
      true,
      false,
    ]);
    await ids.persist([uuid(1), uuid(2), 'no uuid at all', '00000000-0000-0000-0000-000000000000']);
    const later = await UploadIds.open(dir, () => 1_000_000);
    expect([0, 1, 2].map((i) => later.has(uuid(i)))).toEqual([false, true, true]);
    expect(later.has('no uuid at all')).toBe(true);
    expect(later.has('00000000-0000-0000-0000-000000000000')).toBe(true);
  });

  test('the id of zeros is an id like any other', async () => {
    const ids = await UploadIds.open(dir, Date.now);
    expect(ids.has('00000000-0000-0000-0000-000000000000')).toBe(false);
  });

  test('are forgotten after an hour, on disk too', async () => {
    let now = 10_000_000;
    const ids = await UploadIds.open(dir, () => now);
    ids.add(uuid(1));
    await ids.persist([uuid(1)]);
    now += 3_599_000;
    await ids.persist([]);
    expect(ids.has(uuid(1))).toBe(true);
    now += 1_200_000;
    await ids.persist([]);
    expect(ids.has(uuid(1))).toBe(false);
    expect(await readdir(dir)).toHaveLength(2);
  });

  test('that a crash cut short do not hide those after them', async () => {
    const ids = await UploadIds.open(dir, () => 1_000_000);
    await ids.persist([uuid(1)]);
    const [file] = await readdir(dir);
    await appendFile(join(dir, file!), Buffer.alloc(5, 7));
    const again = await UploadIds.open(dir, () => 1_000_000);
    await again.persist([uuid(2)]);
    const last = await UploadIds.open(dir, () => 1_000_000);
    expect([last.has(uuid(1)), last.has(uuid(2))]).toEqual([true, true]);
  });
});
