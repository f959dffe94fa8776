import { describe, expect, test } from 'vitest';
import {
  decodeProfile,
  encodeProfile,
  type Label,
  type Profile,
  ProfileBuilder,
} from '../../../proto/src/index.ts';
import { BusiestEndpoints } from '../../../server/src/ingest/busiest-endpoints.ts';
import { type NormalisedUpload, normaliseUpload } from '../../../server/src/ingest/normalise.ts';
import { SeriesAdmission } from '../../../server/src/ingest/series-admission.ts';
import { StackCache } from '../../../server/src/ingest/stack-cache.ts';
import type { UploadMeta } from '../../../server/src/storage/profile-store.ts';
import { AGENT_CPU, CPU, HEAP, NO_META } from '../../support/server-upload.ts';

const NOW = 1_800_000_000_000;
const NANOS = BigInt(NOW) * 1_000_000n;
const AGENT = {
  version: '',
  cpuNanos: 0n,
  longestPauseMicros: 0,
  rssBytes: 0,
  droppedUploads: 0,
  droppedSamples: 0,
  sampleHz: 99,
};

const label = (key: string, str: string): Label => ({ key, str, num: null, numUnit: '' });
const numeric = (key: string, num: bigint): Label => ({ key, str: '', num, numUnit: '' });

interface Sample {
  readonly stack: readonly string[];
  readonly values: readonly number[];
  readonly labels?: readonly Label[];
}

function profileOf(samples: readonly Sample[], types = AGENT_CPU, durationSeconds = 15): Profile {
  const builder = new ProfileBuilder(types);
  for (const { stack, values, labels } of samples) {
    const frames = stack.map((name) =>
      builder.frame({ name, file: 'src/a.ts', systemName: '', startLine: 1, line: 0 }),
    );
    builder.addSample(frames, values, labels);
  }
  return builder.build({
    timeNanos: NANOS - 15_000_000_000n,
    durationNanos: BigInt(durationSeconds) * 1_000_000_000n,
    periodType: { type: 'cpu', unit: 'nanoseconds' },
    period: 10_000_000,
  });
}

function normalise(
  profile: Profile,
  {
    meta = {},
    series = new SeriesAdmission(() => NOW),
    endpoints = new BusiestEndpoints(() => NOW),
  }: {
    meta?: Partial<UploadMeta>;
    series?: SeriesAdmission;
    endpoints?: BusiestEndpoints;
  } = {},
): NormalisedUpload {
  const base = {
    ...NO_META,
    uploadId: 'u',
    service: 's',
    from: NANOS - 15_000_000_000n,
    to: NANOS,
  };
  return normaliseUpload(
    { ...base, agent: AGENT, instance: 'i', version: '1', environment: 'e', ...meta },
    [profile],
    { receivedAtMs: NOW, retentionMs: 86_400_000, series, stacks: new StackCache(), endpoints },
  );
}

/** Group by group, one row for each value. */
const rowsOf = ({ samples }: NormalisedUpload) =>
  samples.flatMap(({ stacks, values, ...group }) =>
    values.map((value, row) => ({ ...group, stack: stacks[row]!.stackNumber, value })),
  );
const functionsOf = ({ functions }: NormalisedUpload) =>
  functions.flatMap(({ endpoint, functionRows, self, total, selfTicks, totalTicks }) =>
    Array.from(functionRows, (_, row) => ({
      endpoint,
      self: self[row]!,
      total: total[row]!,
      selfTicks: selfTicks[row]!,
      totalTicks: totalTicks[row]!,
    })),
  );
const totalValue = (upload: NormalisedUpload, type = CPU) =>
  rowsOf(upload)
    .filter((row) => row.type === type)
    .reduce((sum, { value }) => sum + value, 0);
const namesOf = ({ stacks }: NormalisedUpload) =>
  [...stacks].map(({ frames }) => frames.map(({ name }) => name).join(';'));

