import { type CallGraph, partAbove, reachable } from './call-graph.ts';
import { type ComparedFunction, LEVELS } from './input.ts';
import { NEW_OR_GONE } from './moved.ts';
import { type FunctionTest, halfWidth } from './test-functions.ts';

/** A function that a change starts in. */
export interface Origin {
  readonly test: FunctionTest; // of its total
  readonly ownCode: boolean; // its self alone is most of the change; else it calls more or dearer code
  readonly children: readonly FunctionTest[]; // flagged totals of what it calls, largest first
}

export interface OriginOptions {
  readonly functions: readonly ComparedFunction[];
  readonly tests: readonly FunctionTest[]; // all tests of both parts
  readonly flagged: readonly FunctionTest[];
  readonly graph: CallGraph;
  readonly serviceBase: number;
  readonly relativeNoise: number; // ρ: of the difference of one function between the sides
}

const ORIGINS_MAX = 5;
const SAME_EFFECT = 0.15;
const NOISE_MAX = 0.25;
const OWN_CODE = 0.7;
/** Code that a function of the runtime calls has at least this part of its change, else the rest is the runtime's own. */
const CARRIED_MIN = 0.4;
/** A caller's own code, or something else that it calls, has at least this part of what is left of its change. */
const OTHER_MIN = 0.5;

/**
 * Name the functions that a change starts in, largest change first.
 *
 * Of those that explain the largest change, the smallest: a caller takes part in what it calls, so
 * neither the deepest function nor the surest one is the right one (65 to 88 % when simulated).
 */
export function nameOrigins(options: OriginOptions): Origin[] {
  const { tests, flagged, graph } = options;
  const totals = new Map(tests.filter(isTotal).map((test) => [test.func, test]));
  const self = new Map(tests.filter((test) => !isTotal(test)).map((test) => [test.func, test]));
  // A function may be flagged by its self alone; its total then stands for it.
  let left = [...new Set(flagged.map(({ func }) => func))].flatMap((func) => {
    const test = totals.get(func);
    return test === undefined ? [] : [{ test, remaining: test.effect }];
  });
  left = withoutCarriers(left, options);
  const origins: Origin[] = [];
  while (left.length > 0 && origins.length < ORIGINS_MAX) {
    const largest = left.reduce((a, b) => (Math.abs(b.remaining) > Math.abs(a.remaining) ? b : a));
    if (Math.abs(largest.remaining) < LEVELS.floor) break;
    const { below } = around(largest, graph);
    const explaining = left.filter((one) => below(one) && explains(one, largest, options));
    const origin = orOwnCaller(smallest(explaining, largest), explaining, options);
    origins.push(describe(origin.test, totals, self, graph, flagged));
    left = withoutExplained(left, origin, graph, self);
  }
  return origins;
}

/**
 * Leave out the runtime's functions through which code of the application was called that changed the
 * same way: `processTicksAndRejections` grows with whatever runs in it, and nobody can repair it there.
 */
function withoutCarriers(
  candidates: readonly Candidate[],
  { functions, graph }: OriginOptions,
): Candidate[] {
  if (graph.flow.size === 0) return [...candidates];
  const isCode = ({ test }: Candidate) =>
    functions[test.func]!.kind === 'user' || functions[test.func]!.kind === 'dependency';
  return candidates.filter((one) => {
    if (isCode(one)) return true;
    const { below } = around(one, graph);
    return !candidates.some(
      (other) => isCode(other) && below(other) && other.remaining / one.remaining >= CARRIED_MIN,
    );
  });
}

function smallest(candidates: readonly Candidate[], largest: Candidate): Candidate {
  return candidates.reduce((a, b) => (sizeOf(b.test) < sizeOf(a.test) ? b : a), largest);
}

/**
 * A library that did not run before runs because somebody calls it now: name the nearest caller in the
 * application's own code, if it explains the change as well. The same for one that nobody calls any more.
 */
