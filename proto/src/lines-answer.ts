import type { FrameKind, Tier, Unit } from './api.ts';

/**
 * `GET /functions/:id/lines`: the file that a function is in, by definition and by executing line.
 *
 * A stack counts once for each definition, and once for each line, that it goes through. Lines are those
 * that the profile names; Node's agent knows where a function begins, and not which of its lines ran.
 */
export interface FunctionLinesAnswer {
  readonly service: string;
  readonly type: string;
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
  readonly tier: Tier;
  readonly total: number; // of everything that is selected
  readonly functionId: string;
  /** The function itself, over all its definitions. */
  readonly function: { readonly name: string; readonly self: number; readonly total: number };
  readonly file: string; // package-relative; '' when unknown, or when no stack has the function
  readonly package: string;
  readonly kind: FrameKind;
  readonly versions: readonly string[]; // that ran in the range, the newest last
  readonly revision: string; // of the newest; '' when it was not sent
  readonly sourceUrl: string | null; // `{line}` stands for a line; null without a template, or for other code
  /** By line of the definition. */
  readonly functions: {
    readonly id: readonly string[]; // functionId; closures of one name share it
    readonly name: readonly string[];
    readonly line: readonly number[]; // 0 when unknown
    readonly self: readonly number[];
    readonly total: readonly number[];
  };
  /** By line that ran, ascending. */
  readonly lines: {
    readonly line: readonly number[];
    readonly self: readonly number[];
    readonly total: readonly number[];
  };
  /** Of stacks of the file whose executing line is not known. */
  readonly withoutLine: { readonly self: number; readonly total: number };
  /** Who calls the function, largest first. With the stacks that begin in it they come to its total. */
  readonly callers: {
    readonly id: readonly string[]; // functionId
    readonly name: readonly string[];
    readonly file: readonly string[];
    readonly package: readonly string[];
    readonly kind: readonly FrameKind[];
    readonly line: readonly number[]; // that calls; 0 when unknown
    readonly total: readonly number[];
  };
}
