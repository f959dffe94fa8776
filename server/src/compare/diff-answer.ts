import {
  type ComparedFunction,
  type DiffAnswer,
  type DiffFunction,
  type DiffSide,
  describeCause,
  describeCommon,
  describeVerdict,
  type SideFacts,
} from '@flamehouse/proto';
import type { TimeRange } from '../storage/profile-store.ts';
import type { DiffResult } from './run-diff.ts';
import type { AskedSide } from './side.ts';

/** The comparison as the API answers it: names instead of rows, sentences, at most `limit` functions. */
export function diffAnswer(
  sides: { readonly base: AskedSide; readonly head: AskedSide },
  { input, comparison, kept }: DiffResult,
  options: { readonly type: string; readonly limit: number },
): DiffAnswer {
  const { functions } = input;
  const names = sideNames(sides);
  const { verdict, normaliser, simultaneous, code, common, smallest, tested, warnings } =
    comparison;
  return {
    type: options.type,
    sentence: describeVerdict(comparison, names),
    cause: describeCause(comparison, functions),
    verdict,
    normaliser,
    simultaneous,
    base: side(sides.base, names.base, comparison.base, kept.base),
    head: side(sides.head, names.head, comparison.head, kept.head),
    code,
    common,
    commonSentence: describeCommon(comparison),
    smallestChange: smallest.ofService,
    origins: comparison.origins.map(({ func, effect, state, ownCode }) => ({
      ...named(functions[func]!),
      effect,
      state,
      ownCode,
    })),
    rows: comparison.functions.length,
    tested,
    functions: comparison.functions.slice(0, options.limit).map(
      ({ func, movedFrom, state, origin, self, total }): DiffFunction => ({
        ...named(functions[func]!),
        state,
        movedFrom:
          movedFrom < 0
            ? null
            : { name: functions[movedFrom]!.name, file: functions[movedFrom]!.file },
        origin,
        self,
        total,
      }),
    ),
    warnings,
  };
}

const named = ({ id, name, file, kind }: ComparedFunction) => ({ id, name, file, kind });

/** How sentences call the two sides. */
export const sideNames = (sides: {
  readonly base: AskedSide;
  readonly head: AskedSide;
}): { readonly base: string; readonly head: string } => ({
  base: nameOf(sides.base, sides.head),
  head: nameOf(sides.head, sides.base),
});

/** A side by its version or time; by its whole selector when that alone does not tell the two apart. */
function nameOf(own: AskedSide, other: AskedSide): string {
  if (own.name !== other.name) return own.name;
  const { service } = own.selection;
  return service === other.selection.service ? own.selector : `${service} ${own.name}`;
}

function side(
  { selector, selection }: AskedSide,
  name: string,
  facts: SideFacts,
  kept: TimeRange | null,
): DiffSide {
  const { service } = selection;
  return { selector, name, service, from: kept?.from ?? 0, to: kept?.to ?? 0, ...facts };
}
