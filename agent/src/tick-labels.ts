import { contextOfTick } from './native-context.ts';
import { SampleContext } from './sample-context.ts';

/** Ticks of one stack that share context and stall. */
export interface TickGroup {
  readonly context: SampleContext | null;
  readonly stall: number; // -1 = none
  ticks: number;
}

/** A node of V8's call tree, as far as it is used. */
interface Node {
  readonly name: string;
  readonly scriptName: string;
  readonly hitCount: number;
}

export interface LabelRequest {
  readonly node: unknown;
  readonly context?: unknown;
}

const NO_LABELS = {};

/**
 * Listens in while the library serializes: it asks for the labels of every tick, and then for those
 * of the node. With no labels it writes one sample per node instead of one per tick, and what was
 * asked is counted here, so that serialization costs the same with contexts as without.
 *
 * Shape   groups[i] belongs to sample i of the profile.
 */
export class TickLabels {
  readonly groups: TickGroup[][] = [];
  idleTicks = 0;
  readonly #stallAt: ((epochMicros: number) => number) | null;
  #node: Node | null = null;
  #open = new Map<number, Map<SampleContext, TickGroup>>(); // stall -> context -> group

  constructor(stallAt: ((epochMicros: number) => number) | null) {
    this.#stallAt = stallAt;
  }

  readonly generate = (asked: LabelRequest): typeof NO_LABELS => {
    const node = asked.node as Node;
    if (node !== this.#node) this.#begin(node);
    if (asked.context === undefined) this.#end();
    else this.#count(asked.context as { context?: unknown; timestamp: bigint });
    return NO_LABELS;
  };

  #begin(node: Node): void {
    this.#node = node;
    if (this.#open.size > 0) this.#open = new Map();
    // Serialization leaves idle ticks out when they carry no CPU, so they are read from the node.
    if (node.name === '(idle)' && node.scriptName === '') this.idleTicks = node.hitCount;
  }

  #end(): void {
    this.groups.push([...this.#open.values()].flatMap((byContext) => [...byContext.values()]));
    if (this.#open.size > 0) this.#open = new Map();
  }

  #count(tick: { readonly context?: unknown; readonly timestamp: bigint }): void {
    const stall = this.#stallAt === null ? -1 : this.#stallAt(Number(tick.timestamp));
    const context = contextOfTick(tick.context);
    if (context === null && stall < 0) return; // the rest of the node's ticks
    let byContext = this.#open.get(stall);
    if (byContext === undefined) {
      byContext = new Map();
      this.#open.set(stall, byContext);
    }
    const key = context ?? OUTSIDE;
    const group = byContext.get(key);
    if (group === undefined) byContext.set(key, { context, stall, ticks: 1 });
    else group.ticks += 1;
  }
}

/** Key of the ticks of a stall that belong to no context. */
const OUTSIDE = new SampleContext(null, null, null);

/** Columns of a slice. */
export class SliceRows {
  readonly stacks: (readonly number[])[] = [];
  readonly ticks: number[] = [];
  readonly contexts: (SampleContext | null)[] = [];
  readonly stalls: number[] = [];

  /** The ticks of one node: those of each group, and the rest outside any. */
  add(stack: readonly number[], ticks: number, groups: readonly TickGroup[]): void {
    let left = ticks;
    for (const group of groups) {
      const own = Math.min(group.ticks, left);
      if (own > 0) this.#push(stack, { ...group, ticks: own });
      left -= own;
    }
    if (left > 0) this.#push(stack, { context: null, stall: -1, ticks: left });
  }

  #push(stack: readonly number[], { context, stall, ticks }: TickGroup): void {
    this.stacks.push(stack);
    this.ticks.push(ticks);
    this.contexts.push(context);
    this.stalls.push(stall);
  }
}