describe('values', () => {
  test('of time become microseconds, and what is left of each is carried to the next', () => {
    const samples = ['a', 'b', 'c', 'd'].map((name) => ({ stack: [name], values: [1, 0, 700] }));
    const upload = normalise(profileOf(samples));
    // 0.7, 1.4, 2.1, 2.8 microseconds in all: 2 whole ones.
    expect(rowsOf(upload).map(({ value }) => value)).toEqual([1, 1]);
    expect(upload.types.get(CPU)!.value).toBe(2);
  });

  test('of samples that differ only in their span are one row, and one span row each', () => {
    const trace = label('trace_id', '0af7651916cd43dd8448eb211c80319c');
    const samples = ['b7ad6b7169203331', '00f067aa0ba902b7'].map((id) => ({
      stack: ['a'],
      values: [1, 0, 5_000],
      labels: [trace, label('span_id', id), label('stall', '0'), label('endpoint', 'GET /')],
    }));
    const upload = normalise(profileOf(samples));
    expect(rowsOf(upload).map(({ value, endpoint }) => [value, endpoint])).toEqual([[10, 'GET /']]);
    expect(upload.spans.map(({ value, ticks, span }) => [value, ticks, span.activeSpanId])).toEqual(
      [
        [5, 1, 'b7ad6b7169203331'],
        [5, 1, '00f067aa0ba902b7'],
      ],
    );
    const names = upload.samples[0]!.series.labels.map(([name]) => name);
    expect(names).toEqual(['endpoint', 'environment', 'instance', 'version']);
  });

  test('of an in-use type, or of a profile without duration, are a gauge', () => {
    const heap = [{ type: 'inuse_space', unit: 'bytes' }];
    const other = [{ type: 'alloc_space', unit: 'bytes' }];
    const samples = [{ stack: ['a'], values: [4_096] }];
    expect(normalise(profileOf(samples, heap)).types.get(HEAP)!.gauge).toBe(true);
    const gaugeOf = (upload: NormalisedUpload) => [...upload.types.values()].map((t) => t.gauge);
    expect(gaugeOf(normalise(profileOf(samples, other)))).toEqual([false]);
    expect(gaugeOf(normalise(profileOf(samples, other, 0)))).toEqual([true]);
  });

  test('past 53 bits in all are refused', () => {
    const types = [{ type: 'alloc_space', unit: 'bytes' }];
    const samples = ['a', 'b'].map((name) => ({ stack: [name], values: [2 ** 53 - 1] }));
    expect(() => normalise(profileOf(samples, types))).toThrow(
      expect.objectContaining({ code: 'PROFILE_VALUE_TOO_LARGE' }),
    );
  });
});

describe('functions', () => {
  const samples = [
    { stack: ['main', 'walk', 'walk'], values: [3, 0, 30_000] },
    { stack: ['main'], values: [1, 0, 10_000], labels: [label('endpoint', 'x')] },
    { stack: ['main', 'wait'], values: [90, 900, 0] },
  ];
  const sums = (upload: NormalisedUpload) =>
    functionsOf(upload).map(({ endpoint, self, total, selfTicks, totalTicks }) =>
      [endpoint, self, total, selfTicks, totalTicks].join(' '),
    );

  test('add up CPU and ticks where CPU was used; recursion counts once', () => {
    expect(sums(normalise(profileOf(samples)))).toEqual([' 0 30 0 3', ' 30 30 3 3', 'x 10 10 1 1']);
  });

  test('keep the 32 busiest endpoints apart; the sum over all stays', () => {
    let now = NOW;
    const endpoints = new BusiestEndpoints(() => now);
    const cpu = Array.from({ length: 40 }, (_, i) => ({
      stack: ['main'],
      values: [1, 0, (i + 1) * 1_000],
      labels: [label('endpoint', `e${i}`)],
    }));
    const kept = (upload: NormalisedUpload) => {
      const names = functionsOf(upload).map(({ endpoint }) => endpoint);
      const sum = functionsOf(upload).reduce((total, { self }) => total + self, 0);
      return [names.length, names[0], names.includes('(other)'), sum];
    };
    expect(kept(normalise(profileOf(cpu), { endpoints }))).toEqual([33, 'e0', true, 820]);
    now += 61_000;
    expect(kept(normalise(profileOf(cpu), { endpoints }))).toEqual([33, '(other)', true, 820]);
  });

  test('of a profile without tick counts get ticks from its period', () => {
    const types = [{ type: 'cpu', unit: 'nanoseconds' }];
    const cpu = [{ stack: ['main'], values: [50_000_000] }];
    expect(sums(normalise(profileOf(cpu, types)))).toEqual([' 50000 50000 5 5']);
  });

  test('tick counts of our agent are not stored as a type; those of others are', () => {
    expect(normalise(profileOf(samples)).types.size).toBe(2);
    expect(normalise(profileOf(samples), { meta: { agent: null } }).types.size).toBe(3);
  });
});

