import { resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type BadServer, startClosedPort, startPlainServer } from '../support/agent-bad-servers.ts';
import { type HostResult, REGISTER, runHost } from '../support/agent-host.ts';

const PROGRAM = resolve(import.meta.dirname, '../../agent/bin/flamehouse-agent.js');

let server: BadServer | null = null;
afterEach(() => server?.close());

/** Run the command in the folder of an application. */
function runDoctor(
  files: Record<string, string>,
  env: Record<string, string>,
  nodeArgs: string[] = [],
): Promise<HostResult> {
  const names = { 'start.js': '', 'package.json': '{"name":"shop","version":"1.2.3"}', ...files };
  return runHost({ files: names, nodeArgs: [...nodeArgs, PROGRAM, 'doctor'], env });
}

/** Answers as Flamehouse does to an upload without content and to a wrong token. */
const likeFlamehouse = () =>
  startPlainServer((request, response) => {
    const known = request.headers.authorization === 'Bearer right';
    response.writeHead(known ? 400 : 401, { 'content-type': 'application/json' });
    response.end('{"code":"INGEST_META_MISSING","message":"no meta","help":"send it"}');
  });

const levels = ({ stdout }: HostResult) => stdout.match(/^(ok|note|fail)\b/gm)!;

test('a healthy application: every line is good, and nothing is profiled', async () => {
  server = await likeFlamehouse();
  const env = { FLAMEHOUSE_SERVER_URL: server.url, FLAMEHOUSE_TOKEN: 'right' };
  const result = await runDoctor({}, env, ['--require', REGISTER]);
  expect({ code: result.code, stderr: result.stderr }).toEqual({ code: 0, stderr: '' });
  expect(levels(result)).not.toContain('fail');
  expect(result.stdout).toContain('service shop, version 1.2.3, environment development');
  expect(result.stdout).toContain(`server: ${server.url} answers and accepts the token`);
  expect(result.stdout).toContain('sampler: the native build loads and samples');
});

test('everything that is wrong is named with what to do', async () => {
  server = await likeFlamehouse();
  const result = await runDoctor(
    {
      'package.json': '{"name":"shop","version":"1","dependencies":{"@pyroscope/nodejs":"1"}}',
      'bundle.js': 'run();\n//# sourceMappingURL=bundle.js.map\n',
    },
    { FLAMEHOUSE_SERVER_URL: server.url, FLAMEHOUSE_TOKEN: 'wrong', FLAMEHOUSE_SAMPLE_HZ: 'x' },
  );
  expect(result.code).toBe(1);
  const lines = result.stdout.split('\n');
  const failed = lines.flatMap((line, i) =>
    line.startsWith('fail') ? [[line, lines[i + 1]]] : [],
  );
  expect(failed).toEqual([
    [expect.stringContaining('@pyroscope/nodejs'), expect.stringContaining('Remove it')],
    [expect.stringContaining('FLAMEHOUSE_SAMPLE_HZ is "x"'), '     Correct the variable.'],
    [expect.stringContaining('refuses the token'), expect.stringContaining('FLAMEHOUSE_TOKEN')],
    [expect.stringContaining('as bundle.js'), expect.stringContaining('Ship the .map files')],
  ]);
});

test('no server', async () => {
  server = await startClosedPort();
  const result = await runDoctor({}, { FLAMEHOUSE_SERVER_URL: server.url });
  expect(result.code).toBe(1);
  expect(result.stdout).toContain(`fail server: ${server.url} does not answer: `);
});

test('no native build', async () => {
  server = await startClosedPort();
  const result = await runDoctor({}, { npm_config_platform: 'sunos' });
  expect(result.stdout).toContain('fail sampler: No native build was found for platform=sunos');
});
