import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageLog } from '../ingest/pipeline.ts';
import { isAway } from './engine-errors.ts';

/** What is known once the tables are up to date. A server that is away makes that later than the start. */
export interface WhenReady<T> {
  /** Rejects when `signal` fired before. */
  readonly ready: Promise<T>;
}

const RETRY_MS = 1_000;

/**
 * Do `prepare` now, or again and again in the background while ClickHouse is away and may be.
 *
 * Errors  those of `prepare`, when waiting does not help or is not wanted.
 */
export async function prepareOrWait<T>(
  prepare: () => Promise<T>,
  {
    mayWait,
    signal,
    log,
  }: { readonly mayWait: boolean; readonly signal: AbortSignal; readonly log: StorageLog },
): Promise<WhenReady<T>> {
  try {
    return { ready: Promise.resolve(await prepare()) };
  } catch (err) {
    if (!mayWait || !isAway(err)) throw err;
    log.error({ err }, 'ClickHouse is away: uploads are kept on disk until it answers');
    const ready = retry(prepare, { signal, log });
    ready.catch(() => {}); // Who needs it waits for it; nobody may.
    return { ready };
  }
}

async function retry<T>(
  prepare: () => Promise<T>,
  { signal, log }: { readonly signal: AbortSignal; readonly log: StorageLog },
): Promise<T> {
  for (;;) {
    await sleep(RETRY_MS, undefined, { signal });
    try {
      const prepared = await prepare();
      log.info({}, 'ClickHouse answers, and its tables are up to date');
      return prepared;
    } catch (err) {
      if (!isAway(err)) log.error({ err }, 'the tables of ClickHouse cannot be brought up to date');
    }
  }
}