function orOwnCaller(
  origin: Candidate,
  explaining: readonly Candidate[],
  { functions, graph }: OriginOptions,
): Candidate {
  const isOwn = ({ test }: Candidate) => functions[test.func]!.kind === 'user';
  const { base, head } = origin.test;
  if (isOwn(origin) || Math.min(base, head) >= NEW_OR_GONE * Math.max(base, head)) return origin;
  const { above } = around(origin, graph);
  const callers = explaining.filter((one) => isOwn(one) && above(one));
  return callers.length === 0 ? origin : smallest(callers, callers[0]!);
}

interface Candidate {
  readonly test: FunctionTest;
  readonly remaining: number; // effect less what was named below it
}

function explains(one: Candidate, largest: Candidate, options: OriginOptions): boolean {
  const change = Math.abs(largest.remaining);
  const between = sizeOf(largest.test) - sizeOf(one.test);
  if (between < 0 || Math.sign(one.remaining) !== Math.sign(largest.remaining)) return false;
  const noise = (options.relativeNoise * between) / options.serviceBase;
  const allowed = Math.max(SAME_EFFECT * change, Math.min(noise, NOISE_MAX * change));
  return Math.abs(largest.remaining - one.remaining) <= allowed;
}

/**
 * Drop the origin, what is below it, and callers for which nothing significant is left.
 *
 * What is left of a caller has to be somewhere: in its own code, or in something else that it calls.
 * Otherwise only the ways to the origin differ, as when a busier event loop takes another one, or as
 * when wrappers that everything is called through hide which caller a part of it came from.
 */
function withoutExplained(
  candidates: readonly Candidate[],
  origin: Candidate,
  graph: CallGraph,
  self: ReadonlyMap<number, FunctionTest>,
): Candidate[] {
  const { below, above, part } = around(origin, graph);
  const elsewhere = candidates.filter((one) => !below(one) && !above(one));
  const hasOther = ({ test, remaining }: Candidate) => {
    const own = self.get(test.func)?.effect ?? 0;
    if (own * Math.sign(remaining) >= OTHER_MIN * Math.abs(remaining)) return true;
    if (graph.flow.size === 0) return true;
    const called = reachable(graph.callees, test.func);
    return elsewhere.some(
      (one) => called.has(one.test.func) && one.remaining / remaining >= OTHER_MIN,
    );
  };
  return candidates.flatMap((one) => {
    if (below(one)) return [];
    if (!above(one)) return [one];
    const left = { test: one.test, remaining: one.remaining - origin.remaining * part(one) };
    return Math.abs(left.remaining) > halfWidth(one.test) && hasOther(left) ? [left] : [];
  });
}

/** What lies below and above a function. Where calls are not known, sizes have to say it. */
function around({ test, remaining }: Candidate, graph: CallGraph) {
  if (graph.flow.size === 0) {
    const smaller = (one: Candidate) => sizeOf(one.test) <= sizeOf(test);
    const sameWay = (one: Candidate) => Math.sign(one.remaining) === Math.sign(remaining);
    return {
      below: (one: Candidate) => smaller(one) && sameWay(one),
      above: (one: Candidate) => !smaller(one),
      part: () => 1,
    };
  }
  const callees = reachable(graph.callees, test.func);
  const callers = reachable(graph.callers, test.func);
  const parts = partAbove(graph, test.func);
  return {
    below: (one: Candidate) => callees.has(one.test.func),
    above: (one: Candidate) => callers.has(one.test.func),
    // A caller on one of several ways to the function takes part in what comes along its own.
    part: (one: Candidate) => parts[one.test.func]!,
  };
}

function describe(
  test: FunctionTest,
  totals: ReadonlyMap<number, FunctionTest>,
  self: ReadonlyMap<number, FunctionTest>,
  graph: CallGraph,
  flagged: readonly FunctionTest[],
): Origin {
  const own = self.get(test.func)?.effect ?? 0;
  const changed = new Set(flagged.map(({ func }) => func));
  const children = graph.callees[test.func]!.filter((func) => changed.has(func))
    .flatMap((func) => totals.get(func) ?? [])
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
  return { test, ownCode: own / test.effect >= OWN_CODE, children };
}

function isTotal({ part }: FunctionTest): boolean {
  return part === 'total';
}

function sizeOf({ base, head }: FunctionTest): number {
  return base + head;
}
