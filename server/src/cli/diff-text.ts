import { type DiffAnswer, type DiffFunction, formatCount, formatSigned } from '@flamehouse/proto';

const FUNCTIONS_SHOWN = 10;
const SPACE = '\u00a0';

/** The verdict for a terminal: the sentence, why, the functions that count, what makes it worth less. */
export function diffText(answer: DiffAnswer): string {
  const rows = shown(answer).map(
    (row) =>
      `  ${mark(row)} ${effectOf(row).padStart(9)}  ${intervalOf(row).padEnd(20)} ${label(row)}\n`,
  );
  const head = rows.length === 0 ? '' : '\n  of the service  95 % interval      function\n';
  return [
    `${answer.sentence}\n`,
    ...[answer.cause, answer.commonSentence]
      .filter((text) => text !== '')
      .map((text) => `${text}\n`),
    head,
    ...rows,
    `\n${sidesOf(answer)}\n`,
    ...answer.warnings.map(({ text }) => `warning: ${text}\n`),
  ].join('');
}

/** The same for a comment on a pull request. */
export function diffMarkdown(answer: DiffAnswer): string {
  const rows = shown(answer).map(
    (row) =>
      `| ${mark(row)} \`${label(row).replaceAll('|', '\\|')}\` | ${effectOf(row)} | ${intervalOf(row)} |\n`,
  );
  const table =
    rows.length === 0
      ? ''
      : `\n| Function | Of the service | 95 % interval |\n| --- | ---: | --- |\n${rows.join('')}`;
  const warnings = answer.warnings.map(({ text }) => `- ${text}\n`).join('');
  return [
    `**${answer.sentence}**\n`,
    answer.cause === '' ? '' : `\n${answer.cause}\n`,
    answer.commonSentence === '' ? '' : `\n${answer.commonSentence}\n`,
    table,
    warnings === '' ? '' : `\n${warnings}`,
    `\n<sub>${sidesOf(answer)}</sub>\n`,
  ].join('');
}

/** Functions whose change is significant, origins first. */
function shown({ functions }: DiffAnswer): DiffFunction[] {
  return functions
    .filter(({ origin, self, total }) => origin > 0 || self.flagged || total.flagged)
    .sort((a, b) => (a.origin || Number.POSITIVE_INFINITY) - (b.origin || Number.POSITIVE_INFINITY))
    .slice(0, FUNCTIONS_SHOWN);
}

function mark({ origin, total }: DiffFunction): string {
  if (origin > 0) return '◆';
  return total.effect > 0 ? '▲' : '▼';
}

function effectOf({ total }: DiffFunction): string {
  return `${formatSigned(total.effect * 100)}${SPACE}pp`;
}

function intervalOf({ total: { low, high } }: DiffFunction): string {
  if (low === null || high === null) return 'too small to test';
  return `${formatSigned(low * 100)} to ${formatSigned(high * 100)}`;
}

function label({ name, file, state, movedFrom }: DiffFunction): string {
  const place = file === '' ? name : `${name} ${file}`;
  if (state === 'moved' && movedFrom !== null) return `${place} (was ${movedFrom.name})`;
  return state === 'same' ? place : `${place} (${state})`;
}

function sidesOf({ base, head }: DiffAnswer): string {
  const side = ({ name, instances, minutes, requests, busyTicks }: DiffAnswer['base']) =>
    `${name}: ${instances} instances, ${minutes} minutes, ${formatCount(requests)} requests, ${formatCount(busyTicks)} samples`;
  return `${side(base)}; ${side(head)}`;
}
