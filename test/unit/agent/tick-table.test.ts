import type { IncomingMessage, ServerResponse } from 'node:http';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BoundedNames } from '../../../agent/src/endpoint-names.ts';
import { FrameDescriber } from '../../../agent/src/frame-describer.ts';
import { HttpRequest } from '../../../agent/src/http-request.ts';
import type { SampleContext } from '../../../agent/src/sample-context.ts';
import { LabelWriter } from '../../../agent/src/sample-labels.ts';
import { TickTable } from '../../../agent/src/tick-table.ts';
import type { CpuSlice } from '../../../agent/src/v8-profiler.ts';
import type { Profile } from '../../../proto/src/index.ts';
import { foldedOf, functionNamed, rowsOf, totalOf } from '../../support/agent-profiles.ts';
import { sliceOf } from '../../support/agent-slices.ts';

const window = (processNanos: number) => ({
  processNanos,
  fromNanos: 1_700_000_000_000_000_000n,
  toNanos: 1_700_000_015_000_000_000n,
  periodNanos: 10_101_010,
});

const WRITER = new LabelWriter({
  endpoints: new BoundedNames(),
  spanNames: new BoundedNames(),
  thread: null,
});
const newTable = () => new TickTable(new FrameDescriber('/srv/shop'));

describe('a window', () => {
  const table = newTable();
  table.add(
    sliceOf('main;hot 20\nmain;cold 5\n(idle) 70\nGarbage Collection 5', { nonJsCpuNanos: 400 }),
  );
  table.add(sliceOf('main;hot 10\n(idle) 90', { tickNanos: 11_000_000, nonJsCpuNanos: 100 }));
  const profile = table.close(window(2500), WRITER).profile;

  test('counts ticks by stack over all native stops', () => {
    expect(foldedOf(profile, 'samples')).toEqual([
      '(idle) 160',
      'main;hot 30',
      'Garbage Collection 5',
      'main;cold 5',
      'Non JS threads activity 0',
    ]);
    expect(table.busyTicks).toBe(40);
  });

  test('gives each stop the wall time of its own ticks', () => {
    expect(foldedOf(profile, 'wall')).toEqual([
      `(idle) ${70 * 10_000_000 + 90 * 11_000_000}`,
      `main;hot ${20 * 10_000_000 + 10 * 11_000_000}`,
      'Garbage Collection 50000000',
      'main;cold 50000000',
      'Non JS threads activity 0',
    ]);
  });

  test('parts the CPU of JavaScript threads by running ticks, and idle gets none', () => {
    expect(foldedOf(profile, 'cpu')).toEqual([
      'main;hot 1500',
      'Non JS threads activity 500',
      'Garbage Collection 250',
      'main;cold 250',
      '(idle) 0',
    ]);
  });

  test('keeps its time and period', () => {
    expect(profile).toMatchObject({
      timeNanos: 1_700_000_000_000_000_000n,
      durationNanos: 15_000_000_000n,
      period: 10_101_010,
      periodType: { type: 'wall', unit: 'nanoseconds' },
    });
  });
});

test('CPU of a window in which no tick hit running code is not lost', () => {
  const table = newTable();
  table.add(sliceOf('(idle) 99', { nonJsCpuNanos: 40 }));
  expect(foldedOf(table.close(window(100), WRITER).profile, 'cpu')).toEqual([
    '(program) 60',
    'Non JS threads activity 40',
    '(idle) 0',
  ]);
});

test('other threads never get more than the process clock counted', () => {
  const table = newTable();
  table.add(sliceOf('main 3', { nonJsCpuNanos: 150 }));
  expect(foldedOf(table.close(window(100), WRITER).profile, 'cpu')).toEqual([
    'Non JS threads activity 100',
    'main 0',
  ]);
});

test('frames say file, definition line and kind', () => {
  const describer = new FrameDescriber('/srv/shop');
  const table = new TickTable(describer);
  table.add(sliceOf('own@12;gap@0 1'));
  table.add(sliceOf('readFileSync@440 1', { file: 'node:fs' }));
  table.add(sliceOf('parse@7 1', { file: '/srv/shop/node_modules/@acme/csv/lib/parse.js' }));
  table.add(sliceOf('Garbage Collection 1'));
  const profile = describer.describe(table.close(window(10), WRITER).profile);
  const rows = ['own', 'readFileSync', 'parse', 'Garbage Collection'].map((name) =>
    functionNamed(profile, name),
  );
  expect(rows.map((row) => `${row.systemName} ${row.file}:${row.startLine}`)).toEqual([
    'flamehouse:user: src/app.js:12',
    'flamehouse:runtime:node node:fs:440',
    'flamehouse:dependency:@acme/csv @acme/csv/lib/parse.js:7',
    'flamehouse:gc: :0',
  ]);
});

