/**
 * `npm run test:crash -- 50`: as many rounds of kill -9 under load as the argument says (200), then a count of every table.
 *
 * It is the test that `npm test` runs with fewer rounds. Build the server before.
 */
import { spawn } from 'node:child_process';

const rounds = process.argv[2] ?? '200';
if (!/^[1-9]\d{0,3}$/.test(rounds)) throw new Error(`rounds is ${rounds}: write a number`);
const args = [
  'vitest',
  'run',
  '--project',
  'integration',
  'server-durability',
  '-t',
  'kill -9 at any moment',
];
const child = spawn('npx', args, {
  stdio: 'inherit',
  env: { ...process.env, CRASH_ROUNDS: rounds },
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
