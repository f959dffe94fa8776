import { formatCount } from '../../format.ts';
import { formatRange } from '../../time.ts';
import type { SampleCount } from './use-history.ts';

/** Below this a share is off by a fifth of itself and more, by chance alone. */
const SAMPLES_MIN = 20;

/** On how many samples the numbers of a function stand; nothing until the answer about it is there. */
export function SampleWords(props: {
  readonly count: SampleCount | null;
  readonly functionId: string;
}) {
  const { count, functionId } = props;
  if (count === null || count.functionId !== functionId) return null;
  const { from, to, self, total } = count.samples;
  const isFew = total < SAMPLES_MIN;
  const where = `Wherever it is called, in the whole minutes of ${formatRange({ from, to }, Date.now())}.`;
  return (
    <span
      class={isFew ? 'few' : undefined}
      title={isFew ? `${where} So few make every share rough.` : where}
    >
      {isFew && 'only '}
      {formatCount(total)}&nbsp;{total === 1 ? 'sample' : 'samples'}
      {self > 0 && self < total && `, ${formatCount(self)} self`}
    </span>
  );
}
