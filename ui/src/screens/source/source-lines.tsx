import type { FunctionLinesAnswer } from '@flamehouse/proto';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { displayName } from '../../flame/labels.ts';
import { columnShare, groupDigits } from '../../format.ts';
import { formatValue } from './format-value.ts';
import type { SourceRow } from './source-rows.ts';

interface SourceLinesProps {
  readonly rows: readonly SourceRow[];
  readonly answer: FunctionLinesAnswer;
  readonly onPick: (functionId: string, name: string) => void;
}

/** Self and total of every line, on one scale, with a link to the line in the repository. */
export function SourceLines({ rows, answer, onPick }: SourceLinesProps) {
  const { functionId, total, unit, sourceUrl } = answer;
  const current = useRef<HTMLTableRowElement>(null);
  useEffect(() => current.current?.scrollIntoView({ block: 'center' }), [functionId, rows]);
  const withText = rows.some(({ text }) => text !== null);
  const widest = rows.reduce((most, { total: value }) => Math.max(most, value ?? 0), 0) || 1;
  const first = rows.findIndex(({ defines }) => defines.some(({ id }) => id === functionId));
  return (
    <div class="table-wrap" tabIndex={-1}>
      <table class="tbl lines">
        <thead>
          <tr>
            <th class="num col-value">self</th>
            <th class="num col-total-value">total</th>
            <th class="num col-share">%</th>
            <th class="num col-line">line</th>
            <th>{withText ? 'source' : 'begins here'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row, i) => [
            ...(row.skipped > 0
              ? [
                  <tr class="gap" key={`gap ${row.line}`}>
                    <td colSpan={5}>⋯ {groupDigits(row.skipped)} lines</td>
                  </tr>,
                ]
              : []),
            <tr
              key={`${row.line} ${row.defines.map(({ id }) => id).join()} ${i}`}
              class={i === first ? 'selected' : ''}
              ref={i === first ? current : null}
              data-line={row.line}
            >
              <td class="num">{value(row.self, unit)}</td>
              <td class="num">
                {row.total !== null && (
                  <span
                    class={row.total >= total * 0.1 ? 'cellbar hot' : 'cellbar'}
                    style={{ '--w': `${(row.total / widest) * 100}%` }}
                  >
                    <span>{value(row.total, unit)}</span>
                  </span>
                )}
              </td>
              <td class="num">{row.total === null ? '' : columnShare(row.total / (total || 1))}</td>
              <td class="num line">
                <LineNumber line={row.line} sourceUrl={sourceUrl} />
              </td>
              <td class="code-line">
                <Names row={row} onPick={onPick} />
                {row.text !== null && <code>{row.text}</code>}
              </td>
            </tr>,
          ])}
        </tbody>
      </table>
      {!withText && answer.file !== '' && (
        <p class="beside">
          The text of files is not sent to the server. Open {answer.file} or its source map here to
          see it beside the numbers
          {sourceUrl === null ? '.' : ', or follow a line into the repository.'}
        </p>
      )}
    </div>
  );
}

const value = (amount: number | null, unit: FunctionLinesAnswer['unit']): string =>
  amount === null ? '' : amount === 0 ? '–' : formatValue(amount, unit);

function LineNumber(props: { readonly line: number; readonly sourceUrl: string | null }) {
  const { line, sourceUrl } = props;
  if (sourceUrl === null) return <>{line}</>;
  return (
    <a
      href={sourceUrl.replaceAll('{line}', String(line))}
      target="_blank"
      rel="noreferrer"
      aria-label={`Line ${line} in the repository`}
    >
      {line} <Icon name="link" />
    </a>
  );
}

/** Functions that begin on the line; beside a text they only say that they are sampled. */
function Names({ row, onPick }: Pick<SourceLinesProps, 'onPick'> & { readonly row: SourceRow }) {
  return (
    <>
      {row.defines.map(({ id, name }, i) => (
        <button
          type="button"
          class="link mono defines"
          key={`${id} ${i}`}
          title={`Show ${displayName(name)}`}
          onClick={() => onPick(id, name)}
        >
          {displayName(name)}
        </button>
      ))}
    </>
  );
}
