import {
  compareMemory,
  type HeapMinutes,
  keptMinutes,
  type MemoryVerdict,
} from '@flamehouse/proto';
import type { ComparisonStore, HeapMinute, MinuteFacts } from '../storage/comparison-store.ts';
import type { DeploySides } from './sides.ts';

const MINUTES_OF_HOUR = 60;

interface MemoryOptions {
  readonly sides: DeploySides;
  readonly minutes: number; // kept minutes of this look
  readonly spend: number;
}

/** Live heap per instance at the same age of the processes, where base was watched at that age. */
export async function judgeMemory(
  { sides: { base, head }, minutes, spend }: MemoryOptions,
  comparisons: ComparisonStore,
): Promise<MemoryVerdict | null> {
  const headHeap = await comparisons.listHeap(head.selection);
  if (headHeap.length === 0) return null;
  const headMinutes = firstKept(await comparisons.listMinutes(head.selection), minutes);
  const baseAll = await comparisons.listMinutes(base.selection);
  const baseHeap = await comparisons.listHeap(base.selection);
  const young = firstKept(baseAll.filter(isYoung), minutes);
  const sameAge = young.length > 0;
  const baseMinutes = sameAge ? young : lastKept(baseAll, minutes);
  return compareMemory({
    base: heapOf(baseMinutes, baseHeap),
    head: heapOf(headMinutes, headHeap),
    sameAge,
    spend,
  });
}

/** The age at which the 15 kept minutes of a new process end, and some that were not kept. */
const YOUNG_MINUTES = 30;

function isYoung({ minute, startedAtMinute }: MinuteFacts): boolean {
  return minute - startedAtMinute <= YOUNG_MINUTES;
}

function firstKept(rows: readonly MinuteFacts[], count: number): MinuteFacts[] {
  return perProcess(rows).flatMap((own) => own.slice(0, count));
}

function lastKept(rows: readonly MinuteFacts[], count: number): MinuteFacts[] {
  return perProcess(rows).flatMap((own) => own.slice(-count));
}

function perProcess(rows: readonly MinuteFacts[]): MinuteFacts[][] {
  const kept = new Set<object>(keptMinutes(rows));
  const processes = new Map<string, MinuteFacts[]>();
  for (const row of [...rows].sort((a, b) => a.minute - b.minute)) {
    if (!kept.has(row)) continue;
    const key = `${row.startedAtMinute} ${row.instance}`;
    const own = processes.get(key);
    if (own === undefined) processes.set(key, [row]);
    else own.push(row);
  }
  return [...processes.values()];
}

/** The heap of each process in its minutes, by age. */
function heapOf(rows: readonly MinuteFacts[], heap: readonly HeapMinute[]): HeapMinutes[] {
  const bytesAt = new Map(
    heap.map(({ instance, minute, bytes }) => [`${minute} ${instance}`, bytes]),
  );
  return perProcess(rows).flatMap((own) => {
    const found = own.flatMap((row) => {
      const bytes = bytesAt.get(`${row.minute} ${row.instance}`);
      return bytes === undefined ? [] : [{ age: row.minute - row.startedAtMinute, bytes }];
    });
    if (found.length === 0) return [];
    return [
      {
        instance: own[0]!.instance,
        hours: found.map(({ age }) => age / MINUTES_OF_HOUR),
        bytes: found.map(({ bytes }) => bytes),
      },
    ];
  });
}
