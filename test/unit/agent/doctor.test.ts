import { expect, test } from 'vitest';
import {
  checkContext,
  checkNode,
  doctor,
  type Finding,
  formatFinding,
  judgeAnswer,
} from '../../../agent/src/doctor.ts';

const levelOf = ({ level }: Finding) => level;

test.each([
  ['18.20.0', 'fail'],
  ['20.18.1', 'fail'],
  ['20.19.0', 'ok'],
  ['22.9.0', 'ok'],
  ['23.1.0', 'note'],
  ['26.0.0', 'ok'],
])('Node.js %s is %s', (version, level) => {
  expect(levelOf(checkNode(version))).toBe(level);
});

test('on Node 22 the flag is named', () => {
  expect(checkContext('slot', '22.23.3').help).toContain('--experimental-async-context-frame');
  expect(checkContext('slot', '20.20.2').help).toBe('Cheaper: Node.js 24.');
  expect(checkContext('slot', '24.1.0').help).toContain('--no-async-context-frame');
  expect(levelOf(checkContext('frame', '22.23.3'))).toBe('ok');
});

const INCOMPLETE = '{"code":"INGEST_META_MISSING","message":"no meta","help":"send it"}';

test.each([
  [400, INCOMPLETE, 'ok', 'accepts the token'],
  [401, '{}', 'fail', 'refuses the token'],
  [503, '{}', 'fail', 'answers 503'],
  [404, 'Not Found', 'fail', 'unlike Flamehouse'],
  [400, 'Bad Request', 'fail', 'unlike Flamehouse'],
])('a server that answers %s %s', (status, body, level, text) => {
  const finding = judgeAnswer('http://server', status, body);
  expect(finding).toMatchObject({ level, text: expect.stringContaining(text) });
  expect(finding.help === undefined).toBe(level === 'ok');
});

test('a finding is a line, and one for what to do', () => {
  expect(formatFinding({ level: 'ok', text: 'fine' })).toBe('ok   fine\n');
  expect(formatFinding({ level: 'fail', text: 'broken', help: 'Repair it.' })).toBe(
    'fail broken\n     Repair it.\n',
  );
});

test('wrong use is shown the right one', async () => {
  const printed: string[] = [];
  expect(await doctor(['docter'], (text) => printed.push(text))).toBe(2);
  expect(printed.join('')).toContain('Usage: flamehouse-agent doctor');
});
