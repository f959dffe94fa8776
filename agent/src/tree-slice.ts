import { contextOfTick } from './native-context.ts';
import { SampleContext } from './sample-context.ts';
import type { CpuSlice, RawFrame, StallAt } from './v8-profiler.ts';

/** A tick, as the addon saw it. */
interface RawTick {
  readonly context?: unknown;
  readonly timestamp: bigint; // epoch microseconds
  readonly cpuTime?: number; // of this thread since the tick before, nanoseconds
}

/** A node of V8's call tree. */
export interface RawNode {
  readonly name: string; // empty for an anonymous function
  readonly scriptName: string;
  readonly scriptId: number;
  readonly lineNumber: number;
  readonly columnNumber: number;
  readonly hitCount: number;
  readonly contexts?: readonly RawTick[]; // not on platforms without signals
  readonly children: readonly RawNode[];
}

/** What the addon answers to a stop, before the library makes a profile of it. */
export interface RawProfile {
  readonly topDownRoot: RawNode;
  readonly startTime: number; // microseconds of V8's clock
  readonly endTime: number;
  readonly hasCpuTime?: boolean;
  readonly nonJSThreadsCpuTime?: number; // nanoseconds
}

export const IDLE_FRAME: RawFrame = { name: '(idle)', file: '', line: 0 };
const GC_FRAME: RawFrame = { name: 'Garbage Collection', file: '', line: 0 };
const FRAMES_MAX = 20_000; // functions of a large application; past it the memory starts afresh

/** Functions that were seen, each with one frame for as long as the sampler runs. */
export class FrameIndex {
  #byName = new Map<string, { readonly scriptId: number; readonly frame: RawFrame }[]>();
  #size = 0;

  frameOf(node: RawNode): RawFrame {
    const named = this.#byName.get(node.name) ?? [];
    for (const { scriptId, frame } of named) {
      const { lineNumber, columnNumber } = node;
      if (scriptId !== node.scriptId) continue;
      if (frame.line === lineNumber && frame.column === columnOf(lineNumber, columnNumber)) {
        return frame;
      }
    }
    return this.#add(node, named);
  }

  #add(node: RawNode, named: { readonly scriptId: number; readonly frame: RawFrame }[]): RawFrame {
    if (this.#size >= FRAMES_MAX) {
      this.#byName = new Map();
      this.#size = 0;
      named = [];
    }
    const frame = frameOf(node);
    named.push({ scriptId: node.scriptId, frame });
    if (named.length === 1) this.#byName.set(node.name, named);
    this.#size += 1;
    return frame;
  }
}

function frameOf({ name, scriptName, lineNumber, columnNumber }: RawNode): RawFrame {
  return {
    name: name === '' ? anonymousName(lineNumber, columnNumber) : name,
    file: scriptName.startsWith('file://') ? scriptName.slice(7) : scriptName,
    line: lineNumber,
    column: columnOf(lineNumber, columnNumber),
  };
}

/** A column without a line says nothing. */
function columnOf(line: number, column: number): number {
  return line > 0 ? column : 0;
}

function anonymousName(line: number, column: number): string {
  if (line === 0) return '(anonymous)';
  return column === 0 ? `(anonymous:L#${line})` : `(anonymous:L#${line}:C#${column})`;
}

export interface SliceOptions {
  readonly index: FrameIndex;
  readonly intervalMicros: number; // as asked for
  readonly stallAt: StallAt | null;
}

/**
 * The ticks of V8's call tree by stack, context and stall.
 *
 * The tree is walked as the addon gives it. The library would first make a location, a function and a
 * copy of the stack for each of its nodes, which took twice as long as the stop itself.
 */
export function sliceOfTree(
  profile: RawProfile,
  { index, intervalMicros, stallAt }: SliceOptions,
): CpuSlice {
  const walk = new TreeWalk(index, stallAt);
  for (const node of profile.topDownRoot.children) walk.top(node);
  const micros = profile.endTime - profile.startTime;
  // V8's intervals are longer than asked for; very short times say nothing of them.
  const mean = walk.hits === 0 ? intervalMicros : Math.floor(micros / walk.hits);
  const tickMicros = Math.min(Math.max(mean, intervalMicros), 2 * intervalMicros);
  return {
    frames: walk.frames,
    stacks: walk.stacks,
    ticks: walk.ticks,
    contexts: walk.contexts,
    stalls: walk.stalls,
    tickNanos: tickMicros * 1000,
    durationNanos: micros * 1000,
    nonJsCpuNanos: profile.nonJSThreadsCpuTime ?? 0,
    threadCpuNanos: walk.cpuNanos,
  };
}

