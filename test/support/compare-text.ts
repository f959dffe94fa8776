import {
  type CompareInput,
  type Comparison,
  describeCause,
  describeCommon,
  describeVerdict,
  type FunctionChange,
  type PartChange,
} from '@flamehouse/proto';

/** A comparison as text for a golden: the sentences, the numbers behind them, the largest changes. */
export function comparisonText(input: CompareInput, comparison: Comparison, rows = 12): string {
  const { verdict, look, base, head, code, common, smallest, tested, normaliser } = comparison;
  const names = { base: '1.0.0', head: '1.1.0' };
  const side = (facts: Comparison['base']) =>
    `${facts.instances} instances, ${facts.minutes} minutes, ${facts.requests} requests, ${facts.busyTicks} ticks, ${facts.cost.toFixed(1)} per ${normaliser}`;
  return [
    describeVerdict(comparison, names),
    describeCause(comparison, input.functions),
    describeCommon(comparison),
    '',
    `state ${verdict.state}, from ${verdict.from}, exit code ${verdict.exitCode}, look at ${look.minutes} minutes`,
    `base   ${side(base)}`,
    `head   ${side(head)}`,
    `code   ${range(code.change, code.low, code.high)}  p ${code.p.toPrecision(2)}`,
    `common ${range(common.change, common.low, common.high)}  p ${common.p.toPrecision(2)}`,
    `smallest change ${percent(smallest.ofService)}; in functions ${smallest.ofFunction
      .map(({ share, change }) => `of ${percent(share)} ${percent(change)}`)
      .join(', ')}; in the sum ${percent(smallest.ofSum)}`,
    `${comparison.functions.length} functions, ${tested} tested`,
    '',
    ...comparison.functions.slice(0, rows).map((row) => functionLine(input, row)),
    '',
    ...comparison.warnings.map((warning) => `${warning.code}: ${warning.text}`),
  ]
    .join('\n')
    .replaceAll('\u00a0', ' ');
}

function functionLine(input: CompareInput, row: FunctionChange): string {
  const name = input.functions[row.func]!.name;
  const from = row.movedFrom < 0 ? '' : ` was ${input.functions[row.movedFrom]!.name}`;
  const marks = `${row.origin > 0 ? `◆${row.origin}` : ''}${row.state === 'same' ? '' : ` ${row.state}`}${from}`;
  return `${name.padEnd(8)}${marks.padEnd(20)}self ${part(row.self)}  total ${part(row.total)}`;
}

function part({ base, head, effect, low, high, q, flagged, baseTicks, headTicks }: PartChange) {
  const tested = low === null ? 'not tested' : `${range(effect, low, high!)} q ${q!.toFixed(3)}`;
  return `${flagged ? '*' : ' '}${base.toFixed(1)} to ${head.toFixed(1)} ${tested} (${baseTicks} / ${headTicks})`;
}

function range(value: number, low: number, high: number): string {
  return `${percent(value)} [${percent(low)}, ${percent(high)}]`;
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)}%`;
}
