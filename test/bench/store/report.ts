import { formatTable, type Table } from '../verdict/tables.ts';
import type { TableFootprint } from './footprint.ts';
import type { LayoutMeasured } from './layouts.ts';
import type { Ingested, QuestionMeasured } from './questions.ts';
import type { TreeMeasured } from './trees.ts';

type Sized = Pick<LayoutMeasured, 'name' | 'rows' | 'bytes'>;

/** What each part of the bench found. */
export interface Results {
  readonly layouts: readonly LayoutMeasured[];
  readonly rows: readonly Sized[];
  readonly trees: readonly TreeMeasured[];
  readonly questions: {
    readonly idle: readonly QuestionMeasured[] | null; // null: not asked
    readonly ingesting: readonly QuestionMeasured[];
    readonly ingested: Ingested;
  };
  readonly footprint: { readonly uploads: number; readonly tables: readonly TableFootprint[] };
}

/** The tables of each part, as they are printed. */
export const TABLES: { readonly [Part in keyof Results]: (found: Results[Part]) => Table[] } = {
  layouts: (layouts) => [
    [
      [
        'sort order',
        'rows',
        'bytes a row',
        'of the first',
        'fill CPU s',
        'all ms',
        '1 h ms',
        'instance ms',
      ],
      ...layouts.map((one) => [
        one.name,
        String(one.rows),
        digits(sum(one.bytes) / one.rows, 2),
        digits(sum(one.bytes) / layouts[0]!.rows, 2),
        digits(one.insertCpuSeconds, 1),
        digits(one.wholeMs),
        digits(one.hourMs),
        digits(one.instanceMs),
      ]),
    ],
    ...layouts.slice(0, 1).map(columnsOf),
  ],
  rows: (tables) => tables.map(columnsOf),
  trees: (trees) => [
    [
      ['flame graph of CPU', 'range', 'p50 ms', 'p95 ms', 'CPU ms', 'total'],
      ...trees.map((one) => [
        one.name,
        one.range,
        digits(one.p50Ms),
        digits(one.p95Ms),
        digits(one.cpuMs),
        String(one.total),
      ]),
    ],
  ],
  questions: ({ idle, ingesting, ingested }) => [
    [
      ['question', 'range', 'kB', 'p50 ms', 'p95 ms', 'CPU ms', 'ingesting p50', 'ingesting p95'],
      ...ingesting.map((one, row) => [
        one.question,
        one.range,
        digits(one.bytes / 1_000),
        idle === null ? '' : digits(idle[row]!.p50Ms),
        idle === null ? '' : digits(idle[row]!.p95Ms),
        idle === null ? '' : digits(idle[row]!.cpuMs),
        digits(one.p50Ms),
        digits(one.p95Ms),
      ]),
    ],
    [
      ['uploads meanwhile', 'refused', 'acknowledged p50 ms', 'p95 ms', 'p99 ms', 'drain s'],
      [
        String(ingested.uploads),
        String(ingested.refused),
        digits(ingested.acknowledgedMs.p50),
        digits(ingested.acknowledgedMs.p95),
        digits(ingested.acknowledgedMs.p99),
        digits(ingested.drainSeconds, 1),
      ],
    ],
  ],
  footprint: ({ uploads, tables }) => [
    [
      [
        'table',
        'rows an upload',
        'bytes a row',
        'bytes an upload',
        'MB an instance and day',
        'largest columns',
      ],
      ...tables.map(({ table, rows, bytes }) =>
        footprintRow(table, { rows, bytes: sum(bytes), uploads }, bytes),
      ),
      footprintRow('all', {
        rows: tables.reduce((all, { rows }) => all + rows, 0),
        bytes: tables.reduce((all, { bytes }) => all + sum(bytes), 0),
        uploads,
      }),
    ],
  ],
};

const UPLOADS_PER_DAY = 86_400 / 15;

function footprintRow(
  name: string,
  {
    rows,
    bytes,
    uploads,
  }: { readonly rows: number; readonly bytes: number; readonly uploads: number },
  columns: ReadonlyMap<string, number> = new Map(),
): string[] {
  const perUpload = bytes / uploads;
  const largest = [...columns]
    .slice(0, 3)
    .map(([column, size]) => `${column} ${digits(size / rows, 2)}`);
  return [
    name,
    digits(rows / uploads, 1),
    digits(bytes / rows, 2),
    digits(perUpload),
    digits((perUpload * UPLOADS_PER_DAY) / 1e6, 1),
    largest.join(', '),
  ];
}

function columnsOf({ name, rows, bytes }: Sized): Table {
  return [
    [`${name}: column`, 'bytes a row'],
    ...[...bytes].map(([column, size]) => [column, digits(size / rows, 3)]),
    ['all', digits(sum(bytes) / rows, 3)],
  ];
}

function sum(bytes: ReadonlyMap<string, number>): number {
  return [...bytes.values()].reduce((all, one) => all + one, 0);
}

function digits(value: number, places = 0): string {
  return value.toFixed(places);
}

export function print(tables: readonly Table[]): void {
  for (const table of tables) console.log(`\n${formatTable(table)}`);
}
