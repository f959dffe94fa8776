import type { ComponentChildren } from 'preact';
import type { ApiFailure } from '../api/client.ts';
import { askAgain } from '../api/session.ts';
import { copyText } from '../state/toast.ts';
import { Icon } from './icon.tsx';

/** Shows itself after 120 ms, so that fast answers do not flicker. */
export const Progress = () => <div class="progress" role="progressbar" aria-label="Loading" />;

export function Empty(props: {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}) {
  return (
    <div class="empty" role="status">
      <h2>{props.title}</h2>
      {props.children}
      {props.actions !== undefined && <div class="acts">{props.actions}</div>}
    </div>
  );
}

/** What happened, what to do, and a code to quote. */
export function Failed(props: { readonly failure: ApiFailure; readonly onRetry: () => void }) {
  const { code, message, help } = props.failure;
  const retry = (): void => {
    askAgain();
    props.onRetry();
  };
  return (
    <div class="empty failed" role="alert">
      <div class="what">
        <Icon name="error" />
        <span class="mono">{code}</span>
      </div>
      <h2>{message.charAt(0).toUpperCase() + message.slice(1)}</h2>
      <p>{help}</p>
      <div class="acts">
        <button type="button" class="btn" onClick={retry}>
          Try again
        </button>
      </div>
    </div>
  );
}

export function Notice(props: {
  readonly kind: 'warn' | 'error';
  readonly children: ComponentChildren;
}) {
  return (
    <div class={`notice ${props.kind}`} role="status">
      <Icon name={props.kind} />
      <div class="body">{props.children}</div>
    </div>
  );
}

/** A command that can be copied. */
export function Command({ text }: { readonly text: string }) {
  return (
    <div class="code">
      <code class="grow">{text}</code>
      <button
        type="button"
        class="icon-btn small"
        aria-label="Copy the command"
        onClick={() => copyText(text, 'Command copied')}
      >
        <Icon name="copy" />
      </button>
    </div>
  );
}

const FLAME_WIDTHS = [100, 84, 62, 48, 36, 22, 12];

/** The shape of a flame graph before the first one is there. */
export function FlameSkeleton() {
  return (
    <div class="skel-stack" aria-hidden="true">
      {FLAME_WIDTHS.map((width) => (
        <div class="skel" key={width} style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

export function RowsSkeleton({ rows }: { readonly rows: number }) {
  return (
    <div class="skel-rows" aria-hidden="true">
      {Array.from({ length: rows }, (_, i) => (
        <div class="skel" key={i} style={{ width: `${[92, 78, 85, 64][i % 4]}%` }} />
      ))}
    </div>
  );
}
