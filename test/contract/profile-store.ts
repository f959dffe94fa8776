import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ProfileSelection } from '../../server/src/storage/profile-store.ts';
import {
  openTestStorage,
  stackLines,
  type TestStorage,
  totalOf,
} from '../support/server-storage.ts';
import {
  AGENT_CPU,
  ALLOC,
  agentUpload,
  CPU,
  foreignUpload,
  HEAP,
  WALL,
} from '../support/server-upload.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What every ProfileStore answers, whatever engine is behind it. */
export function describeProfileStore(name: string, url: string | null): void {
  describe(`ProfileStore on ${name}`, () => {
    // Whole hours, so that every tier has the same bins. TTL goes by the engine's own clock.
    const now = Date.now();
    const hour = Math.floor(now / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
    let storage: TestStorage;

    beforeAll(async () => {
      storage = await openTestStorage(url);
    });
    afterAll(() => storage.close());

    const store = async (...uploads: Parameters<typeof agentUpload>[0][]) => {
      await Promise.all(uploads.map((upload) => storage.ingest.accept(agentUpload(upload))));
      await storage.ingest.flush();
    };
    const selection = (
      service: string,
      rest: Partial<ProfileSelection> = {},
    ): ProfileSelection => ({
      service,
      type: CPU,
      range: { from: hour, to: hour + HOUR_MS },
      ...rest,
    });
    const lines = async (query: ProfileSelection) =>
      stackLines(await storage.store.selectStacks(query));
    const rows = <Row extends readonly unknown[]>(sql: string, service: string) =>
      storage.engine.rows<Row>({ sql, values: { service } });

    describe('stacks', () => {
      test('are summed over windows, instances and labels, root first', async () => {
        const service = 'stacks';
        await store(
          {
            service,
            startMs: hour,
            cpu: 'main;parse | 1 5000 4000\nmain;parse | 1 5000 2000 | k=v',
          },
          { service, startMs: hour + 15_000, cpu: 'main;parse | 1 5000 3000\nmain | 1 1000 1000' },
          { service, startMs: hour, cpu: 'main | 1 7000 7000', meta: { instance: 'two' } },
        );
        expect(await lines(selection(service))).toEqual(['main;parse 9', 'main 8']);
        expect(await lines(selection(service, { type: WALL }))).toEqual([
          'main;parse 15',
          'main 8',
        ]);
      });

      test('name their frames once, with identity, file, kind and definition line', async () => {
        const service = 'frames';
        await store({
          service,
          startMs: hour,
          cpu: 'main;parse;(garbage collector)@ | 1 1000 1000',
        });
        const { frames, stacks } = await storage.store.selectStacks(selection(service));
        expect(stacks).toEqual([Uint32Array.of(0, 1, 2)]);
        expect(frames).toMatchObject({
          name: ['main', 'parse', '(garbage collector)'],
          file: ['src/app.ts', 'src/app.ts', ''],
          package: ['', '', ''],
          kind: ['user', 'user', 'gc'],
          line: [1, 1, 1],
        });
        for (const id of [...frames.id, ...frames.functionId]) expect(id).toMatch(/^[0-9a-f]{16}$/);
        expect(new Set(frames.functionId).size).toBe(3);
      });

      test('belong to the window in which they start: the range is half-open', async () => {
        const service = 'half-open';
        await store(
          { service, startMs: hour - 1_000, cpu: 'before | 1 1000 1000' },
          { service, startMs: hour, cpu: 'first | 1 2000 2000' },
          { service, startMs: hour + MINUTE_MS - 1_000, cpu: 'last | 1 3000 3000' },
          { service, startMs: hour + MINUTE_MS, cpu: 'after | 1 4000 4000' },
        );
        const range = { from: hour, to: hour + MINUTE_MS };
        expect(await lines(selection(service, { range }))).toEqual(['last 3', 'first 2']);
      });

      test('are named however many there are', async () => {
        const service = 'many';
        const names = Array.from({ length: 1_000 }, (_, i) => `f${i}`);
        const cpu = names.map((name, i) => `main;${name} | 1 0 ${(i + 1) * 1_000}`).join('\n');
        await store({ service, startMs: hour, cpu });
        const expected = names.map((name, i) => `main;${name} ${i + 1}`).reverse();
        expect(await lines(selection(service))).toEqual(expected);
        expect(await lines(selection(service))).toEqual(expected); // now known
      });

      test('of a service, type or range without data are none', async () => {
        const none = { stacks: [], frames: { name: [] }, values: Float64Array.of() };
        expect(await storage.store.selectStacks(selection('nobody'))).toMatchObject(none);
        const type = 'other:a:count:b:count';
        expect(await storage.store.selectStacks(selection('stacks', { type }))).toMatchObject(none);
      });
    });

    describe('filters', () => {
      const service = 'filters';
      beforeAll(() =>
        store(
          {
            service,
            startMs: hour,
            cpu: 'a | 1 1 1000 | endpoint=GET /a\nb | 1 1 2000 | endpoint=GET /b',
            meta: {
              version: '1',
              environment: 'prod',
              instance: 'i1',
              labels: { region: 'eu-west' },
            },
          },
          {
            service,
            startMs: hour,
            cpu: 'a | 1 1 10000 | endpoint=GET /a\nidle | 1 1 20000',
            meta: { version: '2', environment: 'dev', instance: 'i2', labels: { region: 'us' } },
          },
        ),
      );

      test.each([
        [{ version: '1' }, 3],
        [{ environment: 'dev' }, 30],
        [{ instance: 'i2' }, 30],
        [{ endpoint: 'GET /a' }, 11],
        [{ endpoint: '' }, 20],
        [{ version: '1', endpoint: 'GET /a', instance: 'i1' }, 1],
        [{ version: '1', instance: 'i2' }, 0],
        [{ matchers: [{ name: 'region', op: '=', value: 'eu-west' }] }, 3],
        [{ matchers: [{ name: 'region', op: '!=', value: 'us' }] }, 3],
        [{ matchers: [{ name: 'region', op: '=~', value: 'eu.*|asia' }] }, 3],
        [{ matchers: [{ name: 'region', op: '=~', value: 'eu' }] }, 0],
        [{ matchers: [{ name: 'region', op: '!~', value: 'u.' }] }, 3],
        [{ matchers: [{ name: 'missing', op: '=', value: '' }] }, 33],
        [{ matchers: [{ name: 'missing', op: '!=', value: 'x' }] }, 33],
        [{ matchers: [{ name: 'missing', op: '=~', value: '.+' }] }, 0],
        [{ matchers: [{ name: 'endpoint', op: '=~', value: 'GET /(a|c)' }] }, 11],
        [
          {
            matchers: [
              { name: 'region', op: '=', value: 'us' },
              { name: 'endpoint', op: '!=', value: '' },
            ],
          },
          10,
        ],
      ] as const)('%j select %i', async (filter, total) => {
        expect(totalOf(await storage.store.selectStacks(selection(service, filter)))).toBe(total);
      });

      test('a regular expression that does not compile is the asker`s fault', async () => {
        const matchers = [{ name: 'region', op: '=~', value: '(' }] as const;
        await expect(
          storage.store.selectStacks(selection(service, { matchers })),
        ).rejects.toMatchObject({ code: 'QUERY_FILTER_INVALID', statusCode: 400 });
      });

      test('questions at the same time each keep their own values', async () => {
        const asked = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? '1' : '2'));
        const totals = await Promise.all(
          asked.map((version) => storage.store.selectStacks(selection(service, { version }))),
        );
        expect(totals.map(totalOf)).toEqual(asked.map((version) => (version === '1' ? 3 : 30)));
      });
    });

    describe('tiers', () => {
      const service = 'tiers';
      const ranges = {
        raw: { from: hour, to: hour + HOUR_MS },
        minute: { from: hour - 2 * DAY_MS, to: hour + HOUR_MS },
        hour: { from: hour - 20 * DAY_MS, to: hour + HOUR_MS },
      };
      beforeAll(() =>
        store(
          // Two instances side by side for 30 s, then one of them alone for 30 s.
          ...[0, 15_000].flatMap((at) => [
            { service, startMs: hour + at, cpu: 'main | 1 9 7000', heap: 'keep | 1000' },
            {
              service,
              startMs: hour + at,
              cpu: 'main | 1 9 5000',
              heap: 'keep | 500',
              meta: { instance: 'two' },
            },
          ]),
          { service, startMs: hour + 30_000, cpu: 'main | 1 9 7000', heap: 'keep | 2000' },
          { service, startMs: hour + 45_000, cpu: 'main | 1 9 7000', heap: 'keep | 2000' },
        ),
      );

      test.each(['raw', 'minute', 'hour'] as const)('counters add up in tier %s', async (tier) => {
        const answer = await storage.store.selectStacks(
          selection(service, { range: ranges[tier] }),
        );
        expect(answer.tier).toBe(tier);
        expect(stackLines(answer)).toEqual(['main 38']);
      });

      test.each(['raw', 'minute', 'hour'] as const)(
        'gauges are means over the covered time, summed over instances, in tier %s',
        async (tier) => {
          const query = selection(service, { type: HEAP, range: ranges[tier] });
          // (1000 x 30 s + 500 x 30 s + 2000 x 30 s) / 60 s
          expect(await lines(query)).toEqual(['keep 1750']);
        },
      );

      test.each([
        ['raw', CPU, 5_000, 5 * HOUR_MS - 17_000],
        ['raw', HEAP, 5_000, 5 * HOUR_MS - 17_000],
        ['raw', CPU, 0, 5 * HOUR_MS],
        ['raw', HEAP, HOUR_MS - 1_000, 2 * HOUR_MS + 1_000],
        ['minute', CPU, 5 * MINUTE_MS, 30 * HOUR_MS - 3 * MINUTE_MS],
      ])(
        '%s rows at both ends of whole hours are as exact as rows alone: %s',
        async (tier, type, after, before) => {
          const service = `whole-hours-${type}-${after}`;
          const first = hour - 30 * HOUR_MS;
          // Windows on both sides of every border of an hour, and of the range.
          const starts = [first + after, first + before].flatMap((edge) => [edge - 1_000, edge]);
          for (let at = first; at <= first + before; at += HOUR_MS) starts.push(at - 1_000, at);
          await store(
            ...[...new Set(starts)].map((startMs, i) => ({
              service,
              startMs,
              cpu: `main;f${i % 3} | 1 9 ${1_000 * (i + 1)}`,
              heap: `keep;f${i % 3} | ${1_000 + i * 100}`,
            })),
          );
          const range = { from: first + after, to: first + before };
          const found = await storage.store.selectStacks(selection(service, { type, range }));
          expect(found.tier).toBe(tier);
          // Only rows know instances.
          const matchers = [{ name: 'instance', op: '=~', value: '.*' }] as const;
          const fromRows = await lines(selection(service, { type, range, matchers }));
          expect(fromRows.length).toBe(3);
          expect(stackLines(found)).toEqual(fromRows);
        },
      );

      test('a range widens to whole bins, and the answer says so', async () => {
        const range = { from: hour - 3 * DAY_MS + 1, to: hour + 1 };
        const answer = await storage.store.selectStacks(selection(service, { range }));
        expect(answer.range).toEqual({ from: hour - 3 * DAY_MS, to: hour + MINUTE_MS });
      });

      test('a label that rollups lack is answered from raw rows, or not at all', async () => {
        const instance = 'two';
        const kept = await storage.store.selectStacks(
          selection(service, { instance, range: ranges.minute }),
        );
        expect([kept.tier, totalOf(kept)]).toEqual(['raw', 10]);
        await expect(
          storage.store.selectStacks(selection(service, { instance, range: ranges.hour })),
        ).rejects.toMatchObject({ code: 'QUERY_LABEL_NOT_KEPT', statusCode: 422 });
      });
    });

    describe('gauges by their profile', () => {
      test('a profile without duration is one, whatever its type', async () => {
        const service = 'go-heap';
        const types = [{ type: 'alloc_space', unit: 'bytes' }];
        for (const [at, bytes] of [
          [0, 1000],
          [30_000, 3000],
        ] as const) {
          const profile = { types, startMs: hour + at, durationMs: 0, text: `main | ${bytes}` };
          await storage.ingest.accept(foreignUpload(service, profile));
        }
        await storage.ingest.flush();
        expect(await lines(selection(service, { type: ALLOC }))).toEqual(['main 2000']);
      });
    });

    describe('series', () => {
      const service = 'series';
      const cores = 1e9 * 15; // CPU of 15 s on one core, in nanoseconds
      beforeAll(() =>
        store(
          ...[0, 15_000, 30_000, 45_000].map((at) => ({
            service,
            startMs: hour + at,
            cpu: `a | 1 1 ${cores} | endpoint=GET /a\nb | 1 1 ${cores / 2}`,
          })),
          {
            service,
            startMs: hour + 5_000,
            cpu: `a | 1 1 ${cores} | endpoint=GET /a`,
            meta: { instance: 'two', version: '2', labels: { region: 'eu' } },
          },
          { service, startMs: hour + 5 * MINUTE_MS, cpu: `a | 1 1 ${cores}` },
        ),
      );
      const range = { from: hour, to: hour + 10 * MINUTE_MS };
      const series = (rest: { groupBy?: string[]; stepMs?: number; endpoint?: string }) =>
        storage.store.selectSeries({
          ...selection(service),
          range,
          stepMs: MINUTE_MS,
          groupBy: [],
          ...rest,
        });

      test('of CPU are cores; time without a window has no point', async () => {
        expect((await series({})).series).toEqual([
          { labels: {}, timesMs: [hour, hour + 5 * MINUTE_MS], values: [1.75, 1] },
        ]);
      });

      test('spread a window over the steps that it touches', async () => {
        const { series: found } = await series({ stepMs: 5_000 });
        // The second instance runs from second 5 to 20 beside the first one.
        expect(found[0]!.values.slice(0, 6)).toEqual([1.5, 2.5, 2.5, 2.5, 1.5, 1.5]);
      });

      test.each([
        [['version'], [{ version: '1.0.0' }, { version: '2' }]],
        [['instance'], [{ instance: 'one' }, { instance: 'two' }]],
        [['endpoint'], [{ endpoint: '' }, { endpoint: 'GET /a' }]],
        [['region'], [{ region: '' }, { region: 'eu' }]],
        [
          ['region', 'version'],
          [
            { region: '', version: '1.0.0' },
            { region: 'eu', version: '2' },
          ],
        ],
      ])('group by %j', async (groupBy, labels) => {
        const { series: found } = await series({ groupBy });
        expect(found.map((one) => one.labels)).toEqual(labels);
        const first = found.reduce((sum, one) => sum + one.values[0]!, 0);
        expect(first).toBeCloseTo(1.75, 9);
      });

      test('keep to the endpoint asked for', async () => {
        const { series: found } = await series({ endpoint: 'GET /a' });
        expect(found[0]!.values[0]).toBeCloseTo(1.25, 9);
      });

      test('agree in every tier', async () => {
        for (const days of [2, 20]) {
          const long = { from: hour - days * DAY_MS, to: hour + HOUR_MS };
          const answer = await storage.store.selectSeries({
            ...selection(service),
            range: long,
            stepMs: HOUR_MS,
            groupBy: ['endpoint'],
          });
          const total = answer.series.reduce((sum, one) => sum + one.values[0]!, 0);
          // 7 x 15 s + 4 x 7.5 s - 15 s of CPU in 75 covered seconds
          expect([answer.tier, total]).toEqual([days === 2 ? 'minute' : 'hour', (90 + 30) / 75]);
        }
      });

      test('of memory are bytes', async () => {
        await store({ service: 'series-heap', startMs: hour, heap: 'keep | 4096' });
        const { series: found } = await storage.store.selectSeries({
          ...selection('series-heap', { type: HEAP }),
          range,
          stepMs: MINUTE_MS,
          groupBy: [],
        });
        expect(found).toEqual([{ labels: {}, timesMs: [hour], values: [4096] }]);
      });

      test('with too many steps are refused', async () => {
        await expect(series({ stepMs: 1 }).then(() => 600)).resolves.toBe(600);
        const long = { from: hour - DAY_MS + HOUR_MS, to: hour + HOUR_MS };
        await expect(
          storage.store.selectSeries({
            ...selection(service),
            range: long,
            stepMs: 1_000,
            groupBy: [],
          }),
        ).rejects.toMatchObject({ code: 'QUERY_PARAMETER_INVALID' });
      });
    });

    describe('pickers', () => {
      const service = 'pickers';
      beforeAll(() =>
        store(
          {
            service,
            startMs: hour,
            cpu: 'a | 1 1 15000000000 | endpoint=GET /a, thread=worker',
            heap: 'a | 1',
            meta: { version: '1', environment: 'prod', labels: { region: 'eu' } },
          },
          {
            service,
            startMs: hour + 15_000,
            cpu: 'a | 1 1 15000000000',
            meta: { version: '2', environment: 'prod', instance: 'two' },
          },
        ),
      );
      const range = { from: hour, to: hour + MINUTE_MS };
      const before = { from: hour - DAY_MS, to: hour };

      test('a service has environments, versions, cores, instances and its last deploy', async () => {
        const found = (await storage.store.listServices()).find((one) => one.service === service);
        expect(found).toEqual({
          service,
          environments: ['prod'],
          versions: ['1', '2'],
          lastSeen: hour + 30_000,
          cores: 1,
          instances: 2,
          lastDeploy: { environment: 'prod', version: '2', at: hour + 15_000 },
        });
      });

      test('profile types are those seen in the range', async () => {
        expect(await storage.store.listProfileTypes({ service, range })).toEqual([
          { type: HEAP, lastSeen: hour + 15_000, gauge: true },
          { type: CPU, lastSeen: hour + 30_000, gauge: false },
          { type: WALL, lastSeen: hour + 30_000, gauge: false },
        ]);
        expect(await storage.store.listProfileTypes({ service, range: before })).toEqual([]);
      });

      test('labels and their values; spans are none', async () => {
        const names = ['endpoint', 'environment', 'instance', 'region', 'thread', 'version'];
        expect(await storage.store.listLabels({ service, range })).toEqual(names);
        const values = (label: string) => storage.store.listLabelValues({ service, label, range });
        expect(await values('version')).toEqual(['1', '2']);
        expect(await values('endpoint')).toEqual(['GET /a']);
        expect(await values('missing')).toEqual([]);
        expect(await storage.store.listLabels({ service, range: before })).toEqual([]);
      });

      test('deploys are versions that followed another', async () => {
        const deploy = { service, environment: 'prod', version: '2', at: hour + 15_000 };
        expect(await storage.store.listDeploys({ service, range })).toEqual([deploy]);
        expect(await storage.store.listDeploys({ service, range: before })).toEqual([]);
      });
    });

    describe('rows for comparison, requests and spans', () => {
      const service = 'columns';
      const trace = '0af7651916cd43dd8448eb211c80319c';
      beforeAll(() =>
        store({
          service,
          startMs: hour,
          cpu: `main;walk;walk | 3 30 3000 | endpoint=GET /a, trace_id=${trace}, span_id=b7ad6b7169203331, active_span_id=00f067aa0ba902b7, span_name=GET
            main;walk | 2 20 2000 | endpoint=GET /a
            main;(idle)@ | 90 900 0
            main | 1 10 1000`,
          meta: {
            processStartedAtMs: hour - 1,
            processCpuNanos: 9_000_000n,
            busyTicks: 6,
            coveredMs: 14_900,
            endpoints: [
              {
                endpoint: 'GET /a',
                count: 7,
                errors: 1,
                durationSumNanos: 5_000_000n,
                cpuNanos: 5_000n,
              },
            ],
          },
        }),
      );

      test('function_minutes counts a recursive function once and adds up to the raw rows', async () => {
        const found = await rows(
          `SELECT any(frames.name), endpoint, toUInt32(sum(self)), toUInt32(sum(total)),
             toUInt32(sum(self_ticks)), toUInt32(sum(total_ticks))
           FROM function_minutes INNER JOIN frames USING (function_id)
           WHERE service = {service: String} AND minute = toDateTime(${hour / 1000}, 'UTC')
           GROUP BY function_id, endpoint ORDER BY 1, 2`,
          service,
        );
        expect(found).toEqual([
          ['main', '', 1, 1, 1, 1],
          ['main', 'GET /a', 0, 5, 0, 5],
          ['walk', 'GET /a', 5, 5, 5, 5],
        ]);
        expect(totalOf(await storage.store.selectStacks(selection(service)))).toBe(6);
      });

      test('comparisons add up the chosen minutes of each instance and endpoint', async () => {
        const side = { service, range: selection(service).range };
        const minutes = await storage.comparisons.listMinutes(side);
        expect(minutes).toEqual([
          {
            instance: 'one',
            minute: hour / MINUTE_MS,
            coveredSeconds: 14.9,
            startedAtMinute: Math.floor((hour - 1) / MINUTE_MS),
            requests: 7,
            processCpuMicros: 9_000,
            runtime: '',
          },
        ]);
        const { cpu, requests } = await storage.comparisons.sumMinutes(side, minutes);
        const sums = cpu.map((row) => [row.instance, row.endpoint, row.selfMicros, row.totalTicks]);
        expect(sums.sort()).toEqual([
          ['one', '', 1, 1],
          ['one', 'GET /a', 0, 5],
          ['one', 'GET /a', 5, 5],
        ]);
        expect(requests).toEqual([{ instance: 'one', endpoint: 'GET /a', count: 7, errors: 1 }]);
        const others = minutes.map((row) => ({ ...row, minute: row.minute + 1 }));
        expect(await storage.comparisons.sumMinutes(side, others)).toEqual({
          cpu: [],
          requests: [],
        });
      });

      test('instance_minutes has the process and the agent`s own cost', async () => {
        const found = await rows(
          `SELECT toUInt32(uploads), toUInt32(process_cpu), toUInt32(busy_ticks), toUInt32(covered_ms),
             toUInt64(started_at_ms), toUInt32(agent_cpu), toUInt32(agent_dropped_samples)
           FROM instance_minutes WHERE service = {service: String}`,
          service,
        );
        expect(found).toEqual([[1, 9_000, 6, 14_900, String(hour - 1), 3_000, 2]]);
      });

      test('requests has count, errors, duration and CPU', async () => {
        const found = await rows(
          `SELECT endpoint, toUInt32(count), toUInt32(errors), toUInt32(duration), toUInt32(cpu)
           FROM requests WHERE service = {service: String}`,
          service,
        );
        expect(found).toEqual([['GET /a', 7, 1, 5_000, 5]]);
      });

      test('spans has the labelled samples, and series has none of their ids', async () => {
        const found = await rows(
          `SELECT toString(trace_id), lower(hex(span_id)), lower(hex(active_span_id)), endpoint, span_name,
             type, toUInt32(value)
           FROM spans WHERE service = {service: String} AND type = '${CPU}'`,
          service,
        );
        const uuid = '0af76519-16cd-43dd-8448-eb211c80319c';
        expect(found).toEqual([
          [uuid, 'b7ad6b7169203331', 'f067aa0ba902b7', 'GET /a', 'GET', CPU, 3],
        ]);
        const labels = await storage.store.listLabels({ service, range: selection(service).range });
        expect(labels).toEqual(['endpoint', 'environment', 'instance', 'version']);
      });

      test('tick counts of our agent are no profile type; those of others are', async () => {
        const profile = {
          types: AGENT_CPU,
          startMs: hour,
          durationMs: 10_000,
          text: 'a | 1 2 3000',
        };
        await storage.ingest.accept(foreignUpload('ticks', profile));
        await storage.ingest.flush();
        const { range } = selection(service);
        const types = async (one: string) =>
          (await storage.store.listProfileTypes({ service: one, range })).map(({ type }) => type);
        expect(await types(service)).toEqual([CPU, WALL]);
        expect(await types('ticks')).toHaveLength(3);
      });
    });

    describe('uploads', () => {
      test('with an id that was stored are acknowledged and not stored again', async () => {
        const service = 'repeated';
        const upload = agentUpload({ service, startMs: hour, cpu: 'a | 1 1 1000' });
        const answers = await Promise.all([
          storage.ingest.accept(upload),
          storage.ingest.accept(upload),
        ]);
        await storage.ingest.flush();
        const third = await storage.ingest.accept(upload);
        await storage.ingest.flush();
        expect(answers.map(({ samples }) => samples)).toEqual([1, 0]);
        expect(third).toMatchObject({ samples: 0, warnings: [expect.stringContaining('before')] });
        expect(await lines(selection(service))).toEqual(['a 1']);
      });

      test('are visible without a flush within the promised 2 s', async () => {
        const service = 'visible';
        await storage.ingest.accept(agentUpload({ service, startMs: hour, cpu: 'a | 1 1 1000' }));
        await expect.poll(() => lines(selection(service)), { timeout: 10_000 }).toEqual(['a 1']);
      });
    });

    test('a question whose asker is gone is not answered', async () => {
      const reason = new Error('the asker left');
      const gone = AbortSignal.abort(reason);
      await expect(storage.store.selectStacks(selection('stacks'), gone)).rejects.toBe(reason);
      const leaving = new AbortController();
      const answer = storage.store.listServices(leaving.signal);
      leaving.abort(reason);
      await expect(answer).rejects.toBe(reason);
      await storage.store.ping();
    });

    test('a question that takes too much is refused', async () => {
      const sql = 'SELECT length(groupArray(number)) FROM numbers(500000000)';
      await expect(storage.engine.rows({ sql, values: {} })).rejects.toMatchObject({
        code: 'QUERY_LIMIT_EXCEEDED',
        statusCode: 422,
      });
    });
  });
}
