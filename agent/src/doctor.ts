import { hostname } from 'node:os';
import { relative } from 'node:path';
import { version as agentVersion } from '../package.json';
import { systemClock } from './clock.ts';
import { type Config, readConfig } from './config.ts';
import { HttpSender, type SendTarget } from './http-sender.ts';
import { findOtherProfiler, viewOfProcess } from './other-profilers.ts';
import { proxyFor } from './proxy.ts';
import { surveyMaps } from './survey-maps.ts';
import { findContextPath, loadV8Profiler } from './v8-profiler.ts';

/** What one look has shown. `help` says what to do. */
export interface Finding {
  readonly level: 'ok' | 'note' | 'fail';
  readonly text: string;
  readonly help?: string;
}

const USAGE = `Usage: flamehouse-agent doctor [entry script]

Says whether the application in this directory can be profiled on this machine, by this Node.js,
with the variables of this shell. Exit code: 0 = yes, 1 = something has to be done, 2 = wrong use.
`;

const SAMPLED_MS = 200;

/** `flamehouse-agent doctor`. Prints to stdout; the answer is the exit code. */
export async function doctor(
  args: readonly string[],
  print: (text: string) => void = (text) => process.stdout.write(text),
): Promise<number> {
  const [command, entry] = args;
  if (command !== 'doctor' || args.length > 2) {
    print(USAGE);
    return command === '--help' || command === 'help' ? 0 : 2;
  }
  const { config, problems } = readConfig({
    env: process.env,
    entry,
    cwd: process.cwd(),
    hostName: hostname(),
    pid: process.pid,
    workerId: 0,
  });
  const findings = [
    checkNode(process.versions.node),
    checkContext(findContextPath(), process.versions.node),
    await checkSampler(),
    checkOthers(config),
    ...problems.map(
      ({ text }): Finding => ({ level: 'fail', text, help: 'Correct the variable.' }),
    ),
    checkIdentity(config),
    await checkServer(config),
    checkMaps(config),
  ];
  for (const finding of findings) print(formatFinding(finding));
  return findings.some(({ level }) => level === 'fail') ? 1 : 0;
}

export function formatFinding({ level, text, help }: Finding): string {
  const line = `${level.padEnd(5)}${text}\n`;
  return help === undefined ? line : `${line}     ${help}\n`;
}

/** ABIs for which @datadog/pprof 5.20.0 has builds, as far as they are supported by Node itself. */
const MAJORS = [20, 22, 24, 26];
const MINOR_20 = 19;

export function checkNode(version: string): Finding {
  const [major, minor] = version.split('.').map(Number) as [number, number];
  const text = `Node.js ${version}, agent ${agentVersion}`;
  if (MAJORS.includes(major) && (major > 20 || minor >= MINOR_20)) return { level: 'ok', text };
  const help = `Supported: Node.js 20.${MINOR_20} and later, ${MAJORS.slice(1).join(', ')}.`;
  return { level: major < 20 || major === 20 ? 'fail' : 'note', text, help };
}

export function checkContext(path: ReturnType<typeof findContextPath>, version: string): Finding {
  const major = Number.parseInt(version, 10);
  if (path === 'frame')
    return { level: 'ok', text: 'spans: AsyncContextFrame, await costs nothing' };
  if (path === 'none') {
    const help = 'Profiles carry no spans on this platform; use Linux or macOS for them.';
    return { level: 'note', text: 'spans: not on this platform', help };
  }
  const help =
    major === 22 || major === 23
      ? 'Cheaper: NODE_OPTIONS=--experimental-async-context-frame, or Node.js 24.'
      : major >= 24
        ? 'Cheaper: start without --no-async-context-frame.'
        : 'Cheaper: Node.js 24.';
  return { level: 'note', text: 'spans: async_hooks, every await costs some 35 ns', help };
}

