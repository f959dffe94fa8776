import { useState } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { go } from '../../state/location.ts';
import { findIds, traceUrl } from '../trace/address.ts';

/** Takes a trace id, a span id, a log line or an address with one in it, and opens the trace. */
export function OpenTrace() {
  const [text, setText] = useState('');
  const [bad, setBad] = useState(false);
  const open = (pasted: string): boolean => {
    const { traceId, spanId } = findIds(pasted);
    if (traceId === '' && spanId === '') return false;
    go(traceUrl(traceId === '' ? null : traceId, spanId));
    return true;
  };
  return (
    <form
      class="open-trace"
      onSubmit={(event) => {
        event.preventDefault();
        setBad(!open(text));
      }}
    >
      <label class="input find">
        <Icon name="traces" />
        <input
          aria-label="Open a trace by its id"
          placeholder="Paste a trace id, or a log line with one"
          value={text}
          aria-invalid={bad}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setBad(false);
          }}
          onPaste={(event) => {
            if (open(event.clipboardData?.getData('text') ?? '')) event.preventDefault();
          }}
        />
        {bad && <span class="count bad">no id in it</span>}
      </label>
    </form>
  );
}
