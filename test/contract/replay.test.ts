import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SpoolingPipeline } from '../../server/src/ingest/pipeline.ts';
import { INSERTS } from '../../server/src/ingest/table-batch.ts';
import { encodeRecord } from '../../server/src/ingest/upload-record.ts';
import { createStorage, type Storage } from '../../server/src/storage/create-storage.ts';
import type { Engine, Insert } from '../../server/src/storage/engine.ts';
import { startClickHouseHttp } from '../support/clickhouse-http.ts';
import { RETENTION, stackLines, storageSettings } from '../support/server-storage.ts';
import { agentUpload, CPU } from '../support/server-upload.ts';

const HOUR_MS = 3_600_000;
const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const SUMS = {
  samples: 'sum(value)',
  samples_1m: 'sum(value)',
  samples_1h: 'sum(value)',
  function_minutes: 'sum(self)',
  windows: 'sum(value)',
  requests: 'sum(cpu)',
  spans: 'sum(value)',
  instance_minutes: 'sum(uploads)',
} as const;

const directories: string[] = [];
let opened: Storage | null = null;

afterEach(async () => {
  await opened?.close();
  opened = null;
  for (const dir of directories.splice(0)) await rm(dir, { recursive: true });
});

async function open(dataDir: string): Promise<Storage> {
  opened = await createStorage(storageSettings(dataDir));
  return opened;
}

async function close(): Promise<void> {
  await opened?.close();
  opened = null;
}

async function newDirectory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
  directories.push(dir);
  return dir;
}

/** A pipeline beside the one of `storage`, with a spool of its own and an engine of the test's making. */
function openPipeline(
  storage: Storage,
  dir: string,
  insert: (insert: Insert) => Promise<void>,
  logged: string[] = [],
) {
  const engine = Object.assign(Object.create(storage.engine) as Engine, { insert });
  return SpoolingPipeline.open(
    {
      dir,
      retentionMs: RETENTION.rawMs,
      spoolBytesMax: 2 ** 30,
      diskBytesMin: 2 ** 20,
      foldedSinceMs: Promise.resolve(0),
      now: Date.now,
      log: { info: () => {}, error: (_fields, message) => logged.push(message) },
    },
    engine,
  );
}

function upload(instance: string, service = 'shop') {
  const span = 'trace_id=0af7651916cd43dd8448eb211c80319c, span_id=b7ad6b7169203331';
  return agentUpload({
    service,
    startMs: hour,
    cpu: `main;parse | 1 0 3000 | ${span}\nmain | 1 0 2000`,
    meta: {
      instance,
      endpoints: [{ endpoint: 'x', count: 1, errors: 0, durationSumNanos: 1n, cpuNanos: 5_000n }],
    },
  });
}

async function sums(storage: Storage, service: string): Promise<Record<string, number>> {
  const found = Object.entries(SUMS).map(async ([table, sum]) => {
    const sql = `SELECT toUInt32(${sum}) FROM ${table} WHERE service = {service: String}`;
    const [row] = await storage.engine.rows<[number]>({ sql, values: { service } });
    return [table, row![0]] as const;
  });
  return Object.fromEntries(await Promise.all(found));
}

const EXPECTED = {
  samples: 15,
  samples_1m: 15,
  samples_1h: 15,
  function_minutes: 15,
  windows: 15,
  requests: 15,
  spans: 9,
  instance_minutes: 3,
};

