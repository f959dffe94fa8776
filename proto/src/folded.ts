import { ProfileError } from './errors.ts';

/** Stacks of names: stacks[i] is root first, indexes `names` and pairs with values[i]. */
export interface FoldedStacks {
  readonly names: readonly string[];
  readonly stacks: readonly (readonly number[])[];
  readonly values: readonly number[];
}

/**
 * Read folded stacks, one to a line, root first: `main;parse;lex 10`. Blank lines are skipped.
 *
 * The last space parts stack and value, so a frame may hold spaces.
 * Errors  ProfileError FOLDED_INVALID with the number and text of the line.
 * Source  https://github.com/brendangregg/FlameGraph
 */
export function parseFolded(text: string): FoldedStacks {
  const names: string[] = [];
  const rowOf = new Map<string, number>();
  const stacks: number[][] = [];
  const values: number[] = [];
  const row = (name: string) => {
    let known = rowOf.get(name);
    if (known === undefined) {
      known = names.push(name) - 1;
      rowOf.set(name, known);
    }
    return known;
  };
  text.split('\n').forEach((line, index) => {
    const trimmed = line.trim();
    if (trimmed === '') return;
    const match = /^(.*\S)\s+(\d+)$/.exec(trimmed);
    if (match === null || !Number.isSafeInteger(Number(match[2]))) {
      throw new ProfileError('FOLDED_INVALID', `line ${index + 1} is "${trimmed.slice(0, 200)}"`);
    }
    stacks.push(match[1]!.split(';').map((name) => row(name.trim())));
    values.push(Number(match[2]));
  });
  return { names, stacks, values };
}

/**
 * Write stacks as folded text. What would end a frame or a line inside a name is replaced:
 * `;` by `:`, line breaks by spaces.
 */
export function formatFolded(
  stacks: readonly ArrayLike<number>[],
  values: ArrayLike<number>,
  nameOf: (frame: number) => string,
): string {
  const clean = new Map<number, string>();
  const name = (frame: number) => {
    let text = clean.get(frame);
    if (text === undefined) {
      text =
        nameOf(frame)
          .replaceAll(';', ':')
          .replaceAll(/[\r\n]+/g, ' ')
          .trim() || '(no name)';
      clean.set(frame, text);
    }
    return text;
  };
  let text = '';
  stacks.forEach((stack, i) => {
    text += `${Array.from(stack, name).join(';') || '(root)'} ${values[i]}\n`;
  });
  return text;
}
