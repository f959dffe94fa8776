import type { DeployVerdict, VerdictState } from '@flamehouse/proto';
import type { PlotKind } from './interval-plot.tsx';

const GLYPHS = {
  more: 'M5 1 9.5 9h-9Z',
  less: 'M5 9 .5 1h9Z',
  same: 'M1 2.6h8v1.7H1ZM1 5.7h8v1.7H1Z',
  few: 'M5 .8a4.2 4.2 0 1 0 0 8.4A4.2 4.2 0 0 0 5 .8Zm0 1.4a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6Z',
  wait: 'M5 .8a4.2 4.2 0 1 0 4.2 4.2H7.8A2.8 2.8 0 1 1 5 2.2Z',
} as const;

export type GlyphName = keyof typeof GLYPHS;

/** A filled sign of 10 px: verdicts are told by shape and word, not by colour alone. */
export function Glyph({ name }: { readonly name: GlyphName }) {
  return (
    <svg class="g" viewBox="0 0 10 10" aria-hidden="true">
      <path d={GLYPHS[name]} fill-rule="evenodd" />
    </svg>
  );
}

export const KIND_OF_STATE: Readonly<Record<VerdictState, PlotKind>> = {
  more: 'more',
  less: 'less',
  'no-change': 'same',
  'not-enough-data': 'few',
};

/** The look and the words of a deploy's verdict, also where it is still being judged. */
export function chipOf(verdict: DeployVerdict | null): { kind: GlyphName; words: string } {
  if (verdict === null) return { kind: 'same', words: 'First version' };
  const { status, state, minutes, minutesWanted, memory } = verdict;
  if (status === 'judging' || state === null)
    return { kind: 'wait', words: `Judging, ${minutes} of ${minutesWanted} min` };
  const heap = memory?.state === 'more' || memory?.state === 'less' ? memory.state : null;
  const likely = status === 'likely' ? ', likely' : '';
  if (state === 'more') return { kind: 'more', words: `More CPU${likely}` };
  if (heap === 'more') return { kind: 'more', words: `More memory${likely}` };
  if (state === 'less') return { kind: 'less', words: `Less CPU${likely}` };
  if (heap === 'less') return { kind: 'less', words: `Less memory${likely}` };
  return state === 'no-change'
    ? { kind: 'same', words: `No change${likely}` }
    : { kind: 'few', words: 'Too few samples' };
}

export function VerdictChip({ verdict }: { readonly verdict: DeployVerdict | null }) {
  const { kind, words } = chipOf(verdict);
  return (
    <span class={`verdict ${kind}`}>
      <Glyph name={kind} />
      {words}
    </span>
  );
}