class TreeWalk {
  readonly frames: RawFrame[] = [];
  readonly stacks: (readonly number[])[] = [];
  readonly ticks: number[] = [];
  readonly contexts: (SampleContext | null)[] = [];
  readonly stalls: number[] = [];
  hits = 0; // all ticks, those of (program) among them
  cpuNanos = 0;
  readonly #index: FrameIndex;
  readonly #stallAt: StallAt | null;
  readonly #rows = new Map<RawFrame, number>();
  readonly #path: number[] = []; // rows of the frames from the root down to the node

  constructor(index: FrameIndex, stallAt: StallAt | null) {
    this.#index = index;
    this.#stallAt = stallAt;
  }

  /** A node below the root, where V8's own states stand beside the functions. */
  top(node: RawNode): void {
    if (node.scriptName !== '') this.#visit(node, this.#index.frameOf(node));
    else if (node.name === '(program)') this.hits += node.hitCount;
    else if (node.name === '(idle)') this.#idle(node);
    else {
      const gc = node.name === '(garbage collector)';
      this.#visit(node, gc ? GC_FRAME : this.#index.frameOf(node));
    }
  }

  /** Which context and which stall idle ticks stand in says nothing. */
  #idle(node: RawNode): void {
    this.hits += node.hitCount;
    for (const { cpuTime = 0 } of node.contexts ?? []) this.cpuNanos += cpuTime;
    if (node.hitCount > 0) {
      this.#push([this.#row(IDLE_FRAME)], { context: null, stall: -1, ticks: node.hitCount });
    }
  }

  #visit(node: RawNode, frame: RawFrame): void {
    this.#path.push(this.#row(frame));
    if (node.hitCount > 0) {
      this.hits += node.hitCount;
      this.#count(node);
    }
    for (const child of node.children) this.#visit(child, this.#index.frameOf(child));
    this.#path.pop();
  }

  #count({ hitCount, contexts = [] }: RawNode): void {
    const stack = this.#path.slice().reverse();
    let left = hitCount;
    for (const group of this.#groups(contexts)) {
      const ticks = Math.min(group.ticks, left);
      if (ticks > 0) this.#push(stack, { ...group, ticks });
      left -= ticks;
    }
    if (left > 0) this.#push(stack, { context: null, stall: -1, ticks: left });
  }

  /** The ticks that have a context or stand in a stall; the node's others need no row of their own. */
  #groups(ticks: readonly RawTick[]): Iterable<TickGroup> {
    const groups = new Map<SampleContext, TickGroup[]>();
    for (const tick of ticks) {
      this.cpuNanos += tick.cpuTime ?? 0;
      const context = contextOfTick(tick.context);
      const stall = this.#stallAt === null ? -1 : this.#stallAt(Number(tick.timestamp));
      if (context === null && stall < 0) continue;
      const known = groups.get(context ?? OUTSIDE);
      const group = known?.find((one) => one.stall === stall);
      if (group !== undefined) group.ticks += 1;
      else if (known !== undefined) known.push({ context, stall, ticks: 1 });
      else groups.set(context ?? OUTSIDE, [{ context, stall, ticks: 1 }]);
    }
    return [...groups.values()].flat();
  }

  #row(frame: RawFrame): number {
    let row = this.#rows.get(frame);
    if (row === undefined) {
      row = this.frames.push(frame) - 1;
      this.#rows.set(frame, row);
    }
    return row;
  }

  #push(stack: readonly number[], { context, stall, ticks }: TickGroup): void {
    this.stacks.push(stack);
    this.ticks.push(ticks);
    this.contexts.push(context);
    this.stalls.push(stall);
  }
}

/** Ticks of one stack that share context and stall. */
interface TickGroup {
  readonly context: SampleContext | null;
  readonly stall: number; // -1 = none
  ticks: number;
}

/** Key of the ticks of a stall that belong to no context. */
const OUTSIDE = new SampleContext(null, null, null);
