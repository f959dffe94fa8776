import { useEffect, useRef, useState } from 'preact/hooks';
import { openSession, tokenQuestion } from '../api/session.ts';

/** Asks for the server's token when a request came back with 401. */
export function TokenDialog() {
  return tokenQuestion.value === null ? null : <Question />;
}

function Question() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState('');
  useEffect(() => dialog.current?.showModal(), []);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const wrong = await openSession(token.trim());
    if (wrong === null) tokenQuestion.peek()?.resolve(true);
    else setProblem(wrong);
  };
  return (
    <dialog
      class="dialog"
      ref={dialog}
      aria-labelledby="token-title"
      onCancel={() => tokenQuestion.peek()?.resolve(false)}
    >
      <form onSubmit={submit}>
        <h2 id="token-title">This server wants a token</h2>
        <p>
          One of those in <span class="mono">FLAMEHOUSE_TOKENS</span> with the role read. The
          browser keeps it in a cookie that scripts cannot read.
        </p>
        <input
          class="field"
          type="password"
          name="token"
          aria-label="Token"
          autocomplete="current-password"
          value={token}
          onInput={(event) => setToken(event.currentTarget.value)}
        />
        {problem !== '' && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
        <div class="acts">
          <button type="button" class="btn" onClick={() => tokenQuestion.peek()?.resolve(false)}>
            Not now
          </button>
          <button type="submit" class="btn primary" disabled={token.trim() === ''}>
            Use token
          </button>
        </div>
      </form>
    </dialog>
  );
}
