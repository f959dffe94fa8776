import type { FrameKind } from './api.ts';
import type { SideFacts } from './compare/report.ts';
import type { FunctionChange, OriginChange, PartChange } from './compare/rows.ts';
import type { Normaliser } from './compare/standardise.ts';
import type { Interval, Verdict } from './compare/verdict.ts';
import type { Warning } from './compare/warnings.ts';
import type { RelativeChange } from './compare/whole-service.ts';

/** One side of `GET /api/v1/diff`: what was asked for, and the minutes that stand for it. */
export interface DiffSide extends SideFacts {
  readonly selector: string; // `version:1.2.3@…`, as it was asked
  readonly name: string; // how sentences call it
  readonly service: string;
  readonly from: number; // of the first kept minute; 0 when none was kept
  readonly to: number; // end of the last kept minute
}

export interface DiffFunction {
  readonly id: string; // functionId
  readonly name: string;
  readonly file: string;
  readonly kind: FrameKind;
  readonly state: FunctionChange['state'];
  readonly movedFrom: { readonly name: string; readonly file: string } | null;
  readonly origin: number; // 1 for the first origin, 0 for none
  readonly self: PartChange;
  readonly total: PartChange;
}

export interface DiffOrigin {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly kind: FrameKind;
  readonly effect: Interval;
  readonly state: OriginChange['state'];
  readonly ownCode: boolean;
}

/**
 * The answer of `GET /api/v1/diff`.
 *
 * Units   effects are shares of the service's CPU on the base side (0.081 is 8.1 %); `base` and `head`
 *         of a function are microseconds per request, cores per instance or a share, by `normaliser`.
 */
export interface DiffAnswer {
  readonly type: string;
  readonly sentence: string;
  readonly cause: string;
  readonly verdict: Verdict;
  readonly normaliser: Normaliser;
  readonly simultaneous: boolean;
  readonly base: DiffSide;
  readonly head: DiffSide;
  readonly code: RelativeChange;
  readonly common: RelativeChange;
  readonly commonSentence: string;
  readonly smallestChange: number;
  readonly origins: readonly DiffOrigin[];
  readonly rows: number; // functions that either side holds
  readonly tested: number;
  readonly functions: readonly DiffFunction[]; // largest change first
  readonly warnings: readonly Warning[];
}
