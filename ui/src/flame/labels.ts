import type { FrameKind } from '@flamehouse/proto';

/** `(anonymous:L#12:C#18)`, as @datadog/pprof writes it, becomes `(anonymous):12`. */
export const displayName = (name: string): string =>
  name.replace(/\(?anonymous:L#(\d+)(?::C#\d+)?\)?/, '(anonymous):$1') || '(no name)';

interface Described {
  readonly file: string;
  readonly package: string;
  readonly kind: FrameKind;
}

/** What stands behind a name; nothing where it would say the name again, as a group of a file does. */
export function secondLabel(frame: Described, name = ''): string {
  const second = whereOf(frame);
  return second === name ? '' : second;
}

/** The file of your own code, the package of a dependency, else the kind. */
function whereOf(frame: Described): string {
  if (frame.kind === 'dependency') return frame.package || frame.file;
  if (frame.kind === 'native' || frame.kind === 'gc' || frame.kind === 'idle')
    return frame.file || frame.kind;
  return frame.file;
}

const ASCII = /^[\x20-\x7e]*$/;

/** Keeps head and tail of a name; under six characters nothing would be left to read. */
export function middleEllipsis(text: string, room: number): string {
  if (text.length <= room) return text;
  if (room < 6) return '';
  const chars = ASCII.test(text) ? text : Array.from(text);
  const head = Math.ceil((room - 1) * 0.45);
  const tail = room - 1 - head;
  if (typeof chars === 'string') return `${chars.slice(0, head)}…${chars.slice(-tail)}`;
  if (chars.length <= room) return text;
  return `${chars.slice(0, head).join('')}…${chars.slice(-tail).join('')}`;
}

export interface FittedLabel {
  readonly name: string;
  readonly second: string;
  readonly share: string;
}

export const LABEL_WIDTH_MIN = 30;
const PADDING = 11;

/**
 * Decide what of a label fits: the share as soon as some of the name stays readable, the second
 * label only when everything else is whole.
 *
 * Units   `width` in CSS pixels; `advance` is the width of one character of the monospace face.
 */
export function fitLabel(
  width: number,
  advance: number,
  label: { readonly name: string; readonly second: string; readonly share: string },
): FittedLabel {
  if (width < LABEL_WIDTH_MIN) return { name: '', second: '', share: '' };
  const room = Math.floor((width - PADDING) / advance);
  const { name, share } = label;
  const withShare = share !== '' && room >= Math.min(name.length, 14) + share.length + 2;
  const nameRoom = withShare ? room - share.length - 2 : room;
  const second =
    label.second !== '' && nameRoom - name.length > label.second.length + 3 ? label.second : '';
  return { name: middleEllipsis(name, nameRoom), second, share: withShare ? share : '' };
}
