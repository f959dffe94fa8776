import type { ScriptText } from './script-text.ts';
import type { MapIndex, Segment } from './source-map-index.ts';
import type { RawFrame } from './v8-profiler.ts';

/** A function as its author wrote it. */
export interface MappedFrame {
  readonly name: string;
  readonly source: string; // as the map names it
  readonly line: number; // from 1
}

const ANONYMOUS = /^\(anonymous:L#\d+:C#\d+\)$/;
const LAST_IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const NAME_PART = /^[\p{ID_Continue}$\u200c\u200d]/u;

/**
 * V8 gives where the parameters begin; the name stands shortly before: `a(`, `a=(`, `a:function(`,
 * `a = async (`. A few segments back are enough.
 */
const SEGMENTS_MAX = 6;
const NAME_DISTANCE_MAX = 40;

/**
 * Where a function comes from, or null when the map does not say.
 *
 * A name is replaced only when the code at a segment that has one is the name V8 gives: otherwise
 * the original name of some other word nearby would be taken for it.
 */
export function mapFrame(frame: RawFrame, index: MapIndex, script: ScriptText): MappedFrame | null {
  const line = frame.line - 1;
  const column = Math.max(0, (frame.column ?? 1) - 1);
  const segments = index.before(line, column, SEGMENTS_MAX);
  const place = segments[0];
  if (place === undefined || place.source < 0) return null;
  const source = index.sources[place.source];
  if (source === undefined) return null;
  if (ANONYMOUS.test(frame.name)) {
    const name = `(anonymous:L#${place.sourceLine + 1}:C#${place.sourceColumn + 1})`;
    return { name, source, line: place.sourceLine + 1 };
  }
  const name = originalName(frame.name, { line, column, segments }, index, script);
  return { name, source, line: place.sourceLine + 1 };
}

interface Place {
  readonly line: number;
  readonly column: number;
  readonly segments: readonly Segment[];
}

function originalName(
  name: string,
  { line, column, segments }: Place,
  index: MapIndex,
  script: ScriptText,
): string {
  const word = LAST_IDENTIFIER.exec(name)?.[0];
  if (word === undefined) return name;
  for (const segment of segments) {
    if (column - segment.column > word.length + NAME_DISTANCE_MAX) break;
    if (segment.name < 0) continue;
    const text = script.at(line, segment.column, word.length + 1);
    if (!text.startsWith(word) || NAME_PART.test(text.slice(word.length))) continue;
    return name.slice(0, -word.length) + index.name(segment.name);
  }
  return name;
}
