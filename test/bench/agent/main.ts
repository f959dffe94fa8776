import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { labelledRows, sumOf } from '../../support/agent-app.ts';
import { type ReceivedUpload, startReceiver } from '../../support/agent-receiver.ts';
import { compareProfilers } from './others.ts';
import { BenchService, type Usage } from './service.ts';
import { medianInterval } from './stats.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    nodes: { type: 'string' },
    pairs: { type: 'string' },
    seconds: { type: 'string' },
    'window-ms': { type: 'string', default: '15000' },
    spans: { type: 'string', default: 'on' },
    others: { type: 'string' }, // rounds
    out: { type: 'string', default: 'test/.artifacts/bench-agent.json' },
  },
});
const root = process.cwd();
const majors = (values.nodes ?? (values.quick ? '20,24' : '20,22,24')).split(',');
const pairs = Number(values.pairs ?? (values.quick ? 6 : 20)); // 0: only other profilers
const windowMs = Number(values['window-ms']);
const seconds = Number(values.seconds ?? 16);
const flushes = Math.floor((seconds * 1000) / windowMs); // that a period must hold
const SAMPLE_HZ = 99;

interface Period extends Usage {
  readonly agentOn: boolean;
  readonly faults: readonly string[]; // why the period does not count
}

/** What an agent that was on has to show, or the period says nothing about it. */
function faultsOf(uploads: readonly ReceivedUpload[]): string[] {
  const rows = uploads.flatMap(({ profiles }) => labelledRows(profiles.get('cpu')!));
  const coveredMs = uploads.reduce((sum, { meta }) => sum + Number(meta['coveredMs']), 0);
  const ofRequests = rows.filter(({ stack }) => stack.some((name) => /^step\d+$/.test(name)));
  const inSpans = ofRequests.filter(({ labels }) => labels['span_id'] !== undefined);
  const tickShare = sumOf(rows, 'ticks') / ((coveredMs / 1000) * SAMPLE_HZ);
  const spanShare = sumOf(inSpans, 'ticks') / sumOf(ofRequests, 'ticks');
  return [
    ...(uploads.length < flushes ? [`${uploads.length} flushes`] : []),
    ...(tickShare >= 0.9 ? [] : [`${(tickShare * 100).toFixed(1)} % of the ticks`]),
    ...(spanShare >= 0.95 ? [] : [`${(spanShare * 100).toFixed(1)} % of samples in spans`]),
    ...(uploads.every(({ profiles }) => profiles.has('heap')) ? [] : ['no heap']),
  ];
}

function binaryOf(major: string): string {
  return resolve(root, `test/.artifacts/nodes/node_modules/node${major}/bin/node`);
}

/** One process; the agent goes on and off in turn, the order changing from pair to pair. */
async function runNode(major: string, full: boolean) {
  const node = binaryOf(major);
  const receiver = await startReceiver();
  const service = await BenchService.start(root, node, {
    FLAMEHOUSE_SERVER_URL: receiver.url,
    FLAMEHOUSE_SPANS: values.spans,
    WINDOW_MS: String(windowMs),
  });
  const periods: Period[] = [];
  try {
    await service.load(seconds, 0); // the compilers of V8 settle
    const { answered } = await service.measure(seconds, 0);
    const rate = full ? 0 : Math.round(answered / seconds / 2);
    for (let pair = 0; pair < pairs; pair++) {
      for (const agentOn of pair % 2 === 0 ? [true, false] : [false, true]) {
        const seen = receiver.uploads.length;
        if (agentOn) await service.tell('on');
        await service.load(1, rate);
        const usage = await service.measure(seconds, rate);
        if (agentOn) await service.tell('off');
        const uploads = receiver.uploads.slice(seen);
        periods.push({ ...usage, agentOn, faults: agentOn ? faultsOf(uploads) : [] });
      }
    }
    const meta = receiver.uploads.map(
      (upload) => upload.meta['agent'] as { longestPauseMicros: number },
    );
    return {
      major,
      load: full ? 'full' : 'half',
      periods,
      ownPauses: meta.map((one) => one.longestPauseMicros),
    };
  } finally {
    await service.stop();
    await receiver.close();
  }
}

type Run = Awaited<ReturnType<typeof runNode>>;

/** Pairs of neighbouring periods that both count. */
function compared({ periods }: Run, of: (usage: Usage) => number, ratio: boolean) {
  const differences = Array.from({ length: periods.length / 2 }, (_, i) =>
    periods.slice(2 * i, 2 * i + 2),
  )
    .filter((pair) => pair.every(({ faults }) => faults.length === 0))
    .map((pair) => {
      const on = of(pair.find(({ agentOn }) => agentOn)!);
      const off = of(pair.find(({ agentOn }) => !agentOn)!);
      return ratio ? (on / off - 1) * 100 : on - off;
    });
  return { ...medianInterval(differences), pairs: differences.length };
}

function row(run: Run) {
  const cpu = compared(run, ({ cpuMicros, answered }) => cpuMicros / answered, true);
  const latency = compared(run, ({ p99Ms }) => p99Ms, false);
  const memory = compared(run, ({ residentBytes }) => residentBytes / 2 ** 20, false);
  const pauses = [...run.ownPauses].sort((a, b) => a - b);
  const interval = (one: typeof cpu) =>
    `${one.median.toFixed(2)} [${one.low.toFixed(2)}, ${one.high.toFixed(2)}]`;
  return {
    node: run.major,
    load: run.load,
    pairs: `${cpu.pairs} of ${pairs}`,
    'CPU per request, %': interval(cpu),
    'p99, ms': interval(latency),
    'agent pause, ms (p50, max)': [pauses[pauses.length >> 1], pauses.at(-1)]
      .map((micros) => ((micros ?? Number.NaN) / 1000).toFixed(1))
      .join(', '),
    'resident, MiB': interval(memory),
  };
}

const runs: Run[] = [];
for (const major of pairs === 0 ? [] : majors) {
  for (const full of values.quick ? [true] : [true, false]) runs.push(await runNode(major, full));
}
console.table(runs.map(row));
const rounds = Number(values.others ?? (values.quick ? 0 : 6));
const others =
  rounds === 0 ? [] : await compareProfilers({ root, node: binaryOf('24'), rounds, seconds });
if (others.length > 0) console.table(others);
const faults = new Set(runs.flatMap(({ periods }) => periods.flatMap((one) => one.faults)));
if (faults.size > 0) console.log(`periods that do not count had: ${[...faults].join('; ')}`);
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  seconds,
  windowMs,
  spans: values.spans,
};
const out = join(root, values.out);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, JSON.stringify({ machine, rows: runs.map(row), others, runs }, null, 1));
console.log(`${JSON.stringify(machine)} -> ${values.out}`);
