import type { DiffAnswer } from '@flamehouse/proto';
import { AxisPlot, scaleOver } from '../../components/interval-plot.tsx';
import { Glyph, KIND_OF_STATE } from '../../components/verdict-chip.tsx';
import { formatPercent, sayChange } from '../../format.ts';
import { sizeWords } from './size-words.ts';

const EFFECT = /\d[\d.,]*\u00a0% (?:more|less)(?: CPU per (?:request|instance))?/;
const SCALE = { least: 0.04, most: 2 };
/** A width that says nothing: the whole scale would be one line. */
const UNKNOWN_FROM = 2;

/** The sentence with its effect marked, so that the eye finds the number first. */
function Sentence({ text }: { readonly text: string }) {
  const match = EFFECT.exec(text);
  if (match === null) return <>{text}</>;
  return (
    <>
      {text.slice(0, match.index)}
      <em>{match[0]}</em>
      {text.slice(match.index + match[0].length)}
    </>
  );
}

/** The answer: what takes more or less, how sure that is, and what could not have been seen. */
export function VerdictPanel({
  diff,
  kept,
}: {
  readonly diff: DiffAnswer;
  readonly kept: boolean;
}) {
  const { verdict, smallestChange, commonSentence, base, head } = diff;
  const kind = KIND_OF_STATE[verdict.state];
  const { effect } = verdict;
  const known = effect.high - effect.low < UNKNOWN_FROM;
  const words = sizeWords(diff.normaliser, base.cost);
  const seen = Math.min(smallestChange, 1);
  const scale = scaleOver([effect, { value: 0, low: -seen, high: seen }], SCALE);
  return (
    <section class={`answer ${kind}${kept ? ' kept' : ''}`} aria-label="Verdict">
      <div class="words">
        <h1>
          <span class={`mark ${kind}`}>
            <Glyph name={kind} />
          </span>
          <Sentence text={diff.sentence} />
        </h1>
        <p>
          {base.cost > 0 && head.cost > 0 && diff.normaliser !== 'share' && (
            <b>
              {words.long(base.cost)} → {words.long(head.cost)}.{' '}
            </b>
          )}
          {diff.cause}
          {verdict.state === 'not-enough-data' && known && (
            <>
              So far {sayChange(effect.value)}, 95&nbsp;% interval {sayChange(effect.low)} to{' '}
              {sayChange(effect.high)}.
            </>
          )}
        </p>
        {commonSentence !== '' && <p class="aside">{commonSentence}</p>}
      </div>
      {known && (
        <figure>
          <AxisPlot
            interval={effect}
            scale={scale}
            kind={kind}
            width={300}
            height={64}
            smallest={seen}
            label={sayChange(effect.value)}
            say={`Effect ${sayChange(effect.value)}, 95 % interval ${sayChange(effect.low)} to ${sayChange(effect.high)}`}
          />
          <figcaption>
            Grey: too small to see here, under {formatPercent(smallestChange)}
          </figcaption>
        </figure>
      )}
    </section>
  );
}
