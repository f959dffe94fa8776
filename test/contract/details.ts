import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionId } from '../../proto/src/index.ts';
import type { ProfileSelection, SelectedSeries } from '../../server/src/storage/profile-store.ts';
import { openTestStorage, stackLines, type TestStorage } from '../support/server-storage.ts';
import { agentUpload, CPU, HEAP } from '../support/server-upload.ts';
import { describeExportedSpans } from './exported-spans.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const idOf = (name: string) => functionId({ name, file: 'src/app.ts', kind: 'user' });

/** What every store answers about functions, endpoints, spans, stalls and memory. */
export function describeDetails(name: string, url: string | null): void {
  describe(`details on ${name}`, () => {
    const now = Date.now();
    const hour = Math.floor(now / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
    const range = { from: hour, to: hour + HOUR_MS };
    let storage: TestStorage;

    beforeAll(async () => {
      storage = await openTestStorage(url);
    });
    afterAll(() => storage.close());

    const store = async (...uploads: Parameters<typeof agentUpload>[0][]) => {
      await Promise.all(uploads.map((upload) => storage.ingest.accept(agentUpload(upload))));
      await storage.ingest.flush();
    };

    describe('one function', () => {
      const service = 'functions';
      const cpu = 15_000_000_000; // 15 s, in nanoseconds
      const cpuText = `main;walk;walk | 1 1 ${cpu}\nmain;walk;lex | 1 1 ${cpu / 2}\nmain | 1 1 ${cpu}`;
      beforeAll(() =>
        store(
          { service, startMs: hour, cpu: cpuText },
          { service, startMs: hour + MINUTE_MS, cpu: `main | 1 1 ${cpu}` },
        ),
      );
      const selection = (functionName: string, part: 'self' | 'total'): ProfileSelection => ({
        service,
        type: CPU,
        range,
        stacksOf: { functionId: idOf(functionName), part },
      });

      test.each([
        ['walk', 'total', ['main;walk;walk 15000000', 'main;walk;lex 7500000']],
        ['walk', 'self', ['main;walk;walk 15000000']],
        ['lex', 'self', ['main;walk;lex 7500000']],
        ['nobody', 'total', []],
        ['nobody', 'self', []],
      ] as const)('%s has the stacks of its %s', async (functionName, part, lines) => {
        const stacks = await storage.store.selectStacks(selection(functionName, part));
        expect(stackLines(stacks)).toEqual(lines);
      });

      test.each([0, 2, 20])('its history is in cores, also over %i days', async (days) => {
        const found = await storage.store.selectFunctionSeries({
          service,
          type: CPU,
          functionId: idOf('walk'),
          range: { from: range.from - days * DAY_MS, to: range.to },
          stepMs: HOUR_MS,
          groupBy: ['endpoint'],
        });
        const values = ({ series }: SelectedSeries) =>
          series.map(({ labels, values }) => ({ labels, values }));
        expect(values(found.self)).toEqual([{ labels: { endpoint: '' }, values: [15 / 30] }]);
        expect(values(found.total)).toEqual([{ labels: { endpoint: '' }, values: [22.5 / 30] }]);
      });
    });

    describe('samples of one function', () => {
      const service = 'counted';
      const cpu = 10_000_000; // one tick
      const endpoints = Array.from({ length: 40 }, (_, i) => `GET /${i}`);
      const run = (instance: string, startMs: number, cpuText: string) => ({
        ...{ service, startMs, cpu: cpuText },
        meta: { version: instance === 'one' ? '1' : '2', instance },
      });
      beforeAll(async () => {
        const text = `main;walk;walk | 3 3 ${3 * cpu}\nmain;walk;lex | 2 2 ${2 * cpu}\nmain | 1 1 ${cpu}`;
        await store(run('one', hour, text));
        await store(run('two', hour + MINUTE_MS, `main;walk | 4 4 ${4 * cpu} | endpoint=GET /0`));
        await store(
          run(
            'two',
            hour + 2 * MINUTE_MS,
            endpoints.map((name) => `main;many | 1 1 ${cpu} | endpoint=${name}`).join('\n'),
          ),
        );
        await store({ service: 'uncounted', startMs: hour, cpu: `main | 0 0 ${cpu}` });
      });
      const samples = async (name: string, rest: object = {}) => {
        const found = await storage.store.selectFunctionSeries({
          ...{ service, type: CPU, range, stepMs: HOUR_MS, groupBy: [] },
          ...{ functionId: idOf(name), ...rest },
        });
        return found.samples;
      };
      const of = (name: string, op: string, value: string) => ({
        matchers: [{ name, op, value }],
      });

      test.each([
        ['walk', {}, [7, 9]],
        ['lex', {}, [2, 2]],
        ['main', {}, [1, 50]],
        ['nobody', {}, [0, 0]],
        ['walk', { version: '1' }, [3, 5]],
        ['walk', { instance: 'two' }, [4, 4]],
        ['walk', { endpoint: 'GET /0' }, [4, 4]],
        ['walk', of('version', '=~', '2|3'), [4, 4]],
        ['walk', of('endpoint', '!=', 'GET /0'), [3, 5]],
      ] as const)('%s %j: %j', async (name, rest, [self, total]) => {
        expect(await samples(name, rest)).toEqual({ ...range, self, total });
      });

      test('are of the whole minutes that the range touches', async () => {
        const part = { range: { from: hour + 61_000, to: hour + 119_000 } };
        expect(await samples('walk', part)).toEqual({
          ...{ from: hour + MINUTE_MS, to: hour + 2 * MINUTE_MS, self: 4, total: 4 },
        });
      });

      test.each([
        ['another type', 'walk', { type: HEAP }],
        ['a label that sums do not have', 'walk', of('region', '=', 'eu')],
        ['an answer by the hour', 'walk', { range: { from: hour - 20 * DAY_MS, to: range.to } }],
        ['an endpoint among too many', 'many', { endpoint: 'GET /0' }],
        ['a profiler that counts nothing', 'main', { service: 'uncounted' }],
      ])('are not said of %s', async (_, name, rest) => {
        expect(await samples(name, rest)).toBeNull();
      });
    });

    describe('the lines of a file', () => {
      const service = 'lines';
      const cpu = 3_000_000_000;
      const run = (version: string, revision: string, startMs: number, text: string) => ({
        service,
        startMs,
        cpu: text,
        meta: { version, revision, instance: 'one' },
      });
      beforeAll(() =>
        store(
          run(
            '1',
            'aaa',
            hour,
            `main@src/main.ts#3;walk@src/app.ts#12;walk@src/app.ts#14 | 1 1 ${cpu}
             main@src/main.ts#3 | 1 1 ${cpu}`,
          ),
          run('2', 'bbb', hour + MINUTE_MS, `main@src/main.ts#4;walk@src/app.ts#12 | 1 1 ${cpu}`),
        ),
      );
      const lines = async (functionName: string, rest: object = {}) => {
        const found = await storage.store.selectLines({
          service,
          type: CPU,
          range,
          functionId: idOf(functionName),
          ...rest,
        });
        const rows = found.stacks.stacks.map((stack, row) => {
          const names = Array.from(stack, (frame) => found.stacks.frames.name[frame]).join(';');
          return `${names} ${found.lines[row] ?? '-'} ${found.stacks.values[row]}`;
        });
        return { rows: rows.sort(), releases: found.releases };
      };

      // The rollups keep stacks, and so their lines.
      test.each([0, 2, 20])('are those that ran, also over %i days', async (days) => {
        const wide = { range: { from: range.from - days * DAY_MS, to: range.to } };
        expect(await lines('walk', wide)).toEqual({
          rows: ['main - 3000000', 'main;walk 4,12 3000000', 'main;walk;walk 3,12,14 3000000'],
          releases: [
            { version: '1', revision: 'aaa' },
            { version: '2', revision: 'bbb' },
          ],
        });
      });

      test('of one version, and of nobody', async () => {
        expect(await lines('walk', { version: '2' })).toEqual({
          rows: ['main;walk 4,12 3000000'],
          releases: [{ version: '2', revision: 'bbb' }],
        });
        expect((await lines('nobody', { version: '2' })).rows).toEqual(['main;walk - 3000000']);
      });
    });

    describe('endpoints', () => {
      const service = 'endpoints';
      const endpoint = (name: string, count: number) => ({
        endpoint: name,
        count,
        errors: 1,
        durationSumNanos: BigInt(count) * 5_000_000n,
        cpuNanos: 0n,
      });
      beforeAll(() =>
        store(
          {
            service,
            startMs: hour,
            cpu: `a | 1 4000000 3000000 | endpoint=GET /a
                  b | 1 2000000 1000000 | endpoint=GET /b
                  main | 1 1000 1000`,
            meta: { endpoints: [endpoint('GET /a', 10), endpoint('GET /idle', 2)] },
          },
          {
            service,
            startMs: hour + 15_000,
            cpu: 'a | 1 4000000 3000000 | endpoint=GET /a',
            meta: { endpoints: [endpoint('GET /a', 5)], version: '2' },
          },
        ),
      );
      const found = async (rest: object = {}) => {
        const answer = await storage.store.selectEndpoints({ service, range, ...rest });
        const lines = answer.endpoints.map(({ endpoint: name, cpuMicros, wallMicros, requests }) =>
          [name, cpuMicros, wallMicros, requests === null ? '-' : Object.values(requests)].join(
            ' ',
          ),
        );
        return { lines: lines.sort(), coveredSeconds: answer.coveredSeconds, tier: answer.tier };
      };

      test('have CPU and wall time from samples, requests where they were counted', async () => {
        expect(await found()).toEqual({
          lines: [
            ' 1 1 -',
            'GET /a 6000 8000 15,2,75000',
            'GET /b 1000 2000 -',
            'GET /idle 0 0 2,1,10000',
          ],
          coveredSeconds: 30,
          tier: 'raw',
        });
      });

      test('of one version or endpoint', async () => {
        expect(await found({ version: '2' })).toMatchObject({
          lines: ['GET /a 3000 4000 5,1,25000'],
          coveredSeconds: 15,
        });
        expect((await found({ endpoint: 'GET /b' })).lines).toEqual(['GET /b 1000 2000 -']);
        expect((await found({ instance: 'nobody' })).lines).toEqual([]);
      });

      test('of a range in which requests were not yet kept have none', async () => {
        const old = { from: hour - 40 * DAY_MS, to: hour + HOUR_MS };
        expect(await found({ range: old })).toMatchObject({
          lines: [' 1 1 -', 'GET /a 6000 8000 -', 'GET /b 1000 2000 -'],
          tier: 'hour',
        });
      });
    });

    describe('spans', () => {
      const service = 'spans';
      const traceId = '0af7651916cd43dd8448eb211c80319c';
      const other = 'ffffffff16cd43dd8448eb211c80319c';
      const [root, inner, alone] = ['00f067aa0ba902b7', 'b7ad6b7169203331', '1111111111111111'];
      const span = (trace: string, id: string) =>
        `endpoint=GET /a, trace_id=${trace}, span_id=${id}, span_name=GET`;
      beforeAll(() =>
        store(
          {
            service,
            startMs: hour,
            cpu: `main;handle | 3 30000 30000 | ${span(traceId, root)}
                  main;handle;query | 5 50000 50000 | endpoint=GET /a, trace_id=${traceId}, span_id=${root}, active_span_id=${inner}, span_name=db
                  main;handle;slow | 9 95000 95000 | ${span(other, '2222222222222222')}
                  main;alone | 1 10000 10000 | span_id=${alone}, span_name=job
                  main | 1 1000 1000`,
          },
          {
            service,
            startMs: hour + 15_000,
            cpu: `main;handle | 1 10000 10000 | ${span(traceId, root)}`,
          },
        ),
      );
      const flame = async (rest: object) => {
        const query = {
          traceId,
          spanId: root,
          scope: 'span',
          type: CPU,
          aroundMs: HOUR_MS,
          speed: 'all',
        } as const;
        const answer = await storage.store.selectSpan({ ...query, ...rest });
        if (answer === null) return null;
        const { children, samples, spans } = answer;
        return { lines: stackLines(answer.stacks), children, samples, spans };
      };

      test('a trace lists what was sampled, local roots first', async () => {
        const answer = await storage.store.selectTrace({ traceId, spanId: null });
        expect(answer).toMatchObject({
          traceId,
          samples: 9,
          cpuMicros: 90,
          wallMicros: 90,
          exported: [],
          sampled: [
            { spanId: root, localRootSpanId: root, name: 'GET', samples: 4, cpuMicros: 40 },
            { spanId: inner, localRootSpanId: root, name: 'db', samples: 5, cpuMicros: 50 },
          ],
        });
        expect(answer!.sampled[0]).toMatchObject({
          service,
          version: '1.0.0',
          endpoint: 'GET /a',
          from: hour,
          to: hour + 30_000,
        });
      });

      test.each([
        [root, traceId, 2],
        [inner, traceId, 2],
        [alone, null, 1],
      ])('span %s alone leads to its trace', async (spanId, trace, rows) => {
        const answer = await storage.store.selectTrace({ traceId: null, spanId });
        expect(answer).toMatchObject({ traceId: trace });
        expect(answer!.sampled).toHaveLength(rows);
      });

      test('a span has its own stacks, or those of its children too', async () => {
        expect(await flame({})).toEqual({
          lines: ['main;handle 40'],
          children: 'excluded',
          samples: 4,
          spans: 1,
        });
        expect(await flame({ scope: 'subtree' })).toEqual({
          lines: ['main;handle;query 50', 'main;handle 40'],
          children: 'included',
          samples: 9,
          spans: 2,
        });
        const innerTree = await flame({ scope: 'subtree', spanId: inner });
        expect(innerTree).toMatchObject({ lines: ['main;handle;query 50'], children: 'unknown' });
      });

      test('similar requests are those of the endpoint, similar spans those of the name', async () => {
        expect(await flame({ scope: 'similar' })).toEqual({
          lines: ['main;handle;slow 95', 'main;handle;query 50', 'main;handle 40'],
          children: 'included',
          samples: 18,
          spans: 2,
        });
        const similar = await flame({ scope: 'similar', spanId: inner });
        expect(similar).toMatchObject({ lines: ['main;handle;query 50'], children: 'excluded' });
        expect(await flame({ type: HEAP })).toMatchObject({ lines: [], samples: 0, spans: 0 });
        expect(await flame({ scope: 'similar', spanId: alone, traceId: null })).toMatchObject({
          lines: ['main;alone 10'],
        });
      });

      test('of what nobody sampled there is nothing', async () => {
        const nobody = '9'.repeat(16);
        expect(await flame({ spanId: nobody })).toBeNull();
        expect(await flame({ spanId: nobody, traceId: null })).toBeNull();
        expect(
          await storage.store.selectTrace({ traceId: '9'.repeat(32), spanId: null }),
        ).toBeNull();
        expect(await storage.store.selectTrace({ traceId: null, spanId: nobody })).toBeNull();
      });

      test('a function has example traces, the most expensive first', async () => {
        const traces = async (rest: object) => {
          const page = { sort: 'cpu', limit: 10, offset: 0 } as const;
          const answer = await storage.store.selectTraces({ service, range, ...page, ...rest });
          return answer.traces.map((one) => [
            one.spanId,
            one.name,
            one.cpuMicros,
            one.functionMicros,
          ]);
        };
        expect(await traces({})).toEqual([
          ['2222222222222222', 'GET', 95, null],
          [root, 'GET', 90, null],
          [alone, 'job', 10, null],
        ]);
        expect(await traces({ functionId: idOf('query') })).toEqual([[root, 'GET', 90, 50]]);
        expect(await traces({ functionId: idOf('nobody') })).toEqual([]);
        expect(await traces({ limit: 1, endpoint: 'GET /a' })).toHaveLength(1);
      });

      test('ids are found by projections, not by reading everything', async () => {
        const plan = async (sql: string) =>
          (await storage.engine.rows<[string]>({ sql: `EXPLAIN ${sql}`, values: {} })).join('\n');
        const bySpan = 'SELECT trace_id FROM spans WHERE span_id = 5 GROUP BY trace_id';
        expect(await plan(bySpan)).toContain('by_span');
        expect(await plan(bySpan.replace('span_id', 'active_span_id'))).toContain('by_active_span');
      });
    });

    describeExportedSpans(() => storage, hour);

    describe('stalls', () => {
      const service = 'stalls';
      const stall = (seconds: number, durationMs: number, rest: object = {}) => ({
        from: BigInt(hour + seconds * 1000 + 250) * 1_000_000n,
        durationMs,
        traceId: null,
        spanId: null,
        endpoint: '',
        ...rest,
      });
      beforeAll(() =>
        store({
          service,
          startMs: hour,
          cpu: `main;json | 20 200000 200000 | stall=1
                main;sort | 30 300000 300000 | stall=1
                main | 1 1000 1000`,
          meta: {
            stalls: [
              stall(1, 120),
              stall(3, 500, {
                traceId: 'ab'.repeat(16),
                spanId: '12'.repeat(8),
                endpoint: 'GET /',
              }),
            ],
          },
        }),
      );
      const page = { service, range, limit: 10, offset: 0 };

      test('have their duration, span and stacks, longest first', async () => {
        const { frames, stacks, stalls, rows, durationMicros } =
          await storage.store.selectStalls(page);
        expect([rows, durationMicros]).toEqual([2, 620_000]);
        expect(stalls).toMatchObject({
          from: [hour + 3_250, hour + 1_250],
          durationMicros: [500_000, 120_000],
          instance: ['one', 'one'],
          endpoint: ['GET /', ''],
          traceId: ['ab'.repeat(16), null],
          spanId: ['12'.repeat(8), null],
        });
        const names = stalls.stacks.map((list) =>
          list.map((stack) => stacks[stack]!.map((frame) => frames.name[frame]).join(';')),
        );
        expect(names).toEqual([['main;sort', 'main;json'], []]);
      });

      test('are paged and narrowed; the counts are of all', async () => {
        const second = await storage.store.selectStalls({ ...page, offset: 1 });
        expect(second).toMatchObject({ rows: 2, stalls: { durationMicros: [120_000] } });
        const none = await storage.store.selectStalls({ ...page, endpoint: 'GET /x' });
        expect(none).toMatchObject({ rows: 0, durationMicros: 0, stacks: [] });
      });
    });

    describe('heap growth', () => {
      const service = 'growth';
      const query = { service, type: HEAP, range, limit: 10, offset: 0 };
      beforeAll(() =>
        store(
          ...Array.from({ length: 12 }, (_, i) => ({
            service,
            startMs: hour + i * MINUTE_MS,
            durationMs: MINUTE_MS,
            heap: `main;cache | ${1_000 + 100 * i}
                   main;other;cache | 500
                   main;buffer | ${i % 2 === 0 ? 5_000 : 7_000}
                   main;late | ${i < 6 ? 0 : 10_000}`,
          })),
        ),
      );

      test('sorts sites by how fast they surely grow', async () => {
        const ten = { from: hour, to: hour + 12 * MINUTE_MS };
        const answer = await storage.store.selectHeapGrowth({ ...query, range: ten });
        expect(answer).toMatchObject({ points: 12, stepMs: MINUTE_MS, rows: 2, tier: 'raw' });
        const names = answer.sites.map(({ stack }) =>
          stack.map((frame) => answer.frames.name[frame]).join(';'),
        );
        // `late` was alive in too few steps to say anything.
        expect(names).toEqual(['main;cache', 'main;buffer']);
        const [cache, buffer] = answer.sites;
        expect(cache!.functionId).toBe(idOf('cache'));
        expect(cache!.growth).toMatchObject({ start: 1_500, end: 2_600, growth: 1_100 });
        expect(cache!.growth.slopePerHour).toBeCloseTo(6_000, 6);
        expect(cache!.growth.slopeLowPerHour).toBeCloseTo(6_000, 3);
        expect(buffer!.growth.slopeLowPerHour).toBeLessThan(0);
        expect(answer.total).toMatchObject({ start: 6_500, end: 19_600 });
      });

      test('pages do not depend on how many are asked for', async () => {
        const many = 'growth-pages';
        const sites = Array.from({ length: 250 }, (_, i) => i);
        await store(
          ...Array.from({ length: 12 }, (_, at) => ({
            service: many,
            startMs: hour + at * MINUTE_MS,
            durationMs: MINUTE_MS,
            heap: sites
              .map((i) => `main;site${i} | ${9_000 + at * ((i * 37) % 101) + ((at * i) % 7) * 40}`)
              .join('\n'),
          })),
        );
        const ask = (limit: number, offset: number, rest: Partial<ProfileSelection> = {}) =>
          storage.store.selectHeapGrowth({
            ...query,
            service: many,
            range: { from: hour, to: hour + 12 * MINUTE_MS },
            limit,
            offset,
            ...rest,
          });
        const all = (await ask(1_000, 0)).sites;
        const lows = all.map(({ growth }) => growth.slopeLowPerHour);
        expect([all.length, lows]).toEqual([250, lows.toSorted((a, b) => b - a)]);
        const { rows, sites: page } = await ask(7, 20);
        expect([rows, page.map(({ functionId, growth }) => ({ functionId, growth }))]).toEqual([
          250,
          all.slice(20, 27).map(({ functionId, growth }) => ({ functionId, growth })),
        ]);
        // Only rows know instances; else these are minutes.
        const matchers = [{ name: 'instance', op: '=~', value: '.*' }] as const;
        const fromRows = await ask(7, 20, { matchers });
        expect(fromRows.sites.map(({ growth }) => growth)).toEqual(
          page.map(({ growth }) => growth),
        );
      });

      test('says nothing about a range of few steps', async () => {
        const short = { from: hour, to: hour + 5 * MINUTE_MS };
        const answer = await storage.store.selectHeapGrowth({ ...query, range: short });
        expect(answer).toMatchObject({ points: 5, total: null, rows: 0, sites: [] });
      });

      test('is the same from rollups', async () => {
        const long = { from: hour - 2 * DAY_MS, to: hour + HOUR_MS };
        const answer = await storage.store.selectHeapGrowth({ ...query, range: long });
        expect(answer).toMatchObject({ tier: 'minute', stepMs: 25 * MINUTE_MS, points: 0 });
      });
    });

    test('the store describes itself', async () => {
      const { engine, tables, dataBytes } = await storage.store.describe();
      expect(engine).toEqual({
        kind: url === null ? 'embedded' : 'remote',
        version: expect.stringMatching(/^\d+\.\d+/),
      });
      const row = tables.name.indexOf('samples');
      expect(tables.rows[row]).toBeGreaterThan(0);
      expect(tables.oldest[row]).toBe(hour);
      expect(tables.oldest[tables.name.indexOf('samples_1h')]).toBe(hour);
      // Of these only the month or the day is known, whose beginning would be older than anything in them.
      for (const name of ['series', 'catalogue', 'frames', 'stacks'])
        expect([name, tables.oldest[tables.name.indexOf(name)]]).toEqual([name, null]);
      expect(tables.name).toContain('stalls');
      expect(dataBytes).toBe(tables.bytes.reduce((sum, bytes) => sum + bytes, 0));
      const status = await storage.ingest.status();
      expect(status).toMatchObject({ spoolBytes: 0, segments: 0, setAside: 0 });
      expect(status.diskFreeBytes).toBeGreaterThan(0);
      expect(status.diskTotalBytes).toBeGreaterThanOrEqual(status.diskFreeBytes);
    });
  });
}
