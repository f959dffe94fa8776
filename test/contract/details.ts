import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionId } from '../../proto/src/index.ts';
import type { ProfileSelection } from '../../server/src/storage/profile-store.ts';
import { openTestStorage, stackLines, type TestStorage } from '../support/server-storage.ts';
import { agentUpload, CPU } from '../support/server-upload.ts';

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
        const series = async (part: 'self' | 'total') => {
          const found = await storage.store.selectSeries({
            ...selection('walk', part),
            range: { from: range.from - days * DAY_MS, to: range.to },
            stepMs: HOUR_MS,
            groupBy: ['endpoint'],
          });
          return found.series.map(({ labels, values }) => ({ labels, values }));
        };
        expect(await series('self')).toEqual([{ labels: { endpoint: '' }, values: [15 / 30] }]);
        expect(await series('total')).toEqual([{ labels: { endpoint: '' }, values: [22.5 / 30] }]);
      });
    });
  });
}
