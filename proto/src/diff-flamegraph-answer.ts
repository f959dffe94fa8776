import type { FrameKind } from './api.ts';
import type { FunctionChange } from './compare/rows.ts';
import type { Normaliser } from './compare/standardise.ts';

/** One side of the tree: the minutes that stand for it, and what they come to. */
export interface DiffFlamegraphSide {
  readonly name: string; // as sentences of `GET /diff` call it
  readonly service: string;
  readonly from: number; // of the first kept minute; 0 when none was kept
  readonly to: number; // end of the last kept minute
  readonly cost: number; // as in `GET /diff`: what moved all functions alike is still in it
  readonly total: number; // of row 0: what moved all functions alike is taken out
}

/**
 * The answer of `GET /api/v1/diff/flamegraph`: the call trees of both sides as one.
 *
 * Shape   parallel columns; row 0 of `nodes` is the root, parents come before their children. A node
 *         is a path of functions, and a function that moved or changed its name is one with what it was.
 * Units   microseconds per request, cores per instance or a share of 1, by `normaliser`. Self values of
 *         a function add up to `self.base` and `self.head` of the same function in `GET /diff`.
 */
export interface DiffFlamegraphAnswer {
  readonly type: string;
  readonly normaliser: Normaliser;
  readonly base: DiffFlamegraphSide;
  readonly head: DiffFlamegraphSide;
  readonly foldedNodes: number;
  readonly foldedBase: number; // value of the nodes that were folded away
  readonly foldedHead: number;
  readonly functions: {
    readonly id: readonly string[]; // functionId; of head when it moved
    readonly name: readonly string[];
    readonly file: readonly string[];
    readonly package: readonly string[];
    readonly kind: readonly FrameKind[];
    readonly state: readonly FunctionChange['state'][];
    readonly origin: readonly number[]; // 1 for the first origin, 0 for none
    readonly significant: readonly boolean[]; // self or total, after many tests at once
    readonly effect: readonly number[]; // of its total over all of its nodes, as a share of the service on the base side
  };
  readonly nodes: {
    readonly id: readonly string[]; // 16 hex, a hash of the path; zeros for the root
    readonly parent: readonly number[]; // row of the caller; -1 for row 0
    readonly function: readonly number[]; // row of `functions`; -1 for row 0
    readonly baseSelf: readonly number[];
    readonly headSelf: readonly number[];
    readonly baseTotal: readonly number[];
    readonly headTotal: readonly number[];
    readonly folded: readonly number[]; // descendants folded away directly below
  };
}
