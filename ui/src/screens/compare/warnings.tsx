import type { DiffAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';

/** What makes the answer worth less, each in a sentence with its numbers. */
export function Warnings({ warnings }: Pick<DiffAnswer, 'warnings'>) {
  const [first, ...others] = warnings;
  if (first === undefined) return null;
  return (
    <section class="notice warn" aria-label="Warnings">
      <Icon name="warn" />
      <div class="body">
        {others.length === 0 ? (
          first.text
        ) : (
          <details>
            <summary>
              {first.text} <span class="more-of">{others.length} more</span>
            </summary>
            <ul>
              {others.map(({ code, text }) => (
                <li key={code}>{text}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </section>
  );
}
