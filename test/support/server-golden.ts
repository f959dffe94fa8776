import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/**
 * Compare a JSON value with test/golden/<name>.json.
 *
 * `UPDATE_GOLDEN=1` writes the file; `npm run format` then gives it the house's line breaks.
 */
export function expectGolden(name: string, value: unknown): void {
  const path = fileURLToPath(new URL(`../golden/${name}.json`, import.meta.url));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  const golden = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : 'no file';
  expect(value, `test/golden/${name}.json differs; UPDATE_GOLDEN=1 rewrites it`).toEqual(golden);
}
