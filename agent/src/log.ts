import { writeSync } from 'node:fs';
import { type MessageCode, messages } from './messages.ts';

export const logLevels = ['silent', 'error', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Log {
  /** One line per cause and process; later reports of the same cause are silent. */
  error(code: MessageCode, detail: string, cause?: string): void;
  info(text: string): void;
  debug(text: string): void;
}

const LINE_CHARS_MAX = 600; // what fits a terminal without burying the host's own output
const CAUSES_MAX = 100; // distinct causes remembered; past it new ones are silent

/** Text from outside on one line: control characters escaped, length bounded. */
export function oneLine(text: string, charsMax = LINE_CHARS_MAX): string {
  const flat = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, (found) =>
    /^[\s]+$/.test(found) ? ' ' : '?',
  );
  return flat.length > charsMax ? `${flat.slice(0, charsMax - 3)}...` : flat;
}

/**
 * Lines on stderr, never on stdout.
 *
 * `writeSync(2)` instead of `process.stderr`: creating that stream has side effects in the host,
 * and a closed pipe would raise an 'error' event there.
 */
export function createLog(level: LogLevel, write: (line: string) => void = writeToStderr): Log {
  const seen = new Set<string>();
  const rank = logLevels.indexOf(level);
  const print = (text: string) => {
    try {
      write(`[flamehouse] ${oneLine(text)}\n`);
    } catch {
      // stderr is closed or full: there is nobody to tell.
    }
  };
  return {
    error(code, detail, cause = code) {
      if (rank < 1 || seen.has(cause) || seen.size >= CAUSES_MAX) return;
      seen.add(cause);
      print(`${code}: ${detail}. ${messages[code]}`);
    },
    info: (text) => (rank >= 2 ? print(text) : undefined),
    debug: (text) => (rank >= 3 ? print(text) : undefined),
  };
}

function writeToStderr(line: string): void {
  writeSync(2, line);
}
