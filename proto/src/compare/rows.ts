import type { Findings } from './compare.ts';
import { NEW_OR_GONE } from './moved.ts';
import type { Sizes } from './sizes.ts';
import { type FunctionTest, halfWidth, type Part } from './test-functions.ts';
import type { Interval } from './verdict.ts';

/** Self or total of one function on both sides. */
export interface PartChange {
  readonly base: number; // in the normaliser's unit, the common mode taken out
  readonly head: number;
  readonly effect: number; // head - base, as a share of the service's base
  readonly low: number | null; // 95 % interval of the effect; null when too small to test
  readonly high: number | null;
  readonly ofItself: number | null; // relative change; null for a new function
  readonly p: number | null;
  readonly q: number | null;
  readonly flagged: boolean;
  readonly baseTicks: number;
  readonly headTicks: number;
}

export interface FunctionChange {
  readonly func: number; // row of the input's functions; of head when it moved
  readonly movedFrom: number; // row in base of the function that it was; -1 when it did not move
  readonly state: 'new' | 'gone' | 'moved' | 'same';
  readonly origin: number; // 1 for the first origin, 0 for none
  readonly self: PartChange;
  readonly total: PartChange;
}

export interface OriginChange {
  readonly func: number; // row of the input's functions
  readonly effect: Interval;
  readonly state: FunctionChange['state'];
  readonly ownCode: boolean; // else it calls more, or dearer, code
  readonly children: readonly { readonly func: number; readonly effect: number }[];
}

/** All functions that either side holds, the largest change first. */
export function functionChanges(found: Findings): FunctionChange[] {
  const movedTo = movedRows(found);
  const tests = new Map(found.tests.map((test) => [keyOf(test), test]));
  const flagged = new Set(found.flagged.map(keyOf));
  const ranks = new Map(found.origins.map(({ test }, i) => [test.func, i + 1]));
  const change = (func: number, part: Part) =>
    partChange(found, func, part, tests.get(keyOf({ func, part })), flagged);
  const rows: FunctionChange[] = [];
  for (let func = 0; func < found.total.pooled.length; func++) {
    if (found.total.pooled[func] === 0) continue;
    rows.push({
      func: movedTo.get(func) ?? func,
      movedFrom: movedTo.has(func) ? func : -1,
      state: stateOf(found.total, func, movedTo),
      origin: ranks.get(func) ?? 0,
      self: change(func, 'self'),
      total: change(func, 'total'),
    });
  }
  const size = ({ self, total }: FunctionChange) =>
    Math.max(Math.abs(self.effect), Math.abs(total.effect));
  return rows.sort((a, b) => size(b) - size(a) || a.func - b.func);
}

export function originChanges(found: Findings): OriginChange[] {
  const movedTo = movedRows(found);
  return found.origins.map(({ test, ownCode, children }) => ({
    func: movedTo.get(test.func) ?? test.func,
    effect: intervalOf(test),
    state: stateOf(found.total, test.func, movedTo),
    ownCode,
    children: children.map(({ func, effect }) => ({ func: movedTo.get(func) ?? func, effect })),
  }));
}

/** Row that a moved function is counted as -> its row in head. */
function movedRows({ moved }: Findings): Map<number, number> {
  return new Map(moved.map(({ gone, appeared }) => [gone, appeared]));
}

function stateOf(
  { base, head }: Sizes,
  func: number,
  movedTo: ReadonlyMap<number, number>,
): FunctionChange['state'] {
  if (movedTo.has(func)) return 'moved';
  if (base[func]! < NEW_OR_GONE * head[func]!) return 'new';
  return head[func]! < NEW_OR_GONE * base[func]! ? 'gone' : 'same';
}

function partChange(
  found: Findings,
  func: number,
  part: Part,
  test: FunctionTest | undefined,
  flagged: ReadonlySet<string>,
): PartChange {
  const { base, head } = found[part];
  const ticks = part === 'self' ? found.data.selfTicks : found.data.totalTicks;
  const interval = test === undefined ? null : intervalOf(test);
  return {
    base: base[func]!,
    head: head[func]!,
    effect: (head[func]! - base[func]!) / found.serviceBase,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    ofItself: base[func]! > 0 ? head[func]! / base[func]! - 1 : null,
    p: test?.p ?? null,
    q: test?.q ?? null,
    flagged: flagged.has(keyOf({ func, part })),
    baseTicks: ticks[func]!,
    headTicks: ticks[found.data.functionCount + func]!,
  };
}

function intervalOf(test: FunctionTest): Interval {
  const half = halfWidth(test);
  return { value: test.effect, low: test.effect - half, high: test.effect + half };
}

function keyOf({ func, part }: Pick<FunctionTest, 'func' | 'part'>): string {
  return `${func} ${part}`;
}