async function checkSampler(): Promise<Finding> {
  try {
    const profiler = loadV8Profiler();
    profiler.startCpu(99);
    await new Promise((resolve) => setTimeout(resolve, SAMPLED_MS));
    const { stacks } = profiler.takeCpu(false);
    profiler.stop();
    if (stacks.length > 0)
      return { level: 'ok', text: 'sampler: the native build loads and samples' };
    return {
      level: 'fail',
      text: `sampler: no sample within ${SAMPLED_MS} ms`,
      help: 'Something blocks SIGPROF: a sandbox, or another profiler outside of this process.',
    };
  } catch (error) {
    return {
      level: 'fail',
      text: `sampler: ${error instanceof Error ? error.message : String(error)}`,
      help: 'Builds exist for Node.js 20 to 26 on linux (x64, arm64; glibc, musl), macOS and Windows x64.',
    };
  }
}

function checkOthers({ appRoot }: Config): Finding {
  const other = findOtherProfiler(viewOfProcess(appRoot));
  if (other === null) return { level: 'ok', text: 'other profilers: none' };
  const help = 'Remove it, or the agent stays off in this application.';
  return { level: 'fail', text: `other profilers: ${other}`, help };
}

function checkIdentity({ service, version, environment, enabled }: Config): Finding {
  const text = `service ${service}, version ${version ?? 'unknown'}, environment ${environment}`;
  if (!enabled) {
    return { level: 'fail', text: `${text}: switched off`, help: 'Unset FLAMEHOUSE_ENABLED.' };
  }
  if (version !== null) return { level: 'ok', text };
  return { level: 'note', text, help: 'Set FLAMEHOUSE_VERSION, or deploys cannot be compared.' };
}

/** Sends an upload without content: a server that takes the token answers that it is incomplete. */
async function checkServer({ serverUrl, token }: Config): Promise<Finding> {
  const proxy = proxyFor(new URL(serverUrl), process.env);
  const userAgent = `flamehouse-agent/${agentVersion} node/${process.versions.node}`;
  const target: SendTarget = { serverUrl, token, userAgent, proxy };
  const sender = new HttpSender(target, systemClock);
  const where = proxy === null ? serverUrl : `${serverUrl} through ${new URL(proxy).host}`;
  const boundary = 'flamehouse-doctor';
  const chunks = [Buffer.from(`--${boundary}--\r\n`)];
  const contentType = `multipart/form-data; boundary=${boundary}`;
  // Requests of the agent do not hold a process: here one has to.
  const holding = setInterval(() => {}, 1000);
  try {
    const { status, body } = await sender.send({
      contentType,
      chunks,
      byteLength: chunks[0]!.byteLength,
    });
    return judgeAnswer(where, status, body);
  } catch (error) {
    return {
      level: 'fail',
      text: `server: ${where} does not answer: ${error instanceof Error ? error.message : error}`,
      help: 'Start it (`flamehouse serve`), or correct FLAMEHOUSE_SERVER_URL.',
    };
  } finally {
    clearInterval(holding);
    sender.close();
  }
}

export function judgeAnswer(where: string, status: number, body: string): Finding {
  if ((status === 400 || status === 422) && body.includes('"code"')) {
    return { level: 'ok', text: `server: ${where} answers and accepts the token` };
  }
  if (status === 401 || status === 403) {
    const help = 'Set FLAMEHOUSE_TOKEN to a token with the role `ingest` of that server.';
    return { level: 'fail', text: `server: ${where} refuses the token (${status})`, help };
  }
  if (status === 429 || status >= 500) {
    const help = 'It is overloaded or not ready: look at its log and its /readyz.';
    return { level: 'fail', text: `server: ${where} answers ${status}`, help };
  }
  const help = 'Something else listens there: correct FLAMEHOUSE_SERVER_URL.';
  return { level: 'fail', text: `server: ${where} answers ${status}, unlike Flamehouse`, help };
}

function checkMaps({ appRoot, sourceMaps }: Config): Finding {
  if (!sourceMaps) return { level: 'note', text: 'source maps: off by FLAMEHOUSE_SOURCE_MAPS' };
  const { scripts, mapped, missing } = surveyMaps(appRoot);
  const first = missing[0];
  if (first !== undefined) {
    return {
      level: 'fail',
      text: `source maps: ${missing.length} of ${scripts} scripts name a map that is not there, as ${relative(appRoot, first)}`,
      help: 'Ship the .map files beside the output, or build with inline maps.',
    };
  }
  const text =
    mapped === 0
      ? `source maps: none among ${scripts} scripts, which are shown as they are`
      : `source maps: ${mapped} of ${scripts} scripts have one`;
  return { level: 'ok', text };
}
