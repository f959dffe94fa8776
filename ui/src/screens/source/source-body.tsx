import type { FunctionLinesAnswer } from '@flamehouse/proto';
import { useMemo, useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { Notice } from '../../components/states.tsx';
import { displayName } from '../../flame/labels.ts';
import { formatPercent, measureOf, plural, sayShare } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import type { SourceState } from '../../state/source-url.ts';
import { exploreUrl } from '../../state/url.ts';
import { Callers } from './callers.tsx';
import { OpenText } from './open-text.tsx';
import { SourceLines } from './source-lines.tsx';
import { sourceRows } from './source-rows.ts';
import { misfit, type SourceText } from './source-text.ts';

export interface SourceBodyProps {
  readonly state: SourceState;
  readonly answer: FunctionLinesAnswer;
  readonly kept: boolean; // shown while the next answer loads
  readonly text: SourceText | null;
  readonly onText: (text: SourceText | null) => void;
  readonly onChange: (part: Partial<SourceState>) => void;
}

/** Where the largest definition of the function begins; 0 when unknown. */
function lineOf({ functions, functionId }: FunctionLinesAnswer): number {
  const rows = functions.id.flatMap((id, row) => (id === functionId ? [row] : []));
  const [largest] = rows.sort((a, b) => functions.total[b]! - functions.total[a]!);
  return largest === undefined ? 0 : functions.line[largest]!;
}

/** The sentence, what qualifies it, and the lines beside the callers. */
export function SourceBody(props: SourceBodyProps) {
  const { state, answer, text, onText, onChange } = props;
  const [all, setAll] = useState(false);
  const measure = measureOf(answer.type);
  const subject = { ...answer.function, name: displayName(answer.function.name) };
  const whole = answer.total || 1;
  const linesKnown = answer.lines.line.length > 0;
  const rows = useMemo(() => sourceRows(answer, text?.lines ?? null, all), [answer, text, all]);
  const sandwich = exploreUrl({
    service: state.service,
    type: state.type,
    from: state.from,
    to: state.to,
    environment: state.environment,
    version: state.version,
    filter: state.filter,
    sandwich: answer.functionId,
    sandwichName: subject.name,
  });
  return (
    <>
      <section class="hotpath of-function" aria-label="Function">
        <div class="grow">
          <h1 title={subject.name}>
            {sayShare(subject.total / whole)} of {measure.subject} {measure.verb}{' '}
            <span class="mono">{subject.name}</span>.
          </h1>
          <p class="muted clip" title={answer.file}>
            <span class="mono">{place(answer, lineOf(answer))}</span>
            {' · '}
            {formatPercent(subject.self / whole)} in itself
            <span class="hide-s">{saySource(answer)}</span>
          </p>
        </div>
        <a class="btn hide-s" href={sandwich} onClick={followLink}>
          <Icon name="sandwich" /> Callers
        </a>
        <OpenText file={answer.file} onText={onText} />
      </section>
      {answer.versions.length > 1 && (
        <Notice kind="warn">
          {plural(answer.versions.length, 'version')} ran in this range, and lines move between
          them.{' '}
          <button type="button" onClick={() => onChange({ version: answer.versions.at(-1)! })}>
            Show {answer.versions.at(-1)} only
          </button>
        </Notice>
      )}
      {text !== null && <TextNotice answer={answer} text={text} onText={onText} />}
      <div class={props.kept ? 'split source kept' : 'split source'}>
        <section class="pane" aria-label={`Lines of ${answer.file}`}>
          <div class="head">
            <h2 class="mono clip">{answer.file || subject.name}</h2>
            <span class="clip">
              {linesKnown
                ? 'by line that ran'
                : 'by line where a function begins: the sampler of Node does not tell which line ran'}
            </span>
            {text !== null && (
              <button type="button" class="btn small" onClick={() => setAll(!all)}>
                {all ? 'Hot lines only' : 'All lines'}
              </button>
            )}
          </div>
          <SourceLines
            rows={rows}
            answer={answer}
            onPick={(functionId, name) => onChange({ functionId, name })}
          />
        </section>
        <Callers
          answer={answer}
          name={subject.name}
          onPick={(functionId, name) => onChange({ functionId, name })}
        />
      </div>
    </>
  );
}

const place = ({ file, package: owner }: FunctionLinesAnswer, line: number): string =>
  `${owner === '' ? '' : `${owner}: `}${file || 'no file is known'}${line > 0 && file !== '' ? `:${line}` : ''}`;

/** Which state of the code the numbers are about. */
function saySource({ versions, revision, kind }: FunctionLinesAnswer): string {
  const version = versions.at(-1) ?? '';
  if (kind !== 'user' || version === '') return '';
  return ` · version ${version}${revision === '' || revision === version ? '' : `, revision ${revision}`}`;
}

function TextNotice(props: {
  readonly answer: FunctionLinesAnswer;
  readonly text: SourceText;
  readonly onText: (text: null) => void;
}) {
  const { answer, text, onText } = props;
  const wrong = misfit(text, answer.functions);
  return (
    <Notice kind="warn">
      {wrong === null ? (
        <>
          The text is {text.openedName} of this computer, and stays in this browser. Whether it is
          the state that ran, nobody checked.
        </>
      ) : (
        <>
          {text.openedName} is not the file that ran: {wrong.name} should begin on line {wrong.line}
          .
        </>
      )}{' '}
      <button type="button" onClick={() => onText(null)}>
        Remove the text
      </button>
    </Notice>
  );
}
