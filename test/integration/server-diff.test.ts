import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { DiffAnswer, DiffFlamegraphAnswer } from '@flamehouse/proto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../server/src/cli/main.ts';
import { readConfig } from '../../server/src/config.ts';
import { type RunningServer, startServer } from '../../server/src/start-server.ts';
import { CHANGED, type SimulatedRun, simulateRun } from '../support/deploy-uploads.ts';
import { ROOT } from '../support/processes.ts';
import { temporaryDirectory } from '../support/server-process.ts';

const MINUTES = 12;
const directory = temporaryDirectory();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer(
    readConfig({
      FLAMEHOUSE_PORT: '0',
      FLAMEHOUSE_DATA_DIR: directory.path,
      FLAMEHOUSE_LOG: 'silent',
    }),
  );
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const start = (minutesAgo: number) => now - minutesAgo * 60_000;
  // 1.0.0, then 1.1.0 with one function 2.2 times as dear, then 1.1.1 as 1.0.0; two instances each.
  await upload({ version: '1.0.0', firstMinuteMs: start(50), dearer: 1 }, [11, 12]);
  await upload({ version: '1.1.0', firstMinuteMs: start(35), dearer: 2.2 }, [13, 14]);
  await upload({ version: '1.1.1', firstMinuteMs: start(20), dearer: 1 }, [15, 16]);
  await untilStored(6 * MINUTES);
});

afterAll(async () => {
  await server?.stop();
  directory.remove();
});

async function upload(
  run: Pick<SimulatedRun, 'version' | 'firstMinuteMs' | 'dearer'>,
  seeds: readonly number[],
): Promise<void> {
  for (const seed of seeds) {
    const bodies = simulateRun({
      ...run,
      service: 'shop',
      instance: `pod-${seed}`,
      minutes: MINUTES,
      ofAgent: 'work9',
      seed,
    });
    for (const { payload, headers } of bodies) {
      const response = await fetch(`${server.url}/api/v1/profiles`, {
        method: 'POST',
        body: new Uint8Array(payload),
        headers,
      });
      expect(response.status, await response.text()).toBe(200);
    }
  }
}

