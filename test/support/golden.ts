import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

const LINES_MAX = 60;

/** Compare text with `test/golden/<name>.txt`; UPDATE_GOLDEN=1 writes it. */
export function expectGolden(name: string, text: string): void {
  const file = join(import.meta.dirname, '../golden', `${name}.txt`);
  const ended = text.endsWith('\n') ? text : `${text}\n`;
  expect(ended.split('\n').length, 'a golden is read in review').toBeLessThan(LINES_MAX);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, ended);
  const repair = `UPDATE_GOLDEN=1 npx vitest run --project golden writes ${file}`;
  expect(existsSync(file), repair).toBe(true);
  expect(ended, repair).toBe(readFileSync(file, 'utf8'));
}
