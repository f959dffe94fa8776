import type { Engine } from '../storage/engine.ts';
import type { KnownRows } from './known-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import type { SegmentLayout } from './segment.ts';
import {
  type AddRow,
  addUploadRows,
  frameLine,
  seriesLine,
  stackLine,
  TABLE_COLUMNS,
  TABLE_NAMES,
  type TableName,
  WAYS_IN,
} from './table-rows.ts';

/** What the tables of names hold already. */
export interface KnownNames {
  readonly frames: KnownRows;
  readonly stacks: KnownRows;
  readonly series: KnownRows;
}

type KnownName = readonly [table: keyof KnownNames, key: string, period: string];

const HOUR_SECONDS = 3_600;

/** The rows of one segment, table by table. */
export class TableBatch {
  bytes = 0;
  /** Whole lines as bytes: as strings, the rows of a busy second kept the garbage collector busy too. */
  private readonly parts = new Map<TableName, Buffer[]>();
  private readonly known: KnownNames;
  private readonly added = new Map<string, KnownName>();

  constructor(known: KnownNames) {
    this.known = known;
  }

  add(upload: NormalisedUpload, receivedAtMs: number): void {
    const rows = new Map<TableName, string[]>();
    const add: AddRow = (table, row) => {
      const known = rows.get(table);
      if (known === undefined) rows.set(table, [row]);
      else known.push(row);
    };
    this.addNames(upload, new Date(receivedAtMs).toISOString().slice(0, 10), add);
    this.addSeries(upload, add);
    addUploadRows(upload, add);
    for (const [table, lines] of rows) this.push(table, Buffer.from(`${lines.join('\n')}\n`));
  }

  /** Do the inserts. Their tokens make a second time change nothing; names are merged by their ids. */
  async insert(engine: Engine, segment: string, layout: SegmentLayout): Promise<void> {
    for (const table of TABLE_NAMES) {
      const parts = this.parts.get(table);
      if (parts === undefined) continue;
      const columns = TABLE_COLUMNS[table];
      const { into = table, rows = Buffer.concat } = WAYS_IN[layout][table] ?? {};
      await engine.insert({ table: into, columns, tsv: rows(parts), token: `${segment}:${table}` });
    }
    for (const [table, key, period] of this.added.values()) this.known[table].add(key, period);
  }

  private addNames({ meta, stacks }: NormalisedUpload, day: string, add: AddRow): void {
    const month = day.slice(0, 7);
    const place = `${month} ${meta.service}`;
    for (const stack of stacks) {
      if (stack.storedIn === place) continue;
      const key = meta.service + stack.stackNumber;
      // Nearly all are, and then the next upload need not ask.
      if (this.known.stacks.has(key, month)) stack.storedIn = place;
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

  private push(table: TableName, lines: Buffer): void {
    const parts = this.parts.get(table);
    if (parts === undefined) this.parts.set(table, [lines]);
    else parts.push(lines);
    this.bytes += lines.length;
  }
}
