/**
 * Runs a bench: `node test/bench/run.mjs verdict --quick` builds test/bench/verdict/main.ts with Vite
 * into a temporary directory and runs it with the arguments that follow.
 *
 * Node 20 does not run TypeScript, and a bench wants neither a test runner nor its timers around it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '../..');
const [name, ...args] = process.argv.slice(2);
// Inside the clone, where what is built finds node_modules.
const artifacts = join(root, 'test/.artifacts');
mkdirSync(artifacts, { recursive: true });
const outDir = mkdtempSync(join(artifacts, 'bench-'));
await build({
  root,
  configFile: false,
  logLevel: 'error',
  ssr: { noExternal: [/^@flamehouse\//] },
  build: {
    ssr: join(root, 'test/bench', name, 'main.ts'),
    outDir,
    emptyOutDir: true,
    rollupOptions: { output: { entryFileNames: 'main.mjs' } },
  },
});
const child = spawn(process.execPath, [join(outDir, 'main.mjs'), ...args], {
  cwd: root,
  stdio: 'inherit',
});
child.on('exit', (code) => {
  rmSync(outDir, { recursive: true });
  process.exitCode = code ?? 1;
});
