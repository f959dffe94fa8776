import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { brokenLinks, codeOf, readDocuments } from '../support/documents.ts';
import { ROOT } from '../support/processes.ts';

const documents = readDocuments();
const read = (path: string) => readFileSync(`${ROOT}${path}`, 'utf8');
const scriptsOf = (folder: string) =>
  Object.keys(JSON.parse(read(`${folder}package.json`)).scripts);

/** What a command names that does not exist; null when all of it does. */
function unknownIn(code: string): string | null {
  return unknownScript(code) ?? unknownSubcommand(code) ?? unknownTest(code) ?? unknownFile(code);
}

function unknownScript(code: string): string | null {
  for (const [, script, , workspace] of code.matchAll(/npm run ([\w:]+)( -w (\w+))?/g)) {
    const folder = workspace === undefined ? '' : `${workspace}/`;
    if (!scriptsOf(folder).includes(script!)) return `npm run ${script} in ${folder || 'the root'}`;
  }
  return null;
}

function unknownSubcommand(code: string): string | null {
  const known = [...read('server/src/cli/main.ts').matchAll(/^ {2}(\w+): \{\s+summary/gm)];
  for (const [, name] of code.matchAll(/^(?:npx )?flamehouse (\w+)/g))
    if (!known.some((match) => match[1] === name)) return `flamehouse ${name}`;
  return null;
}

function unknownTest(code: string): string | null {
  for (const [, project, filter] of code.matchAll(/vitest run --project (\w+)(?: ([\w-]+))?/g)) {
    const files = readdirSync(`${ROOT}test/${project}`, { recursive: true }).map(String);
    if (!files.some((file) => file.includes(filter ?? ''))) return `test ${project} ${filter}`;
  }
  return null;
}

function unknownFile(code: string): string | null {
  const paths =
    code.match(/(?<![\w./-])(?:proto|agent|server|ui|test|examples|docs)\/[\w./-]+\.\w+/g) ?? [];
  return paths.find((path) => !path.includes('/dist/') && !existsSync(`${ROOT}${path}`)) ?? null;
}

test('a broken link, an unknown anchor and an unknown command are seen', () => {
  const text = '[a](nowhere.md) [b](../README.md#nothing) [c](../README.md)';
  expect(brokenLinks({ path: 'docs/x.md', text })).toEqual(['nowhere.md', '../README.md#nothing']);
  expect(unknownIn('npm run nothing -w ui')).toBe('npm run nothing in ui/');
  expect(unknownIn('npx flamehouse dance')).toBe('flamehouse dance');
  expect(unknownIn('npx vitest run --project e2e nothing')).toBe('test e2e nothing');
  expect(unknownIn('node examples/nothing.js')).toBe('examples/nothing.js');
  expect(unknownIn('npm run build -w agent && npx flamehouse serve')).toBeNull();
});

describe.each(documents.map((document) => [document.path, document] as const))(
  '%s',
  (_, document) => {
    test('every link leads somewhere', () => {
      expect(brokenLinks(document)).toEqual([]);
    });

    test('every command and file that it names exists', () => {
      expect(
        codeOf(document)
          .map(unknownIn)
          .filter((unknown) => unknown !== null),
      ).toEqual([]);
    });
  },
);
