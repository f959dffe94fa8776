import { DIFF_STEPS } from '../../flame/colours.ts';
import { sayDelta } from '../../flame/diff-rows.ts';

const STEPS = Array.from({ length: DIFF_STEPS }, (_, i) => i + 1);

/** What the colours stand for, with the numbers at both ends; every mark that is not a colour too. */
export function DiffLegend({ domain }: { readonly domain: number }) {
  return (
    <>
      <div class="diff-legend">
        <span class="hide-s">less</span>
        <span class="num">{sayEnd(-domain)}</span>
        <span class="ramp">
          {[...STEPS].reverse().map((step) => (
            <i key={step} style={{ background: `var(--diff-less-${step})` }} />
          ))}
        </span>
        <span class="none" />
        <span class="ramp">
          {STEPS.map((step) => (
            <i key={step} style={{ background: `var(--diff-more-${step})` }} />
          ))}
        </span>
        <span class="num">{sayEnd(domain)}</span>
        <span class="hide-s">more</span>
      </div>
      <div class="legend hide-m">
        <span>
          <i style={{ background: 'var(--diff-none)' }} />
          not significant
        </span>
        <span>
          <i class="hatch" />
          gone
        </span>
        <span>
          <i class="newbar" />
          new
        </span>
        <span>◆ origin</span>
      </div>
    </>
  );
}

/** Round ends need no digits behind the point: +8 %, not +8.0 %. */
const sayEnd = (delta: number): string => sayDelta(delta).replace(/\.0+(?=\u00a0)/, '');
