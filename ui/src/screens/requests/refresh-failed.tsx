import type { Query } from '../../api/use-query.ts';
import { Notice } from '../../components/states.tsx';
import { formatClock } from '../../time.ts';

/** A refresh that failed: what is shown is older than it should be. */
export function RefreshFailed({ query }: { readonly query: Query<unknown> }) {
  if (query.failure === null || query.data === null) return null;
  return (
    <Notice kind="error">
      {query.failure.message}. Showing what was loaded at {formatClock(query.loadedAt)}.{' '}
      <button type="button" onClick={query.retry}>
        Try again
      </button>
    </Notice>
  );
}
