import type { Engine } from '../storage/engine.ts';
import type { KnownRows } from './known-rows.ts';
import type { NormalisedUpload } from './normalise.ts';
import {
  addUploadRows,
  frameLine,
  seriesLine,
  stackLine,
  TABLE_COLUMNS,
  TABLE_NAMES,
  type TableName,
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
  private readonly lines = new Map<TableName, string[]>();
  private readonly known: KnownNames;
  private readonly added = new Map<string, KnownName>();

  constructor(known: KnownNames) {
    this.known = known;
  }

  add(upload: NormalisedUpload, receivedAtMs: number): void {
    this.addNames(upload, new Date(receivedAtMs).toISOString().slice(0, 10));
    this.addSeries(upload);
    addUploadRows(upload, (table, row) => this.push(table, row));
  }

  /** Do the inserts. Their tokens make a second time change nothing; names are merged by their ids. */
  async insert(engine: Engine, segment: string): Promise<void> {
    for (const table of TABLE_NAMES) {
      const lines = this.lines.get(table);
      if (lines === undefined) continue;
      const columns = TABLE_COLUMNS[table];
      await engine.insert({ table, columns, tsv: lines.join('\n'), token: `${segment}:${table}` });
    }
    for (const [table, key, period] of this.added.values()) this.known[table].add(key, period);
  }

  private addNames({ meta, stacks }: NormalisedUpload, day: string): void {
    const month = day.slice(0, 7);
    for (const [id, stack] of stacks) {
      if (!this.isNew('stacks', meta.service + id, month)) continue;
      this.push('stacks', stackLine(meta.service, id, stack, day));
      for (const frame of stack.frames) {
        if (this.isNew('frames', frame.frameId, month)) this.push('frames', frameLine(frame, day));
      }
    }
  }

  private addSeries({ meta, samples, window }: NormalisedUpload): void {
    const hour = window.startSeconds - (window.startSeconds % HOUR_SECONDS);
    const month = `${new Date(window.startSeconds * 1000).toISOString().slice(0, 7)}-01`;
    const lastSeconds = Math.max(hour + HOUR_SECONDS, window.startSeconds + window.seconds);
    const seen = { month, firstSeconds: window.startSeconds, lastSeconds };
    for (const { series } of samples) {
      if (!this.isNew('series', meta.service + series.id, String(hour))) continue;
      this.push('series', seriesLine(meta.service, series, seen));
    }
  }

  private isNew(table: keyof KnownNames, key: string, period: string): boolean {
    const name = `${table}${period}${key}`;
    if (this.added.has(name) || this.known[table].has(key, period)) return false;
    this.added.set(name, [table, key, period]);
    return true;
  }

  private push(table: TableName, row: string): void {
    const lines = this.lines.get(table);
    if (lines === undefined) this.lines.set(table, [row]);
    else lines.push(row);
    this.bytes += row.length + 1;
  }
}
