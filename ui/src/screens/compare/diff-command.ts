import { apiUrl } from '../../api/client.ts';
import {
  type CompareState,
  formatSide,
  parseSide,
  type SideState,
} from '../../state/compare-url.ts';
import { resolveRange } from '../../time.ts';
import { diffParams } from './use-compare-data.ts';

const PLAIN = /^[\w.,:/@%+=~-]+$/;

/** A word of a shell command, quoted where the shell would read something into it. */
export const shellWord = (text: string): string =>
  PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/** The command that answers the same; sides of another service or with a filter need the API itself. */
export function diffCommand(state: CompareState, origin: string): string {
  const { a, b, service, environment, norm } = state;
  const plain = [a, b].every((side) => side.service === '' && side.filter === '');
  if (!plain) return `curl ${shellWord(`${origin}${apiUrl('diff', diffParams(state) ?? {})}`)}`;
  const options: [string, string][] = [
    ['--service', service],
    ['--base', a.selector],
    ['--head', b.selector],
    ...(environment === '' ? [] : [['--environment', environment] as [string, string]]),
    ...(norm === 'auto' ? [] : [['--normalise', norm] as [string, string]]),
    ...(isDefaultServer(origin) ? [] : [['--server', origin] as [string, string]]),
  ];
  return ['flamehouse diff', ...options.map(([name, value]) => `${name} ${shellWord(value)}`)].join(
    ' ',
  );
}

const isDefaultServer = (origin: string): boolean =>
  origin === 'http://127.0.0.1:4040' || origin === 'http://localhost:4040';

/** The same state with times that do not move on, for a link that is sent to somebody. */
export function frozen(state: CompareState, nowMs: number): CompareState {
  const freeze = (side: SideState): SideState => {
    const parts = parseSide(side.selector);
    if (parts === null || parts.from === '') return side;
    const { from, to } = resolveRange(parts.from, parts.to, nowMs);
    return { ...side, selector: formatSide({ ...parts, from: String(from), to: String(to) }) };
  };
  return { ...state, a: freeze(state.a), b: freeze(state.b) };
}
