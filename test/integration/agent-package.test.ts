import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHost } from '../support/agent-host.ts';
import { startReceiver } from '../support/agent-receiver.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** An empty folder with the packed agent and its published dependencies, and nothing else of ours. */
let folder = '';
let packed = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flamehouse-packed-'));
  packed = join(folder, 'node_modules/@flamehouse/agent');
  await mkdir(packed, { recursive: true });
  const args = ['pack', '-w', 'agent', '--ignore-scripts', '--json', '--pack-destination', folder];
  await run('npm', args, { cwd: ROOT });
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz'))!;
  await run('tar', ['-xzf', join(folder, tarball), '-C', packed, '--strip-components=1']);
  const { dependencies } = JSON.parse(await readFile(join(packed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), link);
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('the package holds what it runs on and no source', async () => {
  const files = await readdir(packed, { recursive: true });
  expect(files.filter((file) => !file.startsWith('dist')).sort()).toEqual([
    'LICENSE',
    'README.md',
    'bin',
    'bin/flamehouse-agent.js',
    'index.d.ts',
    'package.json',
    'register.js',
  ]);
  expect(files).toContain(join('dist', 'exit-upload.js'));
});

test('nothing in it needs a package that is not published', async () => {
  for (const file of await readdir(join(packed, 'dist'))) {
    const text = await readFile(join(packed, 'dist', file), 'utf8');
    const required = [...text.matchAll(/(?:require|import)\(["']([^"'.][^"']*)["']\)/g)].map(
      (m) => m[1]!,
    );
    const foreign = required.filter((name) => !name.startsWith('node:'));
    expect(foreign.filter((name) => name !== 'pprof-format' && name !== '@datadog/pprof')).toEqual(
      [],
    );
    expect({ file, mentionsProto: text.includes('@flamehouse/proto') }).toEqual({
      file,
      mentionsProto: false,
    });
  }
});

test('an application beside it is profiled by name of the package', async () => {
  const receiver = await startReceiver();
  const app = `
    const agent = require('@flamehouse/agent');
    setTimeout(() => console.log(typeof agent.start, typeof agent.stop), 400);
  `;
  const result = await runHost({
    files: { 'app.js': app },
    directory: folder,
    nodeArgs: ['--require', '@flamehouse/agent/register'],
    env: { FLAMEHOUSE_SERVER_URL: receiver.url },
  });
  expect(result).toMatchObject({ code: 0, stdout: 'function function\n', stderr: '' });
  const { meta } = await receiver.lastWindow();
  await receiver.close();
  expect(meta['service']).toBe('app');
});
