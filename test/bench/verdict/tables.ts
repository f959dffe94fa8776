import { LOOKS, type LookResult, standingVerdict } from '../../../proto/src/compare/index.ts';
import { countRate, formatLimits, formatRate, meanBy } from './rates.ts';
import type { Scenario } from './scenarios.ts';
import type { Outcome } from './trial.ts';

/** Outcomes of one scenario: comparison -> look -> outcome. */
export interface Outcomes {
  readonly scenario: Scenario;
  readonly withHistory: readonly (readonly Outcome[])[];
  readonly without: readonly (readonly Outcome[])[];
}

export type Table = readonly (readonly string[])[];

const HEAD_IDENTICAL = [
  'identical builds, 12 windows of history',
  'n',
  'alarms (95 % limits), %',
  'published',
  'no history, %',
  'interval, %',
  'too few, %',
];

/** Alarms among identical builds. */
export function identicalTable(all: readonly Outcomes[]): Table {
  return [
    HEAD_IDENTICAL,
    ...all.map(({ scenario, withHistory, without }) => {
      const rows = withHistory.flat();
      return [
        scenario.name,
        String(rows.length),
        formatLimits(countRate(rows, ({ alarm }) => alarm)),
        scenario.published,
        formatRate(countRate(without.flat(), ({ alarm }) => alarm)),
        formatRate(countRate(rows, ({ covers }) => covers)),
        formatRate(countRate(rows, ({ verdict }) => verdict === 'not-enough-data')),
      ];
    }),
  ];
}

const HEAD_PLANTED = [
  'planted change, 12 windows of history',
  'n',
  'found (limits), %',
  'first, %',
  'interval, %',
  'published',
  'no history, %',
  '± points',
  'S off by',
];

/** Changes that are there: found, named first, and covered by the interval. */
export function plantedTable(all: readonly Outcomes[]): Table {
  return [
    HEAD_PLANTED,
    ...all.map(({ scenario, withHistory, without }) => {
      const rows = withHistory.flat();
      return [
        scenario.name,
        String(rows.length),
        formatLimits(countRate(rows, ({ found }) => found)),
        formatRate(countRate(rows, ({ first }) => first)),
        formatRate(countRate(rows, ({ covers }) => covers)),
        scenario.published,
        three(without.flat()),
        (100 * meanBy(rows, ({ halfWidth }) => halfWidth)).toFixed(1),
        (100 * meanBy(rows, ({ codeError }) => codeError)).toFixed(1),
      ];
    }),
  ];
}

const HEAD_LOOKS = [
  'looks with spending, 12 windows of history',
  'n',
  ...LOOKS.map(({ minutes }) => `by ${minutes} min, %`),
  'settled false, %',
  'published',
];

/** Cumulative alarms, or changes found, over the looks. */
export function looksTable(all: readonly Outcomes[]): Table {
  return [
    HEAD_LOOKS,
    ...all.map(({ scenario, withHistory }) => {
      const is = (outcome: Outcome) => (scenario.plant === 'none' ? outcome.alarm : outcome.found);
      const upTo = LOOKS.map((_, look) =>
        formatRate(countRate(withHistory, (looks) => looks.slice(0, look + 1).some(is))),
      );
      const settled = countRate(withHistory, (looks) => settledFalse(looks));
      const none = scenario.plant === 'none' ? formatRate(settled) : '';
      return [scenario.name, String(withHistory.length), ...upTo, none, scenario.published];
    }),
  ];
}

function settledFalse(looks: readonly Outcome[]): boolean {
  const results = looks.map(
    ({ verdict }, look): LookResult => ({ minutes: LOOKS[look]!.minutes, state: verdict }),
  );
  const standing = standingVerdict(results);
  return standing?.settled === true && standing.state !== 'no-change';
}

function three(rows: readonly Outcome[]): string {
  return [
    countRate(rows, ({ found }) => found),
    countRate(rows, ({ first }) => first),
    countRate(rows, ({ covers }) => covers),
  ]
    .map(formatRate)
    .join(' / ');
}

/** Columns as wide as their widest cell. */
export function formatTable(table: Table): string {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!),
    );
  return table.map((row) => line(row).join('  ')).join('\n');
}
