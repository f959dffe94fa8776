import type { Measure } from '../../format.ts';
import type { SplitLine } from '../../series.ts';
import { SPLITS, type Split } from '../../state/url.ts';
import { SPLIT_DASHES } from './timeline-chart.ts';

const WORDS: Readonly<Partial<Record<Split, string>>> = { '': 'none', heat: 'heat map' };

/** What the line is split by. */
export function SplitPicker(props: {
  readonly split: Split;
  readonly onSplit: (split: Split) => void;
}) {
  return (
    <div class="row-flex hide-s">
      <span class="muted nowrap" id="split-by">
        Split by
      </span>
      <fieldset class="seg small" aria-labelledby="split-by">
        {SPLITS.map((split) => (
          <button
            type="button"
            key={split}
            aria-pressed={props.split === split}
            onClick={() => props.onSplit(split)}
          >
            {WORDS[split] ?? split}
          </button>
        ))}
      </fieldset>
    </div>
  );
}

/** Which line is which, with its mean; a click keeps only that one. */
export function SplitLegend(props: {
  readonly split: Split;
  readonly lines: readonly SplitLine[];
  readonly measure: Measure;
  readonly onOnly: (split: Split, value: string) => void;
}) {
  return (
    <div class="legend lines">
      {props.lines.map((line, i) => {
        const content = (
          <>
            <svg width="18" height="8" aria-hidden="true">
              <path
                d="M0 4h18"
                stroke={`var(--split-${i + 1})`}
                stroke-width="2"
                stroke-dasharray={SPLIT_DASHES[i]?.join(' ') || undefined}
              />
            </svg>
            <span class="mono clip">{line.name}</span>
            <b>{props.measure.tick(line.mean)}</b>
          </>
        );
        const fixed = / smaller$|^none$|^no request$/.test(line.name);
        return fixed ? (
          <span key={line.name}>{content}</span>
        ) : (
          <button
            type="button"
            key={line.name}
            title={`Only ${line.name}`}
            onClick={() => props.onOnly(props.split, line.name)}
          >
            {content}
          </button>
        );
      })}
    </div>
  );
}