/** Every minute of the last version can be compared. */
async function untilStored(minutes: number): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const sides = await Promise.all(
      ['1.0.0', '1.1.0', '1.1.1'].map((version) => ask(`version:${version}`, `version:${version}`)),
    );
    const seen = sides.reduce((sum, { head }) => sum + head.minutes, 0);
    if (seen === minutes) return;
    if (Date.now() > end)
      throw new Error(`${seen} of ${minutes} minutes can be compared after 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}

async function ask(base: string, head: string, more: Record<string, string> = {}) {
  const query = new URLSearchParams({ service: 'shop', base, head, ...more });
  const response = await fetch(`${server.url}/api/v1/diff?${query}`);
  return (await response.json()) as DiffAnswer;
}

/** Run the command as a shell would. */
async function command(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await main(['diff', '--service', 'shop', '--server', server.url, ...args], {
    env: {},
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

describe('GET /api/v1/diff', () => {
  test('names the function that became dearer, with an interval that holds the truth', async () => {
    const answer = await ask('version:1.0.0', 'version:1.1.0');
    expect(answer.verdict).toMatchObject({ state: 'more', from: 'origins', exitCode: 1 });
    expect(answer.origins[0]).toMatchObject({
      name: CHANGED,
      file: `src/${CHANGED}.js`,
      ownCode: true,
    });
    expect(answer.normaliser).toBe('request');
    expect(answer.base).toMatchObject({ instances: 2, minutes: 24, requests: 14_400 });
    // The function is 1500 / 7 of the sum over i of 1500 / (i + 4), and 1.2 times that is added.
    const share = 1 / 7 / Array.from({ length: 40 }, (_, i) => 1 / (i + 4)).reduce((a, b) => a + b);
    const { low, high } = answer.verdict.effect;
    expect(low).toBeLessThan(1.2 * share);
    expect(high).toBeGreaterThan(1.2 * share);
    expect(answer.sentence).toMatch(/^1\.1\.0 takes .* more CPU per request than 1\.0\.0\.$/);
  });

  test('sees the repair, and nothing between two versions that are the same', async () => {
    const repaired = await ask('version:1.1.0', 'version:1.1.1');
    expect(repaired.verdict).toMatchObject({ state: 'less', exitCode: 0 });
    expect(repaired.origins[0]!.name).toBe(CHANGED);
    const same = await ask('version:1.0.0', 'version:1.1.1');
    expect(same.verdict.state).not.toBe('more');
    expect(same.origins).toEqual([]);
  });

  test("shows the agent's own functions without testing them", async () => {
    const { functions } = await ask('version:1.0.0', 'version:1.1.0');
    const row = (name: string) => functions.find((one) => one.name === name)!;
    expect(row('work9').self.p).toBeNull();
    expect(row('work9').self.baseTicks).toBeGreaterThan(0);
    expect(row('work8').self.p).toBeGreaterThan(0);
    expect(row('work9')).not.toHaveProperty('package');
  });

  test('compares times, and cores where that is asked for', async () => {
    const answer = await ask('range:now-51m~now-37m', 'range:now-36m~now-22m', {
      normalise: 'cores',
    });
    expect(answer.normaliser).toBe('cores');
    expect(answer.origins[0]!.name).toBe(CHANGED);
  });

  test('says what a side without profiles lacks', async () => {
    const answer = await ask('version:1.0.0', 'version:9.9.9');
    expect(answer.verdict).toMatchObject({ state: 'not-enough-data', exitCode: 3 });
    expect(answer.head).toMatchObject({ minutes: 0, instances: 0 });
  });

  test.each([
    [{ base: 'version:', head: 'version:1' }, 400, 'DIFF_SIDE_INVALID', 'base is "version:"'],
    [{ base: 'range:now-1h', head: 'version:1' }, 400, 'DIFF_SIDE_INVALID', 'range:now-1h'],
    [{ base: 'range:now~now-1h', head: 'version:1' }, 400, 'QUERY_RANGE_INVALID', 'is not before'],
    [{ base: 'version:1', head: 'version:2', type: 'wall' }, 422, 'DIFF_TYPE_UNSUPPORTED', 'wall'],
    [
      { base: 'version:1', head: 'version:2', 'head.filter': '{region="eu"}' },
      422,
      'QUERY_LABEL_NOT_KEPT',
      'region="eu"',
    ],
  ])('%o is refused', async (query, status, code, message) => {
    const response = await fetch(
      `${server.url}/api/v1/diff?${new URLSearchParams({ service: 'shop', ...query })}`,
    );
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });
});

describe('GET /api/v1/diff/flamegraph', () => {
  test('says the same numbers as the comparison', async () => {
    const sides = { base: 'version:1.0.0', head: 'version:1.1.0' };
    const query = new URLSearchParams({ service: 'shop', ...sides });
    const response = await fetch(`${server.url}/api/v1/diff/flamegraph?${query}`);
    const tree = (await response.json()) as DiffFlamegraphAnswer;
    const diff = await ask(sides.base, sides.head, { limit: '10000' });
    expect(tree.base).toMatchObject({ name: '1.0.0', cost: diff.base.cost });
    expect(tree.head).toMatchObject({ name: '1.1.0', cost: diff.head.cost });
    // The root is the whole service on both sides, what moved everything alike taken out.
    expect(tree.head.total / tree.base.total - 1).toBeCloseTo(diff.code.change, 9);
    const { functions, nodes } = tree;
    for (const { id, self, origin } of diff.functions) {
      const row = functions.id.indexOf(id);
      const sum = (column: readonly number[]) =>
        column.reduce((all, value, node) => (nodes.function[node] === row ? all + value : all), 0);
      expect(sum(nodes.baseSelf)).toBeCloseTo(self.base, 6);
      expect(sum(nodes.headSelf)).toBeCloseTo(self.head, 6);
      expect(functions.origin[row]).toBe(origin);
    }
    const changed = functions.name.indexOf(CHANGED);
    expect(functions.significant[changed]).toBe(true);
    // handleSearch calls everything, so every function is one path below it.
    const caller = nodes.function.findIndex((row) => functions.name[row] === 'handleSearch');
    expect(nodes.parent[nodes.function.indexOf(changed)]).toBe(caller);
  });

  test('a side without profiles leaves nothing but the root', async () => {
    const response = await fetch(
      `${server.url}/api/v1/diff/flamegraph?service=shop&base=version:1.0.0&head=version:9.9.9`,
    );
    expect(await response.json()).toMatchObject({ head: { total: 0 }, nodes: { parent: [-1] } });
  });
});

describe('flamehouse diff', () => {
  test('prints the verdict, and exits with 1 for a regression', async () => {
    const { code, stdout } = await command('--base', 'version:1.0.0', '--head', 'version:1.1.0');
    expect(stdout).toMatch(/^1\.1\.0 takes .* more CPU per request than 1\.0\.0\.\n/);
    expect(stdout).toContain(`◆`);
    expect(stdout).toContain(`${CHANGED} src/${CHANGED}.js`);
    expect(code).toBe(1);
  });

  test('a limit of its own decides, either way', async () => {
    const sides = ['--base', 'version:1.0.0', '--head', 'version:1.1.0'];
    expect((await command(...sides, '--fail-on', 'cpu>60%')).code).toBe(0);
    expect((await command(...sides, '--fail-on', 'cpu>5%')).code).toBe(1);
    const repair = ['--base', 'version:1.1.0', '--head', 'version:1.1.1'];
    expect((await command(...repair)).code).toBe(0);
    expect((await command(...repair, '--fail-on', 'any')).code).toBe(1);
  });

  test('Markdown for a comment, JSON for programs', async () => {
    const sides = ['--base', 'version:1.0.0', '--head', 'version:1.1.0'];
    const markdown = await command(...sides, '--format', 'markdown');
    expect(markdown.stdout).toMatch(/^\*\*1\.1\.0 takes/);
    expect(markdown.stdout).toContain(`| ◆ \`${CHANGED} src/${CHANGED}.js\` |`);
    const json = await command(...sides, '--format', 'json');
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: { state: 'more' } });
  });

  test('exits with 3 without enough data and with 2 when it could not run', async () => {
    const unknown = await command('--base', 'version:1.0.0', '--head', 'version:9');
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toMatch(/^hint: shop has no version 9; it has 1\.0\.0/);
    const wrong = await command('--base', 'nonsense', '--head', 'version:1');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('DIFF_SIDE_INVALID');
    expect((await command('--base', 'version:1')).code).toBe(2);
  });
});

