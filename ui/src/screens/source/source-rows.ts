import type { FunctionLinesAnswer } from '@flamehouse/proto';

/** What stands on one line of a file. */
export interface SourceRow {
  readonly line: number;
  readonly text: string | null; // null: no text was opened
  readonly self: number | null; // of the line that ran; null: it did not, or nobody knows
  readonly total: number | null;
  readonly defines: readonly { readonly id: string; readonly name: string }[];
  /** Of the functions that begin here, where lines that ran are not known. */
  readonly ofFunction: boolean;
  readonly skipped: number; // lines left out before this one
}

/** Lines around one with a value that are shown with it. */
const AROUND = 4;

/**
 * The lines to show: those with values and definitions, and with a text those around them, or all.
 *
 * Where a profile does not name the lines that ran, the values of a function stand where it begins.
 */
export function sourceRows(
  answer: Pick<FunctionLinesAnswer, 'functions' | 'lines'>,
  text: readonly string[] | null,
  all: boolean,
): SourceRow[] {
  const { functions, lines } = answer;
  const linesKnown = lines.line.length > 0;
  const ran = new Map(lines.line.map((line, row) => [line, row]));
  const begins = new Map<number, number[]>(); // line -> rows of functions
  functions.line.forEach((line, row) => {
    if (line > 0) begins.set(line, [...(begins.get(line) ?? []), row]);
  });
  const marked = [...new Set([...ran.keys(), ...begins.keys()])].sort((a, b) => a - b);
  let last = 0;
  return shownLines(marked, text, all).flatMap((line): SourceRow[] => {
    const skipped = text === null ? 0 : line - last - 1;
    last = line;
    const head = { line, text: text === null ? null : (text[line - 1] ?? ''), skipped };
    const named = (at: number) => ({ id: functions.id[at]!, name: functions.name[at]! });
    const defined = begins.get(line) ?? [];
    const row = ran.get(line);
    if (linesKnown || defined.length === 0) {
      const value = (column: readonly number[]): number | null =>
        row === undefined ? null : column[row]!;
      const [self, total] = [value(lines.self), value(lines.total)];
      return [{ ...head, self, total, defines: defined.map(named), ofFunction: false }];
    }
    // One row for each, since the stacks of two functions of one line may be the same ones.
    return defined.map((at, i) => ({
      ...(i === 0 ? head : { line, text: null, skipped: 0 }),
      self: functions.self[at]!,
      total: functions.total[at]!,
      defines: [named(at)],
      ofFunction: true,
    }));
  });
}

function shownLines(
  marked: readonly number[],
  text: readonly string[] | null,
  all: boolean,
): number[] {
  if (text === null) return [...marked];
  if (all) return text.map((_, i) => i + 1);
  const near = marked.flatMap((line) =>
    Array.from({ length: 2 * AROUND + 1 }, (_, i) => line - AROUND + i),
  );
  const inside = near.filter((line) => line >= 1 && line <= text.length);
  return [...new Set([...inside, ...marked])].sort((a, b) => a - b);
}
