import type { FunctionsAnswer, Tier } from '@flamehouse/proto';
import type { FlameTree } from '../../flame/tree.ts';
import { formatPercent, groupDigits, type Measure, plural } from '../../format.ts';

interface FooterProps {
  readonly tree: FlameTree | null;
  readonly functions: FunctionsAnswer | null;
  readonly measure: Measure;
  readonly tier: Tier | null;
  readonly instances: number;
}

const TIERS: Readonly<Record<Tier, string>> = {
  raw: 'raw windows',
  minute: 'minute rollup',
  hour: 'hour rollup',
};

/** Frames that have a name of their own: neither the root nor rest blocks. */
export const countFrames = (tree: FlameTree): number => tree.nodeIds.length - 1;

/** What was drawn, what was folded, and where it came from. */
export function Footer({ tree, functions, measure, tier, instances }: FooterProps) {
  const nothing = (tree === null || tree.count <= 1) && (functions?.rows ?? 0) === 0;
  return (
    <footer class={nothing ? 'foot hide-s' : 'foot'}>
      <span>
        {tree !== null && tree.count > 1 && `${drawn(tree, measure)} `}
        {functions !== null && functions.rows > 0 && (
          <span class="hide-s">
            {functions.functions.id.length === functions.rows
              ? `Table: exact, all ${plural(functions.rows, 'function')}.`
              : `Table: exact, ${groupDigits(functions.functions.id.length)} of ${plural(functions.rows, 'function')}.`}
          </span>
        )}
      </span>
      <span class="grow" />
      <span class="hide-m nowrap">
        {[
          instances > 0 ? `${plural(instances, 'instance')} now` : '',
          tier === null ? '' : TIERS[tier],
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </span>
    </footer>
  );
}

function drawn(tree: FlameTree, measure: Measure): string {
  const frames = countFrames(tree);
  if (tree.foldedNodes === 0) return `Drawn: all ${plural(frames, 'frame')}, nothing folded.`;
  const share = formatPercent(tree.foldedValue / (tree.total[0]! || 1));
  return `Drawn: ${groupDigits(frames)} of ${plural(frames + tree.foldedNodes, 'frame')}. ${share} of ${measure.subject} is folded into “smaller”.`;
}
