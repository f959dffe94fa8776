import type { FunctionLinesAnswer } from '@flamehouse/proto';

/** The text of a file that a person opened; it stays in this browser. */
export interface SourceText {
  readonly openedName: string;
  readonly lines: readonly string[];
}

/** A file larger than this is no source that a person reads. */
export const TEXT_BYTES_MAX = 8 * 2 ** 20;
const LINES_MAX = 20_000;

/**
 * The text of an opened file: itself, or, of a source map, the source that it holds of `wanted`.
 *
 * Null when a source map holds no text of it.
 */
export function readSourceText(
  openedName: string,
  text: string,
  wanted: string,
): SourceText | null {
  const mapped = openedName.endsWith('.map') ? sourceInMap(text, wanted) : text;
  if (mapped === null) return null;
  return { openedName, lines: mapped.split(/\r\n|\n|\r/).slice(0, LINES_MAX) };
}

function sourceInMap(text: string, wanted: string): string | null {
  const map = parseJson(text) as { sources?: unknown; sourcesContent?: unknown } | null;
  if (!Array.isArray(map?.sources) || !Array.isArray(map.sourcesContent)) return null;
  const paths = map.sources.map((path: unknown) => (typeof path === 'string' ? path : ''));
  const tail = (path: string): string =>
    `/${path.replace(/^.*?:\/+/, '').replace(/^(\.{1,2}\/)+/, '')}`;
  // Sources of a map are relative to it, files of a profile to the package: either may be longer.
  const at = paths.findIndex(
    (path) => tail(path).endsWith(tail(wanted)) || tail(wanted).endsWith(tail(path)),
  );
  const content: unknown = at < 0 ? null : map.sourcesContent[at];
  return typeof content === 'string' ? content : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // Not a source map, whatever its name says.
  }
}

/**
 * The first definition whose name is not on its line, or null.
 *
 * Such a text is another version of the file, or another file. Names that a compiler or the engine made
 * up, such as `(anonymous)` or `get size`, say nothing.
 */
export function misfit(
  { lines }: SourceText,
  { name, line }: FunctionLinesAnswer['functions'],
): { readonly name: string; readonly line: number } | null {
  for (const [row, at] of line.entries()) {
    const word = /^[\w$.#]*?([\w$]+)$/.exec(name[row]!)?.[1];
    if (at === 0 || word === undefined) continue;
    // A decorator, or a name on the line above, moves it by one.
    const near = [lines[at - 2], lines[at - 1], lines[at]].join('\n');
    if (!near.includes(word)) return { name: name[row]!, line: at };
  }
  return null;
}
