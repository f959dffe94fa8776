import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatTable } from '../verdict/tables.ts';
import { type Measured, measure, type ServerUnderTest } from './measure.ts';
import { UploadMix } from './mix.ts';
import { measureStages } from './stages.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    stages: { type: 'boolean', default: false },
    segments: { type: 'string', default: '4' },
    'uploads-per-segment': { type: 'string', default: '400' },
    seconds: { type: 'string' },
    rate: { type: 'string' },
    connections: { type: 'string', default: '32' },
    server: { type: 'string', multiple: true, default: ['now=server/dist/cli.js'] },
    rounds: { type: 'string', default: '1' },
    'cpu-prof': { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'test/.artifacts/bench-ingest.json' },
  },
});

const load = {
  seconds: Number(values.seconds ?? (values.quick ? 20 : 600)),
  perSecond: Number(values.rate ?? (values.quick ? 0 : 1_000)),
  connections: Number(values.connections),
};
const profileArgs =
  values['cpu-prof'] === undefined
    ? []
    : ['--cpu-prof', '--cpu-prof-dir', resolve(values['cpu-prof'])];
const servers = values.server.map((text): ServerUnderTest => {
  const [name, cli] = text.split('=');
  if (cli === undefined) throw new Error(`--server is ${JSON.stringify(text)}: write name=path`);
  return { name: name!, cli: resolve(cli), nodeArgs: profileArgs };
});
const mix = new UploadMix({
  services: 5,
  instances: values.quick ? 5 : 20,
  stacks: values.quick ? 1_000 : 20_000,
  seed: Number(values.seed),
});

if (values.stages) {
  const { uploads, rows, cpuMs } = await measureStages(mix, {
    segments: Number(values.segments),
    uploadsPerSegment: Number(values['uploads-per-segment']),
  });
  const whole = [...cpuMs.values()].reduce((sum, ms) => sum + ms, 0);
  console.log(
    formatTable([
      ['stage', 'CPU of an upload, ms'],
      ...[...cpuMs].map(([stage, ms]) => [stage, ms.toFixed(3)]),
      ['all', whole.toFixed(3)],
    ]),
  );
  console.log(
    `\n${uploads} uploads of ${rows.toFixed(0)} rows. Load average ${loadavg().map((load) => load.toFixed(1))}`,
  );
  process.exit(0);
}

const results: Measured[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  for (const server of servers) results.push(await measure(server, mix, load));
}

const digits = (value: number, places = 0) => value.toFixed(places);
const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
console.log(
  formatTable([
    [
      'server',
      'uploads/s',
      'rows/s',
      'MB/s',
      'p50 ms',
      'p95 ms',
      'p99 ms',
      'refused',
      'unsent',
      'lost',
      'lost rows',
      'server ms',
      'event loop ms',
      'generator ms',
      'drain s',
      'MiB first third',
      'MiB last third',
    ],
    ...results.map((one) => [
      one.server,
      digits(one.uploads / one.seconds),
      digits(one.rows / one.seconds),
      digits(one.bytes / one.seconds / 1e6, 1),
      digits(one.latencyMs.p50),
      digits(one.latencyMs.p95),
      digits(one.latencyMs.p99),
      digits(one.rejected),
      digits(one.unsent),
      digits(one.lost.uploads),
      digits(one.lost.rows),
      digits(one.cpuMsPerUpload.server, 2),
      digits(one.cpuMsPerUpload.main, 2),
      digits(one.cpuMsPerUpload.generator, 2),
      digits(one.drainSeconds, 1),
      digits(mean(one.residentMiB.slice(0, Math.ceil(one.residentMiB.length / 3)))),
      digits(mean(one.residentMiB.slice(-Math.ceil(one.residentMiB.length / 3)))),
    ]),
  ]),
);
console.log(
  `\nserver, event loop and generator: CPU of one upload. Load average ${loadavg().map((load) => load.toFixed(1))}`,
);
mkdirSync(dirname(values.out), { recursive: true });
const report = { command: process.argv.slice(2), load, loadAverage: loadavg(), results };
writeFileSync(values.out, `${JSON.stringify(report, null, 2)}\n`);
