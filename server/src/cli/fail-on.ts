import type { DiffAnswer } from '@flamehouse/proto';
import { UsageError } from './command.ts';

/** When a comparison makes `diff` exit with 1. */
export type FailOn =
  | { readonly kind: 'regression' } // the verdict is `more`
  | { readonly kind: 'any' } // some function or the service changed, either way
  | { readonly kind: 'cpu'; readonly above: number }; // the verdict is `more` by more than this share

/** Read `any` or `cpu>5%`. Errors  UsageError. */
export function readFailOn(text: string | undefined): FailOn {
  if (text === undefined) return { kind: 'regression' };
  if (text === 'any') return { kind: 'any' };
  const match = /^cpu\s*>\s*(\d+(?:\.\d+)?)\s*%$/.exec(text);
  if (match === null) {
    throw new UsageError(`--fail-on is ${JSON.stringify(text)}: write any, or 'cpu>5%'`);
  }
  return { kind: 'cpu', above: Number(match[1]) / 100 };
}

/** 0 no regression, 1 regression, 3 not enough data. */
export function exitCodeOf({ verdict, origins }: DiffAnswer, failOn: FailOn): 0 | 1 | 3 {
  if (verdict.state === 'not-enough-data') return 3;
  switch (failOn.kind) {
    case 'any':
      return verdict.state !== 'no-change' || origins.length > 0 ? 1 : 0;
    case 'cpu':
      return verdict.exitCode === 1 && verdict.effect.value > failOn.above ? 1 : 0;
    case 'regression':
      return verdict.exitCode;
  }
}
