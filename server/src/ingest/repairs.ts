/** What can be mended in an upload without changing its totals. */
const SENTENCES = {
  deepStacks: 'stacks were deeper than 1,000 frames: the frames nearest to the root became one',
  emptyStacks: 'samples had no frames and were given the function (no stack)',
  manyLabels: 'labels were left out because a sample may have 32',
  numericLabels: 'numeric labels were left out',
  repeatedLabels:
    'labels were left out because their name occurred before in the sample or is set by the upload',
  longSymbols: 'function names, files or labels were too long and were shortened',
  functionIdZero: 'lines had a function id of 0',
  missingLines: 'locations had no line and are shown by their address',
  unusableTime: 'profile had no usable time and got the time it arrived',
  foldedSeries: 'samples lost labels because the service has too many combinations of them',
  unusableSpans: 'samples had a trace_id or span_id that is not hex of the usual length',
  strayStalls: 'stalls were left out because they are not of the time of the upload',
} as const;

export type RepairKind = keyof typeof SENTENCES;

/** Counts repairs, and says them in sentences. */
export class Repairs {
  private readonly counts = new Map<RepairKind, number>();

  add(kind: RepairKind, count = 1): void {
    if (count > 0) this.counts.set(kind, (this.counts.get(kind) ?? 0) + count);
  }

  get total(): number {
    let total = 0;
    for (const count of this.counts.values()) total += count;
    return total;
  }

  sentences(): string[] {
    return [...this.counts].map(([kind, count]) => `${count} ${SENTENCES[kind]}`);
  }
}
