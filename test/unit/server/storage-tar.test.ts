import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { packTar, type TarEntry, unpackTar } from '../../../server/src/storage/tar.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'flamehouse-test-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

async function pack(entries: readonly TarEntry[]): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of packTar(entries)) parts.push(part);
  return Buffer.concat(parts);
}

/** In pieces of a size that no block has. */
function pieces(bytes: Buffer): Readable {
  const list: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 701) list.push(bytes.subarray(at, at + 701));
  return Readable.from(list);
}

const LONG = `tables/${'t'.repeat(80)}/${'p'.repeat(60)}/${'c'.repeat(90)}.bin`;

test('files come back as they were, also through tar', async () => {
  const path = join(dir, 'source');
  writeFileSync(path, 'x'.repeat(1_025));
  const archive = await pack([
    { name: 'empty', content: '' },
    { name: 'block', content: 'b'.repeat(512) },
    { name: LONG, content: { path } },
  ]);
  await unpackTar(pieces(archive), join(dir, 'own'));
  writeFileSync(join(dir, 'a.tar'), archive);
  execFileSync('mkdir', [join(dir, 'gnu')]);
  execFileSync('tar', ['-xf', join(dir, 'a.tar'), '-C', join(dir, 'gnu')]);
  for (const way of ['own', 'gnu']) {
    expect(readdirSync(join(dir, way)).sort()).toEqual(['block', 'empty', 'tables']);
    expect(readFileSync(join(dir, way, 'empty'), 'utf8')).toBe('');
    expect(readFileSync(join(dir, way, LONG), 'utf8')).toBe('x'.repeat(1_025));
  }
});

test('what is cut off, none, or leads out of the directory is refused', async () => {
  const archive = await pack([{ name: 'a', content: 'text' }]);
  for (const length of [0, 100, 512, 700, 1_024]) {
    await expect(unpackTar(pieces(archive.subarray(0, length)), dir)).rejects.toThrow('cut off');
  }
  await expect(unpackTar(pieces(Buffer.alloc(600, 'x')), dir)).rejects.toThrow('no backup');
  for (const name of ['../out', 'a/../../out', '//out']) {
    const hostile = await pack([{ name, content: 'text' }]);
    await expect(unpackTar(pieces(hostile), dir)).rejects.toThrow('it has a file');
  }
});
