import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Steps } from './in-slices.ts';

/** Where the map of a script is. */
export type MapPlace =
  | {
      readonly kind: 'inline';
      readonly base64: boolean;
      readonly from: number;
      readonly to: number;
    }
  /** `declared` by the script, else only the usual name beside it. */
  | { readonly kind: 'file'; readonly path: string; readonly declared: boolean }
  | { readonly kind: 'unreachable' };

const MARK = 'sourceMappingURL=';
const URL_CHARS_MAX = 4096; // a longer one that is no data: URL is not a path
const STEP_CHARS = 65_536; // a multiple of four: base64 is cut between groups

/** Read the last comment that names a map. It stands on a line of its own. */
export function findMapPlace(script: Buffer, path: string): MapPlace {
  const mark = script.lastIndexOf(MARK);
  const from = mark + MARK.length;
  const opening = mark < 0 ? '' : script.toString('latin1', Math.max(0, mark - 8), mark);
  if (!/(^|[\n;}])[ \t]*(\/\/|\/\*)[#@][ \t]$/.test(opening)) {
    return { kind: 'file', path: `${path}.map`, declared: false };
  }
  const to = urlEnd(script, from);
  const head = script.toString('latin1', from, Math.min(to, from + URL_CHARS_MAX));
  const data = /^data:application\/json[^,]*?(;base64)?,/.exec(head);
  if (data !== null) {
    return { kind: 'inline', base64: data[1] !== undefined, from: from + data[0].length, to };
  }
  return placeOfUrl(head, path);
}

function placeOfUrl(url: string, path: string): MapPlace {
  try {
    if (/^file:/i.test(url)) return { kind: 'file', path: fileURLToPath(url), declared: true };
    if (/^[a-z][\w+.-]+:/i.test(url)) return { kind: 'unreachable' }; // nothing is fetched
    return {
      kind: 'file',
      path: resolve(dirname(path), decodeURIComponent(url.replace(/[?#].*$/, ''))),
      declared: true,
    };
  } catch {
    return { kind: 'unreachable' };
  }
}

function urlEnd(script: Buffer, from: number): number {
  const line = script.indexOf(0x0a, from);
  let end = line < 0 ? script.length : line;
  while (end > from && /[\s*/]/.test(String.fromCharCode(script[end - 1]!))) end -= 1;
  return end;
}

/** The JSON of a map that lies in the script itself. */
export function* readInline(
  script: Buffer,
  { base64, from, to }: Extract<MapPlace, { kind: 'inline' }>,
): Steps<Buffer> {
  if (!base64) return Buffer.from(decodeURIComponent(script.toString('latin1', from, to)), 'utf8');
  const parts: Buffer[] = [];
  for (let at = from; at < to; at += STEP_CHARS) {
    const end = Math.min(to, at + STEP_CHARS);
    parts.push(Buffer.from(script.toString('latin1', at, end), 'base64'));
    yield;
  }
  return Buffer.concat(parts);
}
