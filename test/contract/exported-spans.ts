import { beforeAll, describe, expect, test } from 'vitest';
import { buildWaterfall } from '../../server/src/spans/waterfall.ts';
import type { TracesQuery } from '../../server/src/storage/detail-store.ts';
import { stackLines, type TestStorage } from '../support/server-storage.ts';
import { agentUpload, CPU } from '../support/server-upload.ts';
import { tracedSpan } from '../support/traced-span.ts';

const HOUR_MS = 3_600_000;
const service = 'exported';
const traceId = 'aaaa651916cd43dd8448eb211c80319c';
const [root, middle, inner, call, called] = [1, 2, 3, 4, 5].map((n) => String(n).repeat(16));
const quick = 'bbbb651916cd43dd8448eb211c80319c';
const failed = 'cccc651916cd43dd8448eb211c80319c';

/** What every store answers about spans that came by OTLP, alone and together with samples. */
export function describeExportedSpans(storage: () => TestStorage, hour: number): void {
  describe('exported spans', () => {
    const start = hour * 1_000;
    const at = (ms: number, durationMs: number) => ({
      startMicros: start + ms * 1_000,
      durationMicros: durationMs * 1_000,
    });
    beforeAll(async () => {
      const labels = (span: string) =>
        `endpoint=GET /a, trace_id=${traceId}, span_id=${root}${span === root ? '' : `, active_span_id=${span}`}, span_name=${span === root ? 'GET' : 'price'}`;
      const { ingest, spans } = storage();
      await ingest.accept(
        agentUpload({
          service,
          startMs: hour,
          cpu: `main;handle | 3 30000000 30000000 | ${labels(root!)}
                main;handle;price;round | 5 50000000 50000000 | ${labels(inner!)}
                main;quick | 2 20000000 20000000 | endpoint=GET /a, trace_id=${quick}, span_id=${'6'.repeat(16)}, span_name=GET`,
          meta: {
            instance: 'one',
            stalls: [
              {
                from: BigInt(hour + 20) * 1_000_000n,
                durationMs: 40,
                traceId,
                spanId: root!,
                endpoint: 'GET /a',
              },
            ],
          },
        }),
      );
      await ingest.flush();
      const own = { traceId, service, version: '' };
      const internal = { kind: 'internal', httpStatus: 0 } as const;
      spans.accept([
        tracedSpan({ ...own, spanId: root!, ...at(0, 100), attributes: [['http.route', "/a'\t"]] }),
        tracedSpan({
          ...own,
          ...{ spanId: middle!, parentSpanId: root!, ...at(10, 80), ...internal, name: 'cart' },
        }),
        tracedSpan({
          ...own,
          ...{ spanId: inner!, parentSpanId: middle!, ...at(20, 60), ...internal, name: 'price' },
        }),
        tracedSpan({
          ...own,
          ...{ spanId: call!, parentSpanId: root!, ...at(5, 4), ...internal, kind: 'client' },
        }),
        tracedSpan({
          ...own,
          ...{ spanId: called!, parentSpanId: call!, ...at(6, 2), service: 'inventory' },
          localRoot: true,
        }),
        tracedSpan({ ...own, traceId: quick, spanId: '6'.repeat(16), ...at(50, 25) }),
        tracedSpan({
          ...own,
          ...{ traceId: failed, spanId: '7'.repeat(16), ...at(60, 900) },
          ...{ error: true, status: 'error', endpoint: 'GET /b', httpStatus: 500 },
        }),
      ]);
      await spans.flush();
    });

    test('a waterfall joins samples, exported spans and stalls', async () => {
      const found = await storage().store.selectTrace({ traceId, spanId: null });
      const { spans, missing } = buildWaterfall(found!);
      expect(missing).toBe(0);
      expect(
        spans.map(({ depth, name, service: of, source, samples, subtree, cpuShare }) => [
          `${'  '.repeat(depth)}${of} ${name}`,
          source,
          samples,
          subtree.samples,
          cpuShare,
        ]),
      ).toEqual([
        ['exported GET', 'both', 3, 8, 0.8],
        ['  exported GET', 'otlp', 0, 0, 0],
        ['    inventory GET', 'otlp', 0, 0, 0],
        ['  exported cart', 'otlp', 0, 5, 0.625],
        ['    exported price', 'both', 5, 5, 50 / 60],
      ]);
      expect(spans[0]).toMatchObject({
        endpoint: 'GET /a',
        stalls: [{ from: hour + 20, durationMicros: 40_000 }],
        attributes: { 'http.route': "/a'\t" },
        localRootSpanId: root,
      });
      expect(spans[4]).toMatchObject({ parentSpanId: middle, localRootSpanId: root });
    });

    test('what the agent of a service sent of a time is known', async () => {
      const ask = (of: string, from: number) =>
        storage().store.selectAgent({ service: of, range: { from, to: from + 40 } });
      const there = { instances: ['one'], sampleHz: 99, labelled: true, kept: true };
      const seen = await ask(service, hour + 20);
      expect(seen).toMatchObject(there);
      expect(seen.lastSeenMs).toBeGreaterThan(hour);
      // Samples of the minutes around it name spans, but nobody sampled at that moment.
      const { lastSeenMs } = seen;
      const gone = { instances: [], labelled: true, kept: true, lastSeenMs };
      expect(await ask(service, lastSeenMs! + 60_000)).toMatchObject(gone);
      expect(await ask('nobody', hour)).toEqual({
        ...{ instances: [], sampleHz: null, labelled: false, lastSeenMs: null, kept: true },
      });
      expect(await ask(service, hour - 9 * 24 * HOUR_MS)).toMatchObject({ kept: false });
    });

    const flame = async (rest: object) => {
      const query = { traceId, spanId: root!, scope: 'span', type: CPU } as const;
      const answer = await storage().store.selectSpan({
        ...query,
        ...{ aroundMs: HOUR_MS, speed: 'all' },
        ...rest,
      });
      return { ...answer!, lines: stackLines(answer!.stacks) };
    };

    test('the subtree of an inner span is known by its parents', async () => {
      expect(await flame({ spanId: middle, scope: 'subtree' })).toMatchObject({
        lines: ['main;handle;price;round 50000'],
        children: 'included',
        durationMicros: 80_000,
      });
      expect(await flame({ spanId: middle })).toMatchObject({ lines: [], samples: 0 });
      expect(await flame({ spanId: called, scope: 'subtree' })).toMatchObject({ lines: [] });
    });

    test('similar requests are told apart by how long they took', async () => {
      const all = await flame({ scope: 'similar' });
      expect(all).toMatchObject({
        spans: 2,
        similar: { spans: 2, p95Micros: 100_000, rank: 0.5 },
      });
      const fast = await flame({ scope: 'similar', speed: 'fast' });
      const slow = await flame({ scope: 'similar', speed: 'slow' });
      expect([fast.lines, slow.lines[0]]).toEqual([
        ['main;quick 20000'],
        'main;handle;price;round 50000',
      ]);
    });

    const list = async (rest: Partial<TracesQuery>) => {
      const range = { from: hour, to: hour + HOUR_MS };
      const query = { service, range, sort: 'cpu', limit: 10, offset: 0 } as const;
      const { traces, ...counts } = await storage().store.selectTraces({ ...query, ...rest });
      return { ...counts, ids: traces.map((one) => one.traceId?.slice(0, 4)), traces };
    };

    test('lists hold what was sampled or exported, with what each side knows', async () => {
      const { traces, ...found } = await list({});
      expect(found).toEqual({ rows: 3, exported: 3, ids: ['aaaa', 'bbbb', 'cccc'] });
      expect(traces[0]).toMatchObject({
        ...{ name: 'GET', endpoint: 'GET /a', version: '1.0.0', kind: 'server' },
        ...{ samples: 8, cpuMicros: 80_000, durationMicros: 100_000, startMicros: start },
        ...{ error: false, httpStatus: 200 },
      });
    });

    test.each<[string, Partial<TracesQuery>, string[]]>([
      ['the longest first', { sort: 'duration' }, ['cccc', 'aaaa', 'bbbb']],
      ['a second page', { sort: 'duration', offset: 1, limit: 1 }, ['aaaa']],
      ['the latest first', { sort: 'start' }, ['cccc', 'bbbb', 'aaaa']],
      ['at least so long', { minDurationMicros: 50_000 }, ['aaaa', 'cccc']],
      ['at most so long', { maxDurationMicros: 50_000 }, ['bbbb']],
      ['so much CPU', { minCpuMicros: 50_000 }, ['aaaa']],
      ['errors', { error: true }, ['cccc']],
      ['no errors', { error: false }, ['aaaa', 'bbbb']],
      ['of an endpoint', { endpoint: 'GET /a' }, ['aaaa', 'bbbb']],
      ['of a version that spans do not name', { version: '1.0.0' }, ['aaaa', 'bbbb']],
      ['of another version', { version: '2.0.0' }, []],
    ])('%s', async (_, rest, ids) => {
      expect((await list(rest)).ids).toEqual(ids);
    });

    test('a span that no sample hit is found by its id alone, by a projection', async () => {
      const found = await storage().store.selectTrace({ traceId: null, spanId: called! });
      expect(found).toMatchObject({ traceId });
      const plan = async (sql: string) =>
        (await storage().engine.rows<[string]>({ sql: `EXPLAIN ${sql}`, values: {} })).join('\n');
      const bySpan = 'SELECT trace_id FROM trace_spans WHERE span_id = 5 GROUP BY trace_id';
      expect(await plan(bySpan)).toContain('by_span');
      const byService = `SELECT max(duration) FROM trace_spans WHERE service = 'a' AND started_at >= toDateTime(5, 'UTC')`;
      expect(await plan(byService)).toContain('by_service');
    });
  });
}
