export interface SampleRow {
  readonly stack: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ticks: number;
}

/** What the service printed: the ids of each request's spans. */
export interface ToldSpans {
  readonly spans: readonly { readonly root: string; readonly nested: readonly string[] }[];
  readonly strayed: number;
}

export interface SpanVerdict {
  readonly ticks: number;
  readonly right: number;
  readonly labelled: number;
  readonly nestedTicks: number;
  readonly nestedRight: number;
  readonly wrong: readonly string[];
}

export function judgeSpans(rows: readonly SampleRow[], told: ToldSpans): SpanVerdict;
