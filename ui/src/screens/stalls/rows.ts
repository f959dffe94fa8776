import type { StallsAnswer } from '@flamehouse/proto';
import { displayName } from '../../flame/labels.ts';
import { formatMicros, groupDigits } from '../../format.ts';

type Columns = StallsAnswer['stalls'];

/** One stall of the answer. */
export type Stall = { readonly [K in keyof Columns]: Columns[K][number] };

/** The stalls of an answer, longest first, that lasted long enough. */
export function stallRows({ stalls }: StallsAnswer, minMs = 0): readonly Stall[] {
  const rows = stalls.from.map((_, row) => {
    const entries = Object.entries(stalls).map(([name, column]) => [name, column[row]]);
    return Object.fromEntries(entries) as Stall;
  });
  return rows.filter(({ durationMicros }) => durationMicros >= minMs * 1000);
}

/** The frame that says most about a stack: the deepest of your own code, else of a package, else the leaf. */
export function tellingFrame({ frames }: StallsAnswer, stack: readonly number[]): number {
  for (const kind of ['user', 'dependency'])
    for (const frame of stack.toReversed()) if (frames.kind[frame] === kind) return frame;
  return stack.at(-1) ?? -1;
}

/** What ran in a stall, by the heaviest of its stacks; '' when nothing was sampled in it. */
export function whatRan(answer: StallsAnswer, stall: Stall): string {
  const [heaviest] = stall.stacks;
  const frame = heaviest === undefined ? -1 : tellingFrame(answer, answer.stacks[heaviest]!);
  return frame < 0 ? '' : displayName(answer.frames.name[frame]!);
}

/** The answer of the screen. */
export function stallsSentence(
  answer: StallsAnswer,
  rows: readonly Stall[],
  { service, minMs }: { readonly service: string; readonly minMs: number },
): string {
  const [longest] = rows;
  if (longest === undefined) return `The event loop of ${service} did not stall.`;
  const ran = whatRan(answer, longest);
  // The longest are loaded: a limit that none of them is below may let more through.
  const allPass = rows.length === answer.stalls.from.length && answer.rows > rows.length;
  const count = allPass && minMs === 0 ? answer.rows : rows.length;
  const many = `${allPass && minMs > 0 ? 'at least ' : ''}${groupDigits(count)} times`;
  const times = count === 1 ? 'once' : many;
  const most = count === 1 ? 'for' : 'for up to';
  return `The event loop of ${service} stood still ${times}, ${most} ${formatMicros(longest.durationMicros)}${ran === '' ? '' : `, in ${ran}`}.`;
}
