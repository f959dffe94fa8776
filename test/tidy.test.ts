import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Source files of a folder, neither dist nor node_modules. */
function sourceFiles(folder: string): { file: string; source: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(?:[cm]?[jt]s|tsx)$/.test(file))
    .map((file) => join(folder, file))
    .map((file) => ({ file, source: readFileSync(join(root, file), 'utf8') }));
}

const mayImport: Record<string, readonly string[]> = {
  proto: [],
  agent: ['proto'],
  server: ['proto'],
  ui: ['proto'],
};
const IMPORT =
  /(?:from|import|import\(|require\()\s*['"](?:@flamehouse\/|(?:\.\.\/){2,})(proto|agent|server|ui)(?=['"/])/g;

/** Every import of another folder that the direction rule forbids, as `file imports folder`. */
function forbiddenImports(folder: string, file: string, source: string): string[] {
  return [...source.matchAll(IMPORT)]
    .map((match) => match[1]!)
    .filter((target) => target !== folder && !mayImport[folder]!.includes(target))
    .map((target) => `${file} imports ${target}`);
}

describe('folders import only downwards', () => {
  test.each([
    [`import { x } from '@flamehouse/server';`],
    [`import type { X } from '../../server/src/x.ts';`],
    [`export * from "../../../server/src/x.ts";`],
    [`const x = await import('@flamehouse/server');`],
    [`import '@flamehouse/server';`],
  ])('a forbidden import is seen: %s', (source) => {
    expect(forbiddenImports('ui', 'ui/src/bad.ts', source)).toEqual([
      'ui/src/bad.ts imports server',
    ]);
    expect(forbiddenImports('proto', 'proto/src/bad.ts', source)).toHaveLength(1);
  });

  test('an allowed import is not', () => {
    const source = `import { x } from '@flamehouse/proto';\nimport { y } from '../server-time.ts';`;
    expect(forbiddenImports('ui', 'ui/src/good.ts', source)).toEqual([]);
  });

  test.each(Object.keys(mayImport))('%s', (folder) => {
    const files = sourceFiles(`${folder}/src`);
    expect(files.length).toBeGreaterThan(0);
    expect(files.flatMap(({ file, source }) => forbiddenImports(folder, file, source))).toEqual([]);
  });
});

/** The one place that may import a dependency we stand on, so that it can be replaced. */
const doors: Record<string, RegExp> = {
  '@datadog/pprof': /^agent\/src\/v8-profiler\.ts$/,
  '@clickhouse/client': /^server\/src\/storage\//,
  chdb: /^server\/src\/storage\//,
  'd3-flame-graph': /^ui\/src\/flame\/svg-renderer\.ts$/,
};

/** Value imports only: a type leaves nothing behind in the build. */
function importsOf(dependency: string, source: string): boolean {
  return new RegExp(
    `(?:^|\\n)(?:import(?! type)|export(?! type))[^;]*?['"]${dependency}(?:/[^'"]*)?['"]|(?:require|import)\\(\\s*['"]${dependency}['"/]`,
  ).test(source);
}

describe('one door for each outside dependency', () => {
  test('an import is seen, a type is not', () => {
    expect(importsOf('chdb', `import { x } from 'chdb/connection';`)).toBe(true);
    expect(importsOf('chdb', `const x = require('chdb');`)).toBe(true);
    expect(importsOf('chdb', `import type { X } from 'chdb';`)).toBe(false);
    expect(importsOf('chdb', `import { x } from 'chdbx';`)).toBe(false);
  });

  test.each(Object.keys(doors))('%s', (dependency) => {
    const elsewhere = ['proto', 'agent', 'server', 'ui']
      .flatMap((folder) => sourceFiles(`${folder}/src`))
      .filter(({ file, source }) => importsOf(dependency, source) && !doors[dependency]!.test(file))
      .map(({ file }) => file);
    expect(elsewhere).toEqual([]);
  });
});
