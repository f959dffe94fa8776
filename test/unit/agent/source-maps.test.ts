import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../../agent/src/clock.ts';
import { OwnCost } from '../../../agent/src/own-cost.ts';
import { findMapPlace } from '../../../agent/src/source-map-file.ts';
import { SourceMaps, sourceFile } from '../../../agent/src/source-maps.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flamehouse-maps-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newMaps = () => new SourceMaps(systemClock, new OwnCost(systemClock));

/** `var a=b=>c` of a bundler: `a` is `total` on line 3, the parameter begins on line 3 too. */
const BUNDLE = 'var a=b=>b;x.c=function(d){};\n';
const MAP = {
  version: 3,
  sources: ['../src/sum.ts?v=1'],
  names: ['total', 'other'],
  mappings: 'IAEIA,EAAI;',
};

async function script(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const at = (file: string, name: string, column: number) => ({ file, name, line: 1, column });

test('a name is taken from the word that carries it, a place from the nearest', async () => {
  const file = await script('named.js', `${BUNDLE}//# sourceMappingURL=named.js.map\n`);
  await script('named.js.map', JSON.stringify(MAP));
  const maps = newMaps();
  expect(maps.find(at(file, 'a', 7))).toBeUndefined();
  await maps.settle(5000);
  const source = join(folder, '../src/sum.ts');
  expect(maps.find(at(file, 'a', 7))).toEqual({ name: 'total', file: source, line: 3 });
  maps.find(at(file, 'c', 24));
  maps.find(at(file, '(anonymous:L#1:C#24)', 24));
  await maps.settle(5000);
  expect(maps.find(at(file, 'c', 24))).toMatchObject({ name: 'c' });
  expect(maps.find(at(file, '(anonymous:L#1:C#24)', 24))).toMatchObject({
    name: '(anonymous:L#3:C#9)',
  });
  expect(maps.takeMissing()).toEqual([]);
});

test('at once, from a map inside the script', async () => {
  const inline = Buffer.from(JSON.stringify(MAP)).toString('base64');
  const url = `data:application/json;charset=utf-8;base64,${inline}`;
  const file = await script('inline.js', `${BUNDLE}//# sourceMappingURL=${url}`);
  const maps = newMaps();
  maps.find(at(file, 'a', 7));
  maps.settleNow();
  expect(maps.find(at(file, 'a', 7))).toMatchObject({ name: 'total', line: 3 });
});

test('a declared map that is not there or is broken is reported once', async () => {
  const absent = await script('absent.js', `${BUNDLE}//# sourceMappingURL=nowhere.map`);
  const broken = await script('broken.js', `${BUNDLE}//# sourceMappingURL=broken.js.map`);
  const remote = await script('remote.js', `${BUNDLE}//# sourceMappingURL=https://cdn/x.map`);
  const plain = await script('plain.js', `${BUNDLE}const text = "//# sourceMappingURL=x";`);
  await script('broken.js.map', '{"version":3,"mappings":"');
  const maps = newMaps();
  for (const round of [0, 1]) {
    for (const file of [absent, broken, remote, plain]) maps.find(at(file, 'a', 7 + round));
    await maps.settle(5000);
  }
  expect(maps.takeMissing()).toEqual([absent, broken, remote]);
  expect(maps.takeMissing()).toEqual([]);
  expect(maps.find(at(broken, 'a', 7))).toBeNull();
});

test('what needs no map is not looked for', () => {
  const maps = newMaps();
  for (const file of ['', 'node:fs', '/srv/node_modules/a/b.js', 'evalmachine.<anonymous>']) {
    expect(maps.find(at(file, 'a', 1))).toBeNull();
  }
  expect(maps.find({ ...at('/srv/a.js', 'a', 1), line: 0 })).toBeNull();
});

test.each([
  ['../src/a.ts', '/srv/src/a.ts'],
  ['\0../src/a.ts?commonjs-entry', '/srv/src/a.ts'],
  ['webpack://shop/./src/a.ts?1a2b', 'webpack://shop/./src/a.ts'],
  ['turbopack:///[project]/src/a.ts', 'src/a.ts'],
  ['file:///srv/src/a.ts', 'file:///srv/src/a.ts'],
])('source %s is %s', (source, file) => {
  expect(sourceFile(source, '/srv/dist/a.js.map')).toBe(file);
});

test.each([
  ['a.map', { kind: 'file', path: '/srv/dist/a.map', declared: true }],
  ['../my%20maps/a.map?v=2', { kind: 'file', path: '/srv/my maps/a.map', declared: true }],
  ['file:///maps/a.map', { kind: 'file', path: '/maps/a.map', declared: true }],
  ['http://host/a.map', { kind: 'unreachable' }],
  ['%zz', { kind: 'unreachable' }],
])('the map %s is at %o', (url, place) => {
  for (const comment of [`//# sourceMappingURL=${url}\r\n`, `/*# sourceMappingURL=${url} */`]) {
    expect(findMapPlace(Buffer.from(`a();\n${comment}`), '/srv/dist/a.js')).toEqual(place);
  }
});