describe('the commands of docs/canary-gate.md', () => {
  const lines = readFileSync(`${ROOT}docs/canary-gate.md`, 'utf8').split('\n');
  const VERSIONS = {
    BASE: '1.0.0',
    HEAD: '1.1.0',
    CI_COMMIT_SHA: '1.1.0',
    GITLAB_USER_LOGIN: 'ada',
    CI_JOB_URL: 'https://ci.example/1',
  };
  const SHELL = `npx() { "$@"; }
    flamehouse() { node ${ROOT}server/bin/flamehouse.js "$@"; }`;

  /** In a shell, because pipes and exit codes are part of what the page promises. */
  async function run(script: string): Promise<string> {
    const child = spawn('bash', ['-o', 'pipefail', '-c', `${SHELL}\n${script}`], {
      cwd: directory.path,
      env: { ...process.env, FLAMEHOUSE_SERVER_URL: server.url, ...VERSIONS },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    const [code] = await once(child, 'close');
    return `${code} ${stderr}`;
  }

  /** Lines of the page with a command, without what YAML has around it, for the versions and place of this test. */
  const commands = (text: string) =>
    lines
      .filter((line) => line.includes(text))
      .map((line) => (line.includes('cmd:') ? line.trim().replace(/^cmd: "(.*)"$/, '$1') : line))
      .map((line) => line.replace(/^[\s-]*(?:run: )?/, '').replace(' || code=$?', ''))
      .map((line) => line.replace(/--environment (?:staging|production)/, '--environment test'))
      .map((line) => line.replace('version:1.4.0', 'version:1.0.0').replace(':1.5.0', ':1.1.0'));

  test('mark a deploy, and stop the pipeline at a regression', async () => {
    const results: string[] = [];
    const [, mark] = commands('flamehouse deploys mark');
    const [, gitlab, flagger] = commands('flamehouse diff --service');
    for (const command of [mark!, gitlab!, flagger!]) results.push(await run(command));
    expect(results).toEqual(['0 ', '1 ', '1 ']);
    expect(readFileSync(`${directory.path}/verdict.md`, 'utf8')).toContain(CHANGED);
  });
});
