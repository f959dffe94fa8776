import type { ServerAnswer } from '@flamehouse/proto';
import { formatBytes, formatPercent, plural } from '../../format.ts';
import { formatSpan } from '../../time.ts';

/** Uploads are refused when less than this times the minimum is free: time to act before that. */
const LOW_DISK_TIMES = 4;
const FULL_SPOOL_SHARE = 0.5;

/** What somebody should do something about, the most pressing first. */
export function serverProblems({ disk, spool, uploads }: ServerAnswer): readonly string[] {
  const problems: string[] = [];
  if (disk.freeBytes < disk.freeBytesMin)
    problems.push(
      `Uploads are refused: ${formatBytes(disk.freeBytes)} of disk are free and ${formatBytes(disk.freeBytesMin)} are kept free. Make room, or shorten FLAMEHOUSE_RETENTION.`,
    );
  else if (disk.freeBytes < disk.freeBytesMin * LOW_DISK_TIMES)
    problems.push(
      `The disk is nearly full: ${formatBytes(disk.freeBytes)} are free, and below ${formatBytes(disk.freeBytesMin)} uploads are refused.`,
    );
  if (spool.bytes > spool.bytesMax * FULL_SPOOL_SHARE)
    problems.push(
      `The spool is ${formatPercent(spool.bytes / spool.bytesMax)} full: ClickHouse takes uploads more slowly than they come.`,
    );
  if (spool.setAside > 0)
    problems.push(
      `${plural(spool.setAside, 'segment')} of the spool could not be inserted and ${spool.setAside === 1 ? 'was' : 'were'} set aside. The log of the server says why.`,
    );
  const rejected = Object.values(uploads.rejected).reduce((sum, count) => sum + count, 0);
  if (rejected > 0 && rejected > uploads.stored * 0.01)
    problems.push(
      `${formatPercent(rejected / (rejected + uploads.stored))} of uploads were rejected since the server started; the codes below say why.`,
    );
  return problems;
}

/** What the server keeps, in one sentence. */
export const serverSentence = ({ retention, disk }: ServerAnswer): string =>
  `Profiles are kept for ${formatSpan(retention.hourMs)} and take ${formatBytes(disk.dataBytes)}; ${formatBytes(disk.freeBytes)} of disk are free.`;

/** What a table of the store is for; those that a newer server has stay without words. */
export const TABLE_WORDS: Readonly<Record<string, string>> = {
  samples: 'raw windows',
  samples_1m: 'minute rollup',
  samples_1h: 'hour rollup',
  stacks: 'known stacks',
  frames: 'known frames',
  series: 'label sets',
  spans: 'samples by span',
  trace_spans: 'spans of traces',
  function_sums: 'cost of each function, for comparison',
  deploy_entries: 'looks at deploys, and marks',
  function_minutes: 'what comparison needs',
  function_hours: 'what comparison needs, by hour',
  instance_minutes: 'cost and cover of each instance',
  coverage: 'which time was watched',
  requests: 'counts of requests',
  stalls: 'event-loop stalls',
  deploy_verdicts: 'verdicts on deploys',
  deploy_notices: 'messages about verdicts',
  deploys: 'versions and marks',
  catalogue: 'names for the pickers',
  windows: 'uploads that were taken',
  migrations: 'schema of the store',
};
