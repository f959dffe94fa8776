import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiFailure } from './client.ts';

export interface Query<T> {
  readonly data: T | null;
  readonly dataKey: string; // what `data` answers; '' before the first answer
  readonly failure: ApiFailure | null;
  readonly loading: boolean;
  /** What is shown answers another question than the one asked now. A refresh of the same one is not stale. */
  readonly stale: boolean;
  readonly loadedAt: number;
  readonly retry: () => void;
}

interface Kept<T> {
  readonly data: T | null;
  readonly dataKey: string;
  readonly subject: string;
  readonly failure: ApiFailure | null;
  readonly loading: boolean;
  readonly loadedAt: number;
}

/**
 * Load what a key names, keep the last answer until the next is there, and abort a request that nobody
 * waits for any more.
 *
 * `key` is the whole question, `subject` the part that a refresh does not change. A null key asks nothing.
 */
export function useQuery<T>(
  key: string | null,
  load: (signal: AbortSignal) => Promise<T>,
  subject: string = key ?? '',
): Query<T> {
  const [kept, setKept] = useState<Kept<T>>(nothing);
  const [attempt, setAttempt] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  // `attempt` asks the same question again.
  useEffect(() => {
    if (key === null) {
      setKept(nothing());
      return;
    }
    const stop = new AbortController();
    setKept((last) => ({
      ...last,
      loading: true,
      failure: last.subject === subject ? last.failure : null,
    }));
    latest.current(stop.signal).then(
      (data) =>
        setKept({
          data,
          dataKey: key,
          subject,
          failure: null,
          loading: false,
          loadedAt: Date.now(),
        }),
      (error: unknown) => {
        if (!stop.signal.aborted) setKept((last) => failed(last, asFailure(error), subject));
      },
    );
    return () => stop.abort();
  }, [key, subject, attempt]);

  return {
    data: kept.data,
    dataKey: kept.dataKey,
    failure: kept.failure,
    loading: kept.loading || (key !== null && kept.dataKey === '' && kept.failure === null),
    stale: kept.data !== null && kept.subject !== subject,
    loadedAt: kept.loadedAt,
    retry: () => setAttempt((n) => n + 1),
  };
}

const nothing = <T>(): Kept<T> => ({
  data: null,
  dataKey: '',
  subject: '',
  failure: null,
  loading: false,
  loadedAt: 0,
});

/** A refresh that fails keeps the picture; an answer to another question must not stand under this one. */
function failed<T>(last: Kept<T>, failure: ApiFailure, subject: string): Kept<T> {
  const keep = last.subject === subject;
  return {
    data: keep ? last.data : null,
    dataKey: keep ? last.dataKey : '',
    subject: keep ? last.subject : '',
    failure,
    loading: false,
    loadedAt: last.loadedAt,
  };
}

function asFailure(error: unknown): ApiFailure {
  if (error instanceof ApiFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiFailure(
    {
      code: 'ANSWER_UNREADABLE',
      message,
      help: 'Reload the page; it may be older than the server.',
    },
    0,
    { cause: error },
  );
}
