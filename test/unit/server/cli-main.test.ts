import { expect, test } from 'vitest';
import manifest from '../../../server/package.json' with { type: 'json' };
import { main } from '../../../server/src/cli/main.ts';

/** Run one command line and collect what it prints. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  let stdout = '';
  let stderr = '';
  const code = await main(args, {
    env,
    stdout: (text) => (stdout += text),
    stderr: (text) => (stderr += text),
  });
  return { code, stdout, stderr };
}

test.each(['--help', '-h', 'help'])('%s lists the commands on stdout', async (flag) => {
  const { code, stdout, stderr } = await run([flag]);
  expect(stdout).toContain('flamehouse serve');
  expect(stdout).toContain('flamehouse push');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('nothing is help on stderr and exit code 2', async () => {
  const { code, stdout, stderr } = await run([]);
  expect(stderr).toContain('flamehouse serve');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test.each(['--version', '-v'])('%s is the version of the package', async (flag) => {
  expect(await run([flag])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test.each(['sevre', 'constructor', '--port'])('%s is no command', async (name) => {
  expect(await run([name])).toEqual({
    code: 2,
    stdout: '',
    stderr: `flamehouse: "${name}" is no command; there are serve, push, diff, deploys, backup, restore\n`,
  });
});

test.each(['serve', 'push'])('%s --help prints its options', async (name) => {
  const { code, stdout } = await run([name, '--help']);
  expect(stdout).toMatch(new RegExp(`^Usage: flamehouse ${name}`));
  expect(code).toBe(0);
});

test.each([
  [['serve', '--prot', '1'], {}, 'flamehouse serve: Unknown option'],
  [['serve', 'now'], {}, 'flamehouse serve: Unexpected argument'],
  [['serve'], { CLICKHOUSE_CLUSTER: 'c' }, 'flamehouse serve: CLICKHOUSE_CLUSTER is set'],
  [['restore'], {}, 'flamehouse restore: one file is needed, 0 are named'],
  [['restore', 'x'], { CLICKHOUSE_URL: 'http://x' }, 'flamehouse restore: CLICKHOUSE_URL is set'],
  [['serve'], { FLAMEHOUSE_PORT: 'x' }, 'flamehouse serve: FLAMEHOUSE_PORT is "x": write a port'],
  [['push', 'a.pb.gz'], {}, 'flamehouse push: --service is missing'],
  [['push', '--service', 's'], {}, 'flamehouse push: no file is named'],
  [['push', '--service'], {}, "flamehouse push: Option '--service <value>' argument missing"],
  [
    ['push', '--service', 's', '--label', 'x', 'f'],
    {},
    'flamehouse push: --label is "x": write KEY=VALUE',
  ],
  [
    ['push', '--service', 's', '--server', 'localhost:4040', 'f'],
    {},
    'flamehouse push: the server is "localhost:4040": write http://host:port',
  ],
])('%j is a usage error: one line and exit code 2', async (args, env, message) => {
  const { code, stdout, stderr } = await run(args, env as Record<string, string>);
  expect(stderr).toContain(message);
  expect(stderr).not.toContain('    at ');
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});
