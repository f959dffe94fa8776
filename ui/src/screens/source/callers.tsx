import type { FunctionLinesAnswer } from '@flamehouse/proto';
import { displayName } from '../../flame/labels.ts';
import { columnShare, plural } from '../../format.ts';
import { formatValue } from './format-value.ts';

const CALLERS_MAX = 50;

/** Who calls the function, and from which line where that is known. */
export function Callers(props: {
  readonly answer: FunctionLinesAnswer;
  readonly name: string;
  readonly onPick: (functionId: string, name: string) => void;
}) {
  const { callers, unit } = props.answer;
  const sum = callers.total.reduce((all, one) => all + one, 0) || 1;
  const shown = callers.id.slice(0, CALLERS_MAX);
  return (
    <section class="pane" aria-label={`Callers of ${props.name}`}>
      <div class="head">
        <h2>Callers</h2>
        <span class="clip">by the line that calls, where it is known</span>
      </div>
      <div class="table-wrap" tabIndex={-1}>
        <table class="tbl callers-of">
          <thead>
            <tr>
              <th>{callers.id.length === 0 ? 'Nothing calls it' : 'Caller'}</th>
              <th class="num col-value">total</th>
              <th class="num col-share">%</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((id, row) => (
              <tr key={`${id} ${callers.line[row]}`}>
                <td class="fn clip">
                  <button
                    type="button"
                    class="link"
                    title={`Source of ${displayName(callers.name[row]!)}`}
                    onClick={() => props.onPick(id, callers.name[row]!)}
                  >
                    {displayName(callers.name[row]!)}
                  </button>
                  <span class="pk">{where(callers, row)}</span>
                </td>
                <td class="num">{formatValue(callers.total[row]!, unit)}</td>
                <td class="num">{columnShare(callers.total[row]! / sum)}</td>
              </tr>
            ))}
            {callers.id.length > CALLERS_MAX && (
              <tr class="more-row">
                <td colSpan={3}>
                  {plural(callers.id.length - CALLERS_MAX, 'smaller caller')} not shown.
                </td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function where(
  { file, package: owner, line }: FunctionLinesAnswer['callers'],
  row: number,
): string {
  const name = owner[row] !== '' && file[row] === '' ? owner[row]! : file[row]!;
  return line[row]! > 0 && name !== '' ? `${name}:${line[row]}` : name;
}