describe('what is repaired is counted, and its total stays', () => {
  const one = (sample: Partial<Sample>, options?: Parameters<typeof normalise>[1]) =>
    normalise(profileOf([{ stack: ['main'], values: [1, 0, 5_000], ...sample }]), options);

  test('a stack deeper than 1,000 keeps its leaf', () => {
    const stack = Array.from({ length: 100_000 }, (_, depth) => `f${depth}`);
    const upload = one({ stack });
    const [frames] = [...upload.stacks].map((found) => found.frames);
    expect(frames).toHaveLength(1_000);
    expect([frames![0], frames!.at(-1)].map((frame) => [frame!.name, frame!.kind])).toEqual([
      ['(truncated)', 'native'],
      ['f99999', 'user'],
    ]);
    expect([totalValue(upload), upload.repairs.total]).toEqual([5, 1]);
    expect(upload.repairs.sentences()[0]).toContain('deeper than 1,000');
  });

  test('a sample without frames gets one', () => {
    const upload = one({ stack: [] });
    expect(namesOf(upload)).toEqual(['(no stack)']);
    expect([totalValue(upload), upload.repairs.total]).toEqual([5, 1]);
    expect(functionsOf(upload)[0]!.self).toBe(5);
  });

  test('more than 32 labels', () => {
    const labels = Array.from({ length: 40 }, (_, i) => label(`k${i}`, 'v'));
    const upload = one({ labels });
    expect(upload.samples[0]!.series.labels).toHaveLength(32 + 3);
    expect([totalValue(upload), upload.repairs.total]).toEqual([5, 8]);
  });

  test('numeric labels, repeated labels, and labels that the upload sets', () => {
    const labels = [numeric('bytes', 5n), label('k', '1'), label('k', '2'), label('version', '9')];
    const upload = one({ labels });
    const kept = Object.fromEntries(upload.samples[0]!.series.labels);
    expect(kept).toEqual({ k: '1', environment: 'e', instance: 'i', version: '1' });
    expect([totalValue(upload), upload.repairs.total]).toEqual([5, 3]);
  });

  test('names that are too long stay apart', () => {
    const long = 'x'.repeat(70_000);
    const upload = normalise(
      profileOf([`${long}1`, `${long}2`].map((name) => ({ stack: [name], values: [1, 0, 5_000] }))),
    );
    const names = namesOf(upload);
    expect(new Set(names).size).toBe(2);
    expect(names.every(({ length }) => length <= 2_048)).toBe(true);
    expect([totalValue(upload), upload.repairs.total]).toEqual([10, 2]);
  });

  test('function ids of 0 and locations without lines', () => {
    const profile = { ...profileOf([{ stack: ['a'], values: [1, 0, 5_000] }]) };
    const repaired = { ...profile, repairs: { functionIdZero: 2, missingLines: 3 } };
    expect(normalise(repaired).repairs.total).toBe(5);
  });

  test('span ids that are no ids leave the sample without a span', () => {
    const labels = [label('trace_id', '12345'), label('span_id', 'b7ad6b7169203331')];
    const upload = one({ labels });
    expect(upload.spans).toEqual([]);
    expect([totalValue(upload), upload.repairs.total]).toEqual([5, 1]);
  });

  test('series past the limit lose their labels, and past it again their instance', () => {
    const series = new SeriesAdmission(() => NOW, 5);
    const samples = Array.from({ length: 10 }, (_, i) => ({
      stack: ['a'],
      values: [1, 0, 1_000],
      labels: [label('endpoint', `GET /users/${i}`), label('user', `u${i}`)],
    }));
    const instances = Array.from({ length: 7 }, (_, i) =>
      normalise(profileOf(samples), { meta: { instance: `i${i}` }, series }),
    );
    expect(instances.map((upload) => totalValue(upload))).toEqual(Array(7).fill(10));
    expect(instances.map(({ repairs }) => repairs.total)).toEqual([5, 10, 10, 10, 10, 10, 10]);
    const folded = instances.map((upload) => {
      const row = rowsOf(upload).find(({ endpoint }) => endpoint === '(other)')!;
      return `${Object.fromEntries(row.series.labels)['instance']} ${row.value}`;
    });
    const other = '(other) 10';
    expect(folded).toEqual(['i0 5', 'i1 10', 'i2 10', 'i3 10', 'i4 10', other, other]);
  });

  test('a profile that was decoded from bytes normalises the same', () => {
    const profile = profileOf([{ stack: ['a', 'b'], values: [1, 2_000, 3_000] }]);
    const decoded = decodeProfile(encodeProfile(profile));
    expect(rowsOf(normalise(decoded))).toEqual(rowsOf(normalise(profile)));
  });
});
