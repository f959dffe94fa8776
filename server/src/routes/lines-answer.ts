import { type FunctionLinesAnswer, nameWithoutPosition, unitOf } from '@flamehouse/proto';
import type { SelectedLines } from '../storage/detail-store.ts';
import type { ProfileSelection } from '../storage/profile-store.ts';
import { sourceUrl } from './source-url.ts';

interface LinesOptions {
  readonly functionId: string;
  readonly template: string | null; // FLAMEHOUSE_SOURCE_URL_TEMPLATE
}

interface Sums {
  self: number;
  total: number;
}

interface CallerSums {
  readonly frame: number;
  readonly line: number;
  total: number;
}

/** The file of a function by definition and by line that ran, and who calls the function; exact over all stacks. */
export function linesAnswer(
  selection: Pick<ProfileSelection, 'service' | 'type'>,
  { stacks, lines, releases }: SelectedLines,
  { functionId, template }: LinesOptions,
): FunctionLinesAnswer {
  const { frames } = stacks;
  const at = frames.functionId.indexOf(functionId);
  const place = {
    file: frames.file[at] ?? '',
    package: frames.package[at] ?? '',
    kind: frames.kind[at] ?? ('native' as const),
  };
  const newest = releases.at(-1) ?? { version: '', revision: '' };
  const inside = Uint8Array.from(frames.file, (file, frame) =>
    file === place.file && frames.package[frame] === place.package ? 1 : 0,
  );
  // Frames without a file have nothing in common but that: the function stands alone.
  const counts = (frame: number): boolean =>
    place.file === '' ? frames.functionId[frame] === functionId : inside[frame] === 1;
  const ofFrame = new Map<number, Sums>();
  const ofLine = new Map<number, Sums>();
  const ofFunction = new Map<number, Sums>();
  const callers = new Map<string, CallerSums>();
  stacks.stacks.forEach((stack, row) => {
    const value = stacks.values[row]!;
    const ran = lines[row] ?? null;
    const frameAt = (i: number): number => (counts(stack[i]!) ? stack[i]! : -1);
    const lineAt = (i: number): number => (counts(stack[i]!) ? (ran?.[i] ?? 0) : -1);
    addOnce(ofFrame, stack.length, frameAt, value);
    addOnce(ofLine, stack.length, lineAt, value);
    const isFunction = (i: number): number =>
      frames.functionId[stack[i]!] === functionId ? 0 : -1;
    addOnce(ofFunction, stack.length, isFunction, value);
    const first = stack.findIndex((frame) => frames.functionId[frame] === functionId);
    if (first > 0) addCaller(callers, stack[first - 1]!, ran?.[first - 1] ?? 0, value, frames);
  });
  return {
    service: selection.service,
    type: selection.type,
    unit: unitOf(selection.type),
    from: stacks.range.from,
    to: stacks.range.to,
    tier: stacks.tier,
    total: stacks.values.reduce((sum, value) => sum + value, 0),
    functionId,
    function: {
      name: nameWithoutPosition(frames.name[at] ?? ''),
      ...(ofFunction.get(0) ?? { self: 0, total: 0 }),
    },
    ...place,
    versions: releases.map(({ version }) => version),
    revision: newest.revision,
    sourceUrl: sourceUrl(template, { ...place, ...newest, service: selection.service }),
    functions: functionColumns(ofFrame, frames),
    ...lineColumns(ofLine),
    callers: callerColumns(callers, frames),
  };
}

/** Add a value to what each place of a stack is, once; a place that is -1 is left out. */
function addOnce(
  sums: Map<number, Sums>,
  length: number,
  keyAt: (place: number) => number,
  value: number,
): void {
  const seen = new Set<number>();
  for (let place = 0; place < length; place++) {
    const key = keyAt(place);
    if (key < 0) continue;
    const sum = sums.get(key) ?? { self: 0, total: 0 };
    sums.set(key, sum);
    if (place === length - 1) sum.self += value;
    if (!seen.has(key)) sum.total += value;
    seen.add(key);
  }
}

type Frames = SelectedLines['stacks']['frames'];

function addCaller(
  callers: Map<string, CallerSums>,
  frame: number,
  line: number,
  value: number,
  frames: Frames,
): void {
  const key = `${frames.functionId[frame]} ${line}`;
  const known = callers.get(key);
  if (known === undefined) callers.set(key, { frame, line, total: value });
  else known.total += value;
}

function functionColumns(
  sums: ReadonlyMap<number, Sums>,
  frames: Frames,
): FunctionLinesAnswer['functions'] {
  const rows = [...sums].sort(
    ([a, x], [b, y]) => frames.line[a]! - frames.line[b]! || y.total - x.total || a - b,
  );
  return {
    id: rows.map(([frame]) => frames.functionId[frame]!),
    name: rows.map(([frame]) => nameWithoutPosition(frames.name[frame]!)),
    line: rows.map(([frame]) => frames.line[frame]!),
    self: rows.map(([, { self }]) => self),
    total: rows.map(([, { total }]) => total),
  };
}

function lineColumns(
  sums: ReadonlyMap<number, Sums>,
): Pick<FunctionLinesAnswer, 'lines' | 'withoutLine'> {
  const rows = [...sums].filter(([line]) => line > 0).sort(([a], [b]) => a - b);
  return {
    lines: {
      line: rows.map(([line]) => line),
      self: rows.map(([, { self }]) => self),
      total: rows.map(([, { total }]) => total),
    },
    withoutLine: sums.get(0) ?? { self: 0, total: 0 },
  };
}

function callerColumns(
  callers: ReadonlyMap<string, CallerSums>,
  frames: Frames,
): FunctionLinesAnswer['callers'] {
  const rows = [...callers.values()].sort(
    (a, b) => b.total - a.total || a.frame - b.frame || a.line - b.line,
  );
  const pick = <T>(column: readonly T[]) => rows.map(({ frame }) => column[frame]!);
  return {
    id: pick(frames.functionId),
    name: pick(frames.name).map(nameWithoutPosition),
    file: pick(frames.file),
    package: pick(frames.package),
    kind: pick(frames.kind),
    line: rows.map(({ line }) => line),
    total: rows.map(({ total }) => total),
  };
}
