#!/usr/bin/env node
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);

if (existsSync(built)) {
  await import(built.href);
} else {
  process.stderr.write(
    'flamehouse is not built: run `npm run build -w server` in the repository\n',
  );
  process.exitCode = 2;
}
