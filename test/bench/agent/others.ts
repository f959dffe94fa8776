import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BenchService, type Usage } from './service.ts';
import { medianInterval } from './stats.ts';

/** dd-trace starts no profiler when its tracing is switched off. Installed when first asked for, into test/.artifacts/others. */
const PACKAGES = ['@pyroscope/nodejs@0.6.4', 'dd-trace@6.21.0'];
const PROFILERS = ['none', 'flamehouse', 'flamehouse without spans', 'pyroscope', 'dd-trace'];
const WARM_SECONDS = 10;

export interface OthersOptions {
  readonly root: string;
  readonly node: string;
  readonly rounds: number;
  readonly seconds: number; // of each measurement; a window of 15 s has to fit in
}

/**
 * CPU per request with each profiler, every one in a fresh process, all of them in turn in each round
 * and in another order in the next. Processes differ by some percent, so it takes several rounds.
 */
export async function compareProfilers({ root, node, rounds, seconds }: OthersOptions) {
  const others = installOthers(root);
  const sink = await startSink();
  const micros = new Map(PROFILERS.map((name) => [name, [] as number[]]));
  try {
    for (let round = 0; round < rounds; round++) {
      for (const i of PROFILERS.keys()) {
        const name = PROFILERS[(i + round) % PROFILERS.length]!;
        sink.from = name;
        const env = { PROFILER: name, OTHERS: others, SINK: sink.url };
        const { cpuMicros, answered } = await measureOnce({ root, node, seconds, env });
        micros.get(name)!.push(cpuMicros / answered);
      }
    }
  } finally {
    await sink.close();
  }
  const bare = micros.get('none')!;
  return PROFILERS.map((name) => {
    const values = micros.get(name)!;
    const more = medianInterval(values.map((value, round) => (value / bare[round]! - 1) * 100));
    return {
      profiler: name,
      n: values.length,
      'CPU per request, µs': medianInterval(values).median.toFixed(1),
      'more than none, % [lowest, highest]': `${more.median.toFixed(1)} [${more.low.toFixed(1)}, ${more.high.toFixed(1)}]`,
      uploads: sink.seen.get(name) ?? 0,
    };
  });
}

async function measureOnce(given: {
  readonly root: string;
  readonly node: string;
  readonly seconds: number;
  readonly env: NodeJS.ProcessEnv;
}): Promise<Usage> {
  const { root, node, seconds, env } = given;
  const service = await BenchService.start(root, node, {
    ...env,
    FLAMEHOUSE_SERVER_URL: env['SINK'],
    WINDOW_MS: '15000',
  });
  try {
    await service.load(WARM_SECONDS, 0);
    return await service.measure(seconds, 0);
  } finally {
    await service.stop();
  }
}

function installOthers(root: string): string {
  const directory = join(root, 'test/.artifacts/others');
  if (!existsSync(join(directory, 'node_modules/dd-trace'))) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'package.json'), '{"private": true}');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', ...PACKAGES], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  return directory;
}

/** What the agents send their profiles to; traces of dd-trace go elsewhere. */
const UPLOADS = /^\/+(api\/v1\/profiles|ingest|profiling\/v1\/input)/;

/** Takes whatever is sent, and counts profiles by who runs. */
async function startSink() {
  const seen = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (UPLOADS.test(request.url!)) seen.set(sink.from, (seen.get(sink.from) ?? 0) + 1);
      response.setHeader('content-type', 'application/json').end('{"warnings":[]}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const sink = {
    from: '',
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
  return sink;
}
