import type { FrameKind, SpanDetailAnswer } from '@flamehouse/proto';
import { functionsOfGraph } from './function-sums.ts';

/** How much of a span, and of spans like it, goes through one function. */
export interface ShareChange {
  readonly id: string;
  readonly name: string;
  readonly file: string;
  readonly package: string;
  readonly kind: FrameKind;
  readonly here: number; // share of the span, 0 to 1
  readonly there: number; // share of the others
  readonly change: number; // here - there
  /** More than what counting so few samples does by itself. */
  readonly sure: boolean;
}

/** One in a thousand by chance: tens of functions are looked at, and 1.96 would find some in any pair. */
const Z_SURE = 3.3;

/**
 * Functions by how differently two profiles of spans are made up, the most different first.
 *
 * Source  two-proportion z test with the pooled share; it knows the noise of counting, and not how
 *         much requests of one kind differ among themselves.
 */
export function compareShares(here: SpanDetailAnswer, there: SpanDetailAnswer): ShareChange[] {
  const sides = [here, there].map((answer) => {
    const { functions } = functionsOfGraph(answer);
    const whole = answer.total || 1;
    const share = new Map(functions.id.map((id, row) => [id, functions.total[row]! / whole]));
    return { functions, share };
  });
  const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
  const described = new Map(
    [b, a].flatMap(({ functions: f }) =>
      f.id.map((id, row) => [
        id,
        {
          name: f.name[row]!,
          file: f.file[row]!,
          package: f.package[row]!,
          kind: f.kind[row]!,
        },
      ]),
    ),
  );
  return [...described]
    .map(([id, of]) => {
      const shares = { here: a.share.get(id) ?? 0, there: b.share.get(id) ?? 0 };
      const sure = Math.abs(zOf(shares, here.samples, there.samples)) >= Z_SURE;
      return { id, ...of, ...shares, change: shares.here - shares.there, sure };
    })
    .sort((x, y) => Math.abs(y.change) - Math.abs(x.change) || (x.id < y.id ? -1 : 1));
}

function zOf(
  { here, there }: { readonly here: number; readonly there: number },
  samplesHere: number,
  samplesThere: number,
): number {
  if (samplesHere <= 0 || samplesThere <= 0) return 0;
  const pooled = (here * samplesHere + there * samplesThere) / (samplesHere + samplesThere);
  const variance = pooled * (1 - pooled) * (1 / samplesHere + 1 / samplesThere);
  return variance > 0 ? (here - there) / Math.sqrt(variance) : 0;
}