describe('replaying a segment', () => {
  let storage: Storage;
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'flamehouse-test-'));
    storage = await createStorage(storageSettings(dir));
  });
  afterAll(async () => {
    await storage.close();
    await rm(dir, { recursive: true });
  });

  test('with more rows than a block of the engine has adds nothing', async () => {
    const text = Array.from({ length: 70_000 }, (_, row) => `main;step-${row} | 1 0 1000`);
    const large = agentUpload({ service: 'large', startMs: hour, cpu: text.join('\n') });
    const spool = join(dir, 'spool-large', 'segments');
    const path = join(spool, '000000000000001-000000000000aaaa-3.segment');
    for (const _time of ['first', 'again']) {
      await rm(join(dir, 'spool-large'), { recursive: true, force: true });
      await mkdir(spool, { recursive: true });
      await writeFile(path, encodeRecord(large));
      const pipeline = await openPipeline(storage, join(dir, 'spool-large'), (insert) =>
        storage.engine.insert(insert),
      );
      await pipeline.flush();
      await pipeline.close();
      expect(await sums(storage, 'large')).toMatchObject({
        samples: 70_000,
        samples_1m: 70_000,
        samples_1h: 70_000,
        function_minutes: 70_000,
        instance_minutes: 1,
      });
    }
  });

  test.each([...INSERTS.keys()])(
    'that stopped after %i of its inserts stores every upload once',
    async (insertsDone) => {
      const service = `stopped-after-${insertsDone}`;
      const spool = join(dir, service);
      let done = 0;
      const first = await openPipeline(storage, spool, async (insert) => {
        // What never comes back stands for a process that was killed.
        if (done === insertsDone) await new Promise(() => {});
        await storage.engine.insert(insert);
        done++;
      });
      for (const instance of ['a', 'b', 'c']) await first.accept(upload(instance, service));
      void first.flush();
      await expect.poll(() => done, { timeout: 30_000 }).toBe(insertsDone);

      const again = await openPipeline(storage, spool, (insert) => storage.engine.insert(insert));
      await again.flush();
      expect(await sums(storage, service)).toEqual(EXPECTED);
      await again.close();
    },
  );

  test('that was inserted but not yet removed changes nothing', async () => {
    const service = 'not-removed';
    const inserts: Insert[] = [];
    const pipeline = await openPipeline(storage, join(dir, service), async (insert) => {
      inserts.push(insert);
      await storage.engine.insert(insert);
    });
    for (const instance of ['a', 'b', 'c']) await pipeline.accept(upload(instance, service));
    await pipeline.flush();
    for (const insert of inserts) await storage.engine.insert(insert);
    expect(await sums(storage, service)).toEqual(EXPECTED);
    await pipeline.close();
  });
});

describe('a segment of an earlier process', () => {
  test('gives what it holds, and says what it lost', async () => {
    const dir = await newDirectory();
    const storage = await open(dir);
    const good = upload('a');
    const old = { ...good.meta, uploadId: randomUUID(), from: 0n, to: 1n };
    const segments = join(dir, 'left', 'segments');
    await mkdir(segments, { recursive: true });
    const cut = encodeRecord(upload('b'));
    await writeFile(
      join(segments, '000001800000000-0123456789abcdef.segment'),
      Buffer.concat([
        encodeRecord({ ...good, meta: old }),
        encodeRecord(good),
        cut.subarray(0, cut.length - 1),
      ]),
    );
    const logged: string[] = [];
    const insert = (one: Insert) => storage.engine.insert(one);
    const pipeline = await openPipeline(storage, join(dir, 'left'), insert, logged);
    await pipeline.flush();
    expect(await sums(storage, 'shop')).toMatchObject({ samples: 5, instance_minutes: 1 });
    expect(new Set(logged)).toEqual(
      new Set(['the end of a segment was not written whole', 'an accepted upload is left out']),
    );
    expect(await pipeline.accept(good)).toMatchObject({ samples: 0 });
    expect(await readdir(segments)).toEqual([]);
    await pipeline.close();
  });

  test('is taken up one upload at a time, so that who uploads or asks gets a turn between', async () => {
    const dir = await newDirectory();
    const storage = await open(dir);
    const segments = join(dir, 'left', 'segments');
    await mkdir(segments, { recursive: true });
    const { meta, ...rest } = upload('a');
    const tooOld = () =>
      encodeRecord({ ...rest, meta: { ...meta, uploadId: randomUUID(), to: 1n } });
    await writeFile(
      join(segments, '000001800000000-0123456789abcdef.segment'),
      Buffer.concat(Array.from({ length: 20 }, tooOld)),
    );
    const logged: string[] = []; // One for each upload that is left out.
    let mostInATurn = 0;
    let before = 0;
    const look = () => {
      mostInATurn = Math.max(mostInATurn, logged.length - before);
      before = logged.length;
      turn = setImmediate(look);
    };
    let turn = setImmediate(look);
    const pipeline = await openPipeline(storage, join(dir, 'left'), async () => {}, logged);
    await pipeline.flush();
    clearImmediate(turn);
    await pipeline.close();
    expect(logged).toHaveLength(20);
    expect(mostInATurn).toBe(1);
  });
});

