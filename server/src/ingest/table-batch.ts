import type { Engine, Insert } from '../storage/engine.ts';
import { FunctionRows } from './function-rows.ts';
import type { KnownRows } from './known-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import { SampleRows } from './sample-rows.ts';
import type { SegmentLayout } from './segment.ts';
import { SpanRows } from './span-rows.ts';
import {
  type AddRow,
  addUploadRows,
  FOLDED_COLUMNS,
  frameLine,
  seriesLine,
  stackLine,
  TEXT_COLUMNS,
  type TextTable,
  unfold,
} from './table-rows.ts';

/** What the tables of names hold already. */
export interface KnownNames {
  readonly frames: KnownRows;
  readonly stacks: KnownRows;
  readonly series: KnownRows;
}

type KnownName = readonly [table: keyof KnownNames, key: string, period: string];

/**
 * What is inserted of a segment, in its order: what samples refer to comes before them, and so do windows, whose time a gauge is
 * divided by. The name is part of the token.
 */
export const INSERTS = [
  'frames',
  'stacks',
  'series',
  'function_minutes',
  'instance_minutes',
  'requests',
  'spans',
  'stalls',
  'windows',
  'samples',
  'samples_1m',
  'samples_1h',
] as const;

type InsertName = (typeof INSERTS)[number];
type Rows = Omit<Insert, 'token'>;

// Services of one company share the stacks of what they are built on.
const STORED_IN_MAX = 16;
const HOUR_SECONDS = 3_600;

/** The rows of one segment, table by table. */
export class TableBatch {
  /** Whole lines as bytes: as strings, the rows of a busy second kept the garbage collector busy too. */
  private readonly texts = new Map<TextTable, Buffer[]>();
  private readonly samples = new SampleRows();
  private readonly functions = new FunctionRows();
  private readonly spans = new SpanRows();
  private textBytes = 0;
  private readonly known: KnownNames;
  private readonly added = new Map<string, KnownName>();

  constructor(known: KnownNames) {
    this.known = known;
  }

  get bytes(): number {
    return this.textBytes + this.samples.bytes + this.functions.bytes + this.spans.bytes;
  }

  add(upload: NormalisedUpload, receivedAtMs: number): void {
    const rows = new Map<TextTable, string[]>();
    const add: AddRow = (table, row) => {
      const known = rows.get(table);
      if (known === undefined) rows.set(table, [row]);
      else known.push(row);
    };
    this.addNames(upload, new Date(receivedAtMs).toISOString().slice(0, 10), add);
    this.addSeries(upload, add);
    addUploadRows(upload, add);
    for (const [table, lines] of rows) this.push(table, Buffer.from(`${lines.join('\n')}\n`));
    this.samples.add(upload);
    this.functions.add(upload);
    this.spans.add(upload);
  }

  /** Do the inserts. Their tokens make a second time change nothing; names are merged by their ids. */
  async insert(engine: Engine, segment: string, layout: SegmentLayout): Promise<void> {
    for (const name of INSERTS) {
      const rows = this.rowsOf(name, layout);
      if (rows !== null) await engine.insert({ ...rows, token: `${segment}:${name}` });
    }
    for (const [table, key, period] of this.added.values()) this.known[table].add(key, period);
  }

  private rowsOf(name: InsertName, layout: SegmentLayout): Rows | null {
    switch (name) {
      case 'function_minutes':
        return layout <= 2
          ? this.foldedFunctions(layout)
          : { table: 'function_sums', ...this.functions.block() };
      case 'spans':
        return { table: name, ...this.spans.block() };
      case 'samples':
        return layout <= 3 ? this.foldedSamples(layout) : { table: name, ...this.samples.block() };
      case 'samples_1m':
        return layout <= 3 ? null : { table: name, isSummed: true, ...this.samples.minutes() };
      case 'samples_1h':
        return layout <= 3 ? null : { table: name, isSummed: true, ...this.samples.hours() };
      default: {
        const tsv = Buffer.concat(this.texts.get(name) ?? []);
        return { table: name, columns: TEXT_COLUMNS[name], tsv };
      }
    }
  }

  private foldedSamples(layout: SegmentLayout): Rows {
    const columns = FOLDED_COLUMNS.samples;
    const folded = this.samples.foldedLines();
    return layout === 1
      ? { table: 'samples', columns, tsv: unfold(folded, 2) }
      : { table: 'samples_folded', columns, tsv: folded };
  }

  private foldedFunctions(layout: SegmentLayout): Rows {
    const columns = FOLDED_COLUMNS.function_minutes;
    const folded = this.functions.foldedLines();
    return layout === 1
      ? { table: 'function_minutes_rows', columns, tsv: unfold(folded, 5) }
      : { table: 'function_minutes_folded', columns, tsv: folded };
  }

  private addNames({ meta, stacks }: NormalisedUpload, day: string, add: AddRow): void {
    const month = day.slice(0, 7);
    const place = `${month} ${meta.service}`;
    for (const stack of stacks) {
      if (stack.storedIn.includes(place)) continue;
      const key = meta.service + stack.stackNumber;
      // Nearly all are, and then the next upload need not ask.
      if (this.known.stacks.has(key, month)) {
        if (stack.storedIn.push(place) > STORED_IN_MAX) stack.storedIn.shift();
        continue;
      }
      if (!this.isNew('stacks', key, month)) continue;
      add('stacks', stackLine(meta.service, stack, day));
      for (const frame of stack.frames) {
        if (this.isNew('frames', frame.frameNumber, month)) add('frames', frameLine(frame, day));
      }
    }
  }

  private addSeries({ meta, samples, window }: NormalisedUpload, add: AddRow): void {
    const hour = window.startSeconds - (window.startSeconds % HOUR_SECONDS);
    const month = `${new Date(window.startSeconds * 1000).toISOString().slice(0, 7)}-01`;
    const lastSeconds = Math.max(hour + HOUR_SECONDS, window.startSeconds + window.seconds);
    const seen = { month, firstSeconds: window.startSeconds, lastSeconds };
    for (const { series } of samples) {
      if (!this.isNew('series', meta.service + series.id, String(hour))) continue;
      add('series', seriesLine(meta.service, series, seen));
    }
  }

  private isNew(table: keyof KnownNames, key: string, period: string): boolean {
    if (this.known[table].has(key, period)) return false;
    const name = `${table}${period}${key}`;
    if (this.added.has(name)) return false;
    this.added.set(name, [table, key, period]);
    return true;
  }

  private push(table: TextTable, lines: Buffer): void {
    const parts = this.texts.get(table);
    if (parts === undefined) this.texts.set(table, [lines]);
    else parts.push(lines);
    this.textBytes += lines.length;
  }
}
