import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createLog, type LogLevel, oneLine } from '../../../agent/src/log.ts';
import { messages } from '../../../agent/src/messages.ts';

function linesAt(level: LogLevel): string[] {
  const lines: string[] = [];
  const log = createLog(level, (line) => lines.push(line));
  log.error('UPLOAD_UNREACHABLE', 'first');
  log.error('UPLOAD_UNREACHABLE', 'again');
  log.error('CONFIG_VALUE', 'a', 'A');
  log.error('CONFIG_VALUE', 'b', 'B');
  log.info('info');
  log.debug('debug');
  return lines.map((line) => line.split(/[:.]/).slice(0, 2).join(':').trimEnd());
}

test('levels, and one line per cause', () => {
  const errors = [
    '[flamehouse] UPLOAD_UNREACHABLE: first',
    '[flamehouse] CONFIG_VALUE: a',
    '[flamehouse] CONFIG_VALUE: b',
  ];
  expect(linesAt('silent')).toEqual([]);
  expect(linesAt('error')).toEqual(errors);
  expect(linesAt('info')).toEqual([...errors, '[flamehouse] info']);
  expect(linesAt('debug')).toEqual([...errors, '[flamehouse] info', '[flamehouse] debug']);
});

test('a line is one line, without control characters and of bounded length', () => {
  expect(oneLine('a\r\nb\u001b[31mc\u2028d')).toBe('a b?[31mc d');
  expect(oneLine('x'.repeat(10_000))).toHaveLength(600);
});

test('causes are bounded', () => {
  const lines: string[] = [];
  const log = createLog('error', (line) => lines.push(line));
  for (let i = 0; i < 1000; i++) log.error('INTERNAL', 'x', `cause ${i}`);
  expect(lines).toHaveLength(100);
});

test('a closed stderr is nobody else’s problem', () => {
  const log = createLog('debug', () => {
    throw new Error('EPIPE');
  });
  expect(() => log.error('INTERNAL', 'x')).not.toThrow();
});

test('the README lists every code', () => {
  const readme = readFileSync(new URL('../../../agent/README.md', import.meta.url), 'utf8');
  expect(Object.keys(messages).filter((code) => !readme.includes(code))).toEqual([]);
});
