import type { Migration } from '../migrate.ts';
import { tables } from './0001-tables.ts';
import { spanLookup } from './0002-span-lookup.ts';
import { foldedRows } from './0003-folded-rows.ts';
import { deploys } from './0004-deploys.ts';
import { traceSpans } from './0005-trace-spans.ts';
import { cheaperInserts } from './0006-cheaper-inserts.ts';
import { sumsInserted } from './0007-sums-inserted.ts';

/** In order. An entry that was released is never edited: what must change becomes the next one. */
export const migrations: readonly Migration[] = [
  tables,
  spanLookup,
  foldedRows,
  deploys,
  traceSpans,
  cheaperInserts,
  sumsInserted,
];
