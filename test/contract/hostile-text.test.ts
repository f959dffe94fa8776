import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeProfile, ProfileBuilder } from '../../proto/src/index.ts';
import { openTestStorage, type TestStorage } from '../support/server-storage.ts';
import { AGENT_CPU, agentUpload, CPU } from '../support/server-upload.ts';

const HOUR_MS = 3_600_000;
const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const range = { from: hour, to: hour + HOUR_MS };

/** What text formats, SQL and C strings stumble over, beside what fast-check invents. */
const KNOWN = [
  '\t',
  '\n',
  '\r\n',
  '\\',
  '\\N',
  '\\x41',
  '\0',
  'a\0b',
  "'",
  "''; DROP TABLE samples; --",
  '"',
  '`',
  '{x: String}',
  '{service:String}',
  '\u2028',
  '\ufeff',
  '\ud83d\ude00',
  '\ud800',
  'a\udc00b',
  '[1,2]',
  "{'a':'b'}",
  'NULL',
  ' ',
  '%',
  '\u0001\u001f\u007f',
];
const SEED = Number(process.env['SEED'] ?? 20261120);
const invented = fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), {
  seed: SEED,
  numRuns: 60,
});
const texts = [...new Set([...KNOWN, ...invented])];

/** As UTF-8 can hold it: a lone surrogate becomes U+FFFD. */
const stored = (text: string) => Buffer.from(text, 'utf8').toString('utf8');
const sorted = (values: readonly string[]) => [...new Set(values)].sort();

describe(`text of any kind comes back as it went in, SEED=${SEED}`, () => {
  let storage: TestStorage;
  beforeAll(async () => {
    storage = await openTestStorage();
  });
  afterAll(() => storage.close());

  test('as names and files of functions', async () => {
    const builder = new ProfileBuilder(AGENT_CPU);
    for (const text of texts) {
      const common = { systemName: '', startLine: 1, line: 0 };
      const named = builder.frame({ ...common, name: text, file: 'src/a.ts' });
      const filed = builder.frame({ ...common, name: 'f', file: `src/${text}` });
      builder.addSample([named, filed], [1, 1_000, 1_000]);
    }
    const profile = builder.build({
      timeNanos: BigInt(hour) * 1_000_000n,
      durationNanos: 15_000_000_000n,
      periodType: null,
      period: 0,
    });
    const upload = agentUpload({ service: 'names', startMs: hour });
    await storage.ingest.accept({ ...upload, profiles: [gzipSync(encodeProfile(profile))] });
    await storage.ingest.flush();
    const { frames } = await storage.store.selectStacks({ service: 'names', type: CPU, range });
    const files = frames.name.flatMap((name, row) => (name === 'f' ? [frames.file[row]!] : []));
    const names = frames.name.filter((name) => name !== 'f');
    expect(sorted(names)).toEqual(sorted(texts.map(stored)));
    // describeFunction turns backslashes into slashes and cuts node_modules; the rest is kept.
    const asFile = (text: string) => `src/${stored(text)}`.replaceAll('\\', '/');
    expect(sorted(files)).toEqual(sorted(texts.map(asFile)));
  });

  test('as services, labels and their values, and when asked for', async () => {
    for (const [i, text] of texts.entries()) {
      const service = `s${text}`;
      const labels = { [`k${text}`]: text, plain: text };
      const value = (i + 1) * 1_000;
      const meta = { labels, version: text, environment: text, instance: text };
      await storage.ingest.accept(
        agentUpload({ service, startMs: hour, cpu: `main | 1 0 ${value}`, meta }),
      );
    }
    await storage.ingest.flush();
    const services = (await storage.store.listServices()).map(({ service }) => service);
    expect(sorted(services.filter((name) => name !== 'names'))).toEqual(
      sorted(texts.map((text) => `s${stored(text)}`)),
    );
    const values = await storage.store.listLabelValues({ label: 'plain', range });
    expect(sorted(values)).toEqual(sorted(texts.map(stored)));
    const total = texts.reduce((sum, _, i) => sum + i + 1, 0);
    let found = 0;
    for (const text of texts.filter((one) => one === stored(one))) {
      const matchers = [
        { name: `k${text}`, op: '=', value: text },
        { name: 'version', op: '=', value: text },
      ] as const;
      const common = { service: `s${text}`, type: CPU, range, environment: text, instance: text };
      const answer = await storage.store.selectStacks({ ...common, matchers });
      expect(answer.values.length, JSON.stringify(text)).toBe(1);
      found += answer.values[0]!;
    }
    const lone = texts.reduce((sum, text, i) => sum + (text === stored(text) ? 0 : i + 1), 0);
    expect(found).toBe(total - lone);
  });
});
