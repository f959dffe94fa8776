import { useRef } from 'preact/hooks';
import { Icon } from '../../components/icon.tsx';
import { showToast } from '../../state/toast.ts';
import { readSourceText, type SourceText, TEXT_BYTES_MAX } from './source-text.ts';

/** Reads a file of this computer, or the text in a source map; nothing is sent anywhere. */
export function OpenText(props: {
  readonly file: string;
  readonly onText: (text: SourceText) => void;
}) {
  const input = useRef<HTMLInputElement>(null);
  const read = async (): Promise<void> => {
    const file = input.current?.files?.[0];
    if (file === undefined) return;
    if (file.size > TEXT_BYTES_MAX) {
      showToast(`${file.name} is larger than 8 MiB`);
      return;
    }
    const text = readSourceText(file.name, await file.text(), props.file);
    if (text === null) showToast(`${file.name} holds no text of ${props.file}`);
    else props.onText(text);
    input.current!.value = ''; // The same file may be picked again.
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        class="hidden"
        tabIndex={-1}
        aria-label={`File with the text of ${props.file}, or its source map`}
        onChange={() => void read()}
      />
      <button
        type="button"
        class="btn"
        title="Shows the text of this file, or of a source map, beside the numbers. It stays in this browser."
        disabled={props.file === ''}
        onClick={() => input.current?.click()}
      >
        <Icon name="source" /> Open text…
      </button>
    </>
  );
}
