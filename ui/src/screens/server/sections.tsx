import type { ServerAnswer } from '@flamehouse/proto';
import { formatBytes, formatPercent, groupDigits } from '../../format.ts';
import { formatAgo, formatSpan } from '../../time.ts';
import { TABLE_WORDS } from './words.ts';

interface SectionProps {
  readonly answer: ServerAnswer;
  readonly nowMs: number;
}

/** How long each kind of data stays, and how far back it goes now. */
export function Retention({ answer, nowMs }: SectionProps) {
  const { retention, tables } = answer;
  const oldest = (table: string): string => {
    const at = tables.oldest[tables.name.indexOf(table)] ?? null;
    return at === null ? 'empty' : `oldest ${formatAgo(at, nowMs)}`;
  };
  const rows = [
    { k: 'Raw windows', keep: retention.rawMs, table: 'samples' },
    { k: 'Minute rollup', keep: retention.minuteMs, table: 'samples_1m' },
    { k: 'Hour rollup', keep: retention.hourMs, table: 'samples_1h' },
    { k: 'Spans and stalls', keep: retention.spansMs, table: 'spans' },
  ];
  return (
    <section aria-label="Retention">
      <h2>Retention</h2>
      <dl class="pairs">
        {rows.map(({ k, keep, table }) => (
          <div class="pair" key={k}>
            <dt>{k}</dt>
            <dd>
              {formatSpan(keep)} <span class="muted">{oldest(table)}</span>
            </dd>
          </div>
        ))}
      </dl>
      <p class="note-line muted">
        <span class="mono">FLAMEHOUSE_RETENTION</span> sets them.
      </p>
    </section>
  );
}

/** Uploads that were turned away, by code. */
export function Rejected({ answer }: { readonly answer: ServerAnswer }) {
  const rejected = Object.entries(answer.uploads.rejected).sort((a, b) => b[1] - a[1]);
  return (
    <section aria-label="Rejected uploads">
      <h2>Rejected uploads</h2>
      {rejected.length === 0 ? (
        <p class="note-line soft">None since the server started.</p>
      ) : (
        <dl class="pairs">
          {rejected.map(([code, count]) => (
            <div class="pair" key={code}>
              <dt class="mono">{code}</dt>
              <dd>{groupDigits(count)}</dd>
            </div>
          ))}
        </dl>
      )}
      <p class="note-line muted">
        <span class="mono">docs/errors.md</span> says what each code means and what to do.
      </p>
    </section>
  );
}

/** Every table of the store, the largest first. */
export function TableSizes({ answer, nowMs }: SectionProps) {
  const { tables, disk } = answer;
  const order = tables.name
    .map((_, row) => row)
    .sort((a, b) => tables.bytes[b]! - tables.bytes[a]!);
  const max = Math.max(1, ...tables.bytes);
  return (
    <table class="tbl sizes">
      <thead>
        <tr>
          <th scope="col">Table</th>
          <th scope="col" class="hide-s">
            Holds
          </th>
          <th scope="col" class="num">
            Rows
          </th>
          <th scope="col" class="num sorted col-bytes" aria-sort="descending">
            Size ↓
          </th>
          <th scope="col" class="num share hide-s">
            %
          </th>
          <th scope="col" class="num hide-s">
            Oldest
          </th>
        </tr>
      </thead>
      <tbody>
        {order.map((row) => {
          const bytes = tables.bytes[row]!;
          const oldest = tables.oldest[row] ?? null;
          return (
            <tr key={tables.name[row]}>
              <td class="fn">{tables.name[row]}</td>
              <td class="clip soft hide-s">{TABLE_WORDS[tables.name[row]!] ?? ''}</td>
              <td class="num">{groupDigits(tables.rows[row]!)}</td>
              <td class="num">
                <span class="cellbar" style={{ '--w': `${((bytes / max) * 92).toFixed(1)}%` }}>
                  <span>{formatBytes(bytes)}</span>
                </span>
              </td>
              <td class="num soft share hide-s">{formatPercent(bytes / (disk.dataBytes || 1))}</td>
              <td class="num soft hide-s">{oldest === null ? '–' : formatAgo(oldest, nowMs)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
