import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runHost } from '../support/agent-host.ts';
import { functionNamed } from '../support/agent-profiles.ts';
import { type ReceivedUpload, startReceiver } from '../support/agent-receiver.ts';

const run = promisify(execFile);
const BIN = resolve(import.meta.dirname, '../../node_modules/.bin');

const SOURCES = {
  'package.json': '{"name": "shop", "version": "1.0.0"}',
  'src/work.ts': `
/** Types above move the lines. */
interface Options {
  readonly rounds: number;
}

export function sumOfRoots({ rounds }: Options): number {
  let total = 0;
  for (let i = 0; i < rounds; i++) total += Math.sqrt(i);
  return total;
}

export const sumOfSines = (options: Options): number => {
  let total = 0;
  for (let i = 0; i < options.rounds; i++) total += Math.sin(i);
  return total;
};
`,
  'src/app.ts': `
import { sumOfRoots, sumOfSines } from './work';

let total = 0;
const timer = setInterval(() => {
  total += sumOfRoots({ rounds: 4e6 });
  total += sumOfSines({ rounds: 4e5 });
}, 15);
setTimeout(() => {
  clearInterval(timer);
  END
}, 900);
`,
};

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flamehouse-typescript-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project of its own, built, and run; the answer is its last upload. */
async function profileOf(
  name: string,
  build: (directory: string) => Promise<unknown>,
  end = 'console.log(1);',
): Promise<ReceivedUpload> {
  const directory = join(folder, name);
  await mkdir(join(directory, 'src'), { recursive: true });
  for (const [file, text] of Object.entries(SOURCES)) {
    await writeFile(join(directory, file), text.replace('END', end));
  }
  await build(directory);
  const receiver = await startReceiver();
  try {
    const result = await runHost({
      files: { 'start.js': `require('./dist/app.js');` },
      directory,
      env: { FLAMEHOUSE_SERVER_URL: receiver.url },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    return await receiver.lastWindow();
  } finally {
    await receiver.close();
  }
}

const tsc =
  (...options: string[]) =>
  (cwd: string) =>
    run(
      join(BIN, 'tsc'),
      ['src/app.ts', '--ignoreConfig', '--types', '', '--module', 'commonjs', '--target', 'es2022']
        .concat(['--rootDir', 'src', '--outDir', 'dist', '--noCheck'])
        .concat(options),
      { cwd },
    );

async function bundle(directory: string): Promise<void> {
  const config = {
    build: {
      ssr: 'src/app.ts',
      minify: 'oxc',
      sourcemap: true,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'app.js' } },
    },
  };
  await writeFile(join(directory, 'vite.config.mjs'), `export default ${JSON.stringify(config)}`);
  await run(join(BIN, 'vite'), ['build', '--logLevel', 'error'], { cwd: directory });
}

/** Name, file and line of each function of interest. */
function places({ profiles }: ReceivedUpload): string[] {
  return ['sumOfRoots', 'sumOfSines'].map((name) => {
    const { file, startLine, systemName } = functionNamed(profiles.get('cpu')!, name);
    return `${name} ${file}:${startLine} ${systemName}`;
  });
}

const ORIGINAL = [
  'sumOfRoots src/work.ts:7 flamehouse:user:',
  'sumOfSines src/work.ts:13 flamehouse:user:',
];

test.each([
  ['.map files beside the output of tsc', tsc('--sourceMap')],
  ['maps inside the output of tsc', tsc('--inlineSourceMap')],
  ['a minified bundle of Vite', bundle],
])('%s', async (name, build) => {
  const upload = await profileOf(name.replaceAll(/\W/g, '-'), build);
  expect(places(upload)).toEqual(ORIGINAL);
  expect(functionNamed(upload.profiles.get('cpu')!, 'sumOfRoots').file).toBe('src/work.ts');
  expect(upload.meta).not.toHaveProperty('scriptsWithoutMap');
});

test('a short program that ends by process.exit', async () => {
  const upload = await profileOf('exit', tsc('--sourceMap'), 'process.exit(0);');
  expect(places(upload)).toEqual(ORIGINAL);
});

test('maps that were not shipped: the output is shown, and the upload says so', async () => {
  const upload = await profileOf('not-shipped', async (directory) => {
    await tsc('--sourceMap')(directory);
    await rm(join(directory, 'dist/work.js.map'));
  });
  expect(places(upload).map((place) => place.replace(/:\d+ /, ' '))).toEqual([
    'sumOfRoots dist/work.js flamehouse:user:',
    'sumOfSines dist/work.js flamehouse:user:',
  ]);
  expect(upload.meta['scriptsWithoutMap']).toEqual(['dist/work.js']);
});