test('a function of the application named like one of V8 keeps its CPU', () => {
  const table = newTable();
  const slice = sliceOf('impostor 4\n(idle) 4');
  const frames = slice.frames.map((frame) =>
    frame.file === '' ? frame : { ...frame, name: '(idle)' },
  );
  table.add({ ...slice, frames });
  const profile = table.close(window(100), WRITER).profile;
  expect(foldedOf(profile, 'cpu')).toEqual(['(idle) 100', '(idle) 0']);
});

test('property: whatever ran, the CPU of a window is the process clock', () => {
  const stacks = fc.dictionary(
    fc.constantFrom('a', 'a;b', 'a;b;c', 'd', '(idle)', 'Garbage Collection', '(program)'),
    fc.integer({ min: 1, max: 500 }),
  );
  const slices = fc.array(fc.tuple(stacks, fc.integer({ min: 0, max: 5e9 })), { maxLength: 6 });
  fc.assert(
    fc.property(slices, fc.integer({ min: 0, max: 6e10 }), (given, processNanos) => {
      const table = newTable();
      for (const [rows, nonJsCpuNanos] of given) {
        const folded = Object.entries(rows).map(([stack, ticks]) => `${stack} ${ticks}`);
        table.add(sliceOf(folded.join('\n'), { nonJsCpuNanos }));
      }
      const profile = table.close(window(processNanos), WRITER).profile;
      const ticks = given.flatMap(([rows]) => Object.values(rows)).reduce((a, b) => a + b, 0);
      expect(totalOf(profile, 'cpu')).toBe(processNanos);
      expect(totalOf(profile, 'samples')).toBe(ticks);
      expect(totalOf(profile, 'wall')).toBe(ticks * 10_000_000);
    }),
  );
});

describe('ticks in contexts', () => {
  const contextOf = (name: string): SampleContext => ({ work: null, span: null, labels: { name } });
  const labelSets = (profile: Profile) =>
    rowsOf(profile, 'samples').map(({ stack, value }, row) => {
      const labels = profile.labelSets[profile.labelSet[row]!]!;
      return `${stack.join(';')} ${value} ${labels.map(({ key, str }) => `${key}=${str}`)}`;
    });

  /** The same stacks in three contexts: none, a, b. */
  function sliceIn(contexts: (SampleContext | null)[], stalls?: number[]): CpuSlice {
    const slice = sliceOf('main;hot 10');
    const repeat = <T>(values: readonly T[]) => contexts.flatMap(() => values);
    return {
      ...slice,
      stacks: repeat(slice.stacks),
      ticks: repeat(slice.ticks),
      contexts,
      stalls: stalls ?? contexts.map(() => -1),
    };
  }

  test('are added up by stack and labels, over all native stops, with CPU exact', () => {
    const table = newTable();
    const [a, b] = [contextOf('a'), contextOf('b')];
    table.add(sliceIn([null, a, b]));
    table.add(sliceIn([a, contextOf('b')]));
    const { profile } = table.close(window(1001), WRITER);
    expect(labelSets(profile)).toEqual([
      'main;hot 10 ',
      'main;hot 20 name=a',
      'main;hot 20 name=b',
    ]);
    expect(totalOf(profile, 'cpu')).toBe(1001);
  });

  test('name their stall, and a stall names what most of its ticks belong to', () => {
    const table = newTable();
    const request = new HttpRequest(
      { method: 'GET', url: '/a', headers: {} } as unknown as IncomingMessage,
      {} as unknown as ServerResponse,
      0,
    );
    const context = { work: request.work, span: null, labels: null };
    table.add(sliceIn([null, context, context], [0, 0, -1]));
    table.add(sliceIn([context, null], [0, 1]));
    const { profile, stallContexts, endpointCpuNanos } = table.close(window(500), WRITER);
    expect(labelSets(profile).filter((row) => row.includes('stall'))).toEqual([
      'main;hot 10 stall=0',
      expect.stringMatching(/^main;hot 20 .*endpoint=GET \/a,stall=0$/),
      'main;hot 10 stall=1',
    ]);
    expect(stallContexts.get(0)).toMatchObject({ endpoint: 'GET /a' });
    expect(stallContexts.get(1)).toMatchObject({ endpoint: null, traceId: null });
    expect([...endpointCpuNanos]).toEqual([['GET /a', 300]]);
  });

  test('past the limit lose their context and keep their stack', () => {
    const table = newTable();
    const contexts = Array.from({ length: 20_010 }, (_, i) => contextOf(`n${i}`));
    table.add(sliceIn([null, ...contexts]));
    const { profile } = table.close(window(1000), WRITER);
    expect(totalOf(profile, 'samples')).toBe(200_110);
    expect(labelSets(profile)[0]).toBe('main;hot 120 ');
    expect(table.droppedTicks).toBe(0);
  });
});