describe('a ClickHouse server that does not answer', () => {
  test('lets the server start: uploads wait on disk, questions are refused, and both go on once it answers', async () => {
    const dir = await newDirectory();
    const first = await startClickHouseHttp();
    await first.close(); // Its port is free now, and nobody answers there.
    const url = first.url.replace('http://', 'http://me:secret@');
    const settings = storageSettings(dir, url);
    const logged: string[] = [];
    const log = (fields: object, message: string) => {
      logged.push(`${message} ${(fields as { err?: Error }).err?.message ?? ''}`);
    };
    opened = await createStorage(settings, { log: { info: log, error: log } });
    expect(await opened.ingest.accept(upload('a'))).toMatchObject({ samples: 2 });
    const query = { service: 'shop', type: CPU, range: { from: hour, to: hour + HOUR_MS } };
    const refused = { code: 'STORAGE_UNAVAILABLE', statusCode: 503 };
    await expect(opened.store.selectStacks(query)).rejects.toMatchObject(refused);
    await expect(opened.store.ping()).rejects.toMatchObject(refused);
    expect(logged[0]).toContain(new URL(url).host);
    expect(logged.join()).not.toContain('secret');

    const again = await startClickHouseHttp(Number(new URL(url).port));
    try {
      await opened.ingest.flush();
      expect(stackLines(await opened.store.selectStacks(query))).toEqual([
        'main;parse 3',
        'main 2',
      ]);
      await close();
    } finally {
      await again.close();
    }
  });

  test('at all keeps nobody from stopping', async () => {
    const dir = await newDirectory();
    opened = await createStorage(storageSettings(dir, 'http://127.0.0.1:9'));
    await opened.ingest.accept(upload('a'));
    await close();
    expect(await readdir(join(dir, 'spool', 'segments'))).toHaveLength(1);
    await open(dir); // The directory is free again.
  });

  test('while uploads arrive gets them once it does', async () => {
    const dir = await newDirectory();
    const storage = await open(dir);
    let away = true;
    const pipeline = await openPipeline(storage, join(dir, 'away'), async (insert) => {
      if (away) throw new Error('connect ECONNREFUSED');
      await storage.engine.insert(insert);
    });
    for (const instance of ['a', 'b', 'c']) {
      expect(await pipeline.accept(upload(instance))).toMatchObject({ samples: 2 });
    }
    expect(await sums(storage, 'shop')).toMatchObject({ samples: 0 });
    away = false;
    await pipeline.flush();
    expect(await sums(storage, 'shop')).toEqual(EXPECTED);
    await pipeline.close();
  });
});

describe('after a restart', () => {
  test('the data is there, and so are the ids of the last hour', async () => {
    const dir = await newDirectory();
    const query = { service: 'shop', type: CPU, range: { from: hour, to: hour + HOUR_MS } };
    const stored = upload('a');
    const first = await open(dir);
    await first.ingest.accept(stored);
    await close(); // Inserts what was accepted.
    expect(await readdir(join(dir, 'spool', 'segments'))).toEqual([]);

    const second = await open(dir);
    expect(await second.ingest.accept(stored)).toMatchObject({ samples: 0 });
    await second.ingest.flush();
    expect(stackLines(await second.store.selectStacks(query))).toEqual(['main;parse 3', 'main 2']);
  });

  test('the retention of then gives way to the one of now', async () => {
    const dir = await newDirectory();
    await open(dir);
    await close();
    opened = await createStorage({
      ...storageSettings(dir),
      retention: { ...RETENTION, rawMs: 2 * 24 * HOUR_MS },
    });
    const [row] = await opened.engine.rows<[string]>({
      sql: "SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = 'samples'",
      values: {},
    });
    expect(row![0]).toContain('TTL window_start + toIntervalSecond(172800)');
  });

  test('data of a newer version is not touched', async () => {
    const dir = await newDirectory();
    const storage = await open(dir);
    await storage.engine.insert({
      table: 'migrations',
      columns: ['id', 'name', 'applied_at'],
      tsv: '999\tfrom-the-future\t1700000000',
      token: 'test',
    });
    await close();
    await expect(open(dir)).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('written by a newer version'),
    });
  });
});
