import type { WaterfallAnswer } from '@flamehouse/proto';
import { Notice } from '../../components/states.tsx';
import { formatMicros, plural } from '../../format.ts';
import { spanName, tellingSpan } from './waterfall-rows.ts';
import { busyServices, traceParts, traceSentence } from './words.ts';

interface TraceAnswerProps {
  readonly answer: WaterfallAnswer;
  readonly mostlyIn: string; // function that most of the telling span goes through; '' when unknown
}

/** The sentence, what it rests on, and how the time was spent. */
export function TraceAnswer({ answer, mostlyIn }: TraceAnswerProps) {
  return (
    <>
      <section class="answer plain" aria-label="Answer">
        <div>
          <h1>{traceSentence(answer)}</h1>
          <Context answer={answer} mostlyIn={mostlyIn} />
        </div>
        <Parts answer={answer} />
      </section>
      {answer.incomplete === 'no-otlp' && (
        <Notice kind="warn">
          From samples alone: no span of this trace was exported here, so durations, order and spans
          without samples are unknown. With{' '}
          <code class="mono">
            OTEL_EXPORTER_OTLP_TRACES_ENDPOINT={window.location.origin}/v1/traces
          </code>{' '}
          they are shown too.
        </Notice>
      )}
    </>
  );
}

function Context({ answer, mostlyIn }: TraceAnswerProps) {
  const telling = tellingSpan(answer);
  if (answer.samples === 0)
    return (
      <p>
        {plural(answer.rows, 'span')} in {plural(answer.services.length, 'service')}.
      </p>
    );
  if (telling === null || telling === answer.spans[0])
    return (
      <p>
        {plural(answer.samples, 'sample')} in {plural(answer.rows, 'span')}
        <MostlyIn name={mostlyIn} />.{longer(answer)}
      </p>
    );
  const { waiting } = traceParts(answer, telling);
  return (
    <p>
      <b>{spanName(telling)}</b> used <b>{formatMicros(telling.subtree.cpuMicros)}</b> of that
      <MostlyIn name={mostlyIn} />.
      {waiting > 0 && ` The other ${formatMicros(waiting)} was waiting.`}
      {longer(answer)}
    </p>
  );
}

/** More CPU than time in one service: the answer went out before the work was done. */
function longer(answer: WaterfallAnswer): string {
  const { durationMicros, cpuMicros } = answer;
  return durationMicros !== null && cpuMicros > durationMicros && busyServices(answer) === 1
    ? ' More than it took: what it started counts to it, also after its end.'
    : '';
}

const MostlyIn = ({ name }: { readonly name: string }) =>
  name === '' ? null : (
    <>
      , mostly in <b class="mono">{name}</b>
    </>
  );

/** How the time of the trace divides: the telling span, other CPU, waiting. */
function Parts({ answer }: { readonly answer: WaterfallAnswer }) {
  const telling = tellingSpan(answer);
  if (telling === null || answer.cpuMicros === 0) return null;
  const parts = traceParts(answer, telling);
  const whole = parts.span + parts.other + parts.waiting || 1;
  const shown = [
    { name: spanName(telling), micros: parts.span, look: 'on-cpu' },
    { name: 'other CPU', micros: parts.other, look: 'on-cpu-2' },
    { name: 'waiting', micros: parts.waiting, look: 'off-cpu' },
  ].filter(({ micros }) => micros > 0);
  return (
    <div class="parts hide-s">
      <div class="parts-bar">
        {shown.map(({ name, micros, look }) => (
          <span key={name} class={look} style={{ width: `${(micros / whole) * 100}%` }} />
        ))}
      </div>
      <div class="legend">
        {shown.map(({ name, micros, look }) => (
          <span key={name} class="clip" title={name}>
            <i class={look} />
            {name} {formatMicros(micros)}
          </span>
        ))}
      </div>
    </div>
  );
}
