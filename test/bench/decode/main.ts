import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { decodeProfile, sampleCount } from '../../../proto/src/index.ts';
import { splitMultipart } from '../../../server/src/http/multipart.ts';
import { UploadMix } from '../ingest/mix.ts';
import { formatTable } from '../verdict/tables.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 15 : 60));
const ROUND_MICROS = 20_000;
const DIR = 'test/fixtures/profiles';

interface Case {
  readonly name: string;
  readonly messages: readonly Uint8Array[]; // not gzip
}

/** Every recorded profile, and what agents send in the upload mix. */
function cases(): Case[] {
  const recorded = readdirSync(DIR)
    .filter((file) => file.endsWith('.pb.gz'))
    .map((file) => ({
      name: file.replace('.pb.gz', ''),
      messages: [gunzipSync(readFileSync(join(DIR, file)))],
    }));
  const mix = new UploadMix({ services: 1, instances: 2, stacks: 2_000, seed: 1 });
  const uploads = Array.from({ length: 20 }, () =>
    splitMultipart(mix.body(Date.now()), mix.contentType),
  );
  const messages = uploads.flatMap((parts) => parts.slice(1).map(({ bytes }) => gunzipSync(bytes)));
  return [...recorded, { name: 'upload mix', messages }];
}

/** CPU of one pass over the messages, as a mean over as many as fill a round. */
function microsOf(
  messages: readonly Uint8Array[],
  decode: (message: Uint8Array) => unknown,
): number {
  const before = process.cpuUsage();
  for (let passes = 1; ; passes++) {
    for (const message of messages) decode(message);
    const { user, system } = process.cpuUsage(before);
    if (user + system >= ROUND_MICROS) return (user + system) / passes;
  }
}

const quantile = (sorted: readonly number[], share: number) =>
  sorted[Math.round(share * (sorted.length - 1))]!;

const rows = cases().map(({ name, messages }) => {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    // The two take turns, each first in every other round; the first round warms up.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const micros = [0, 0];
    for (const one of order) {
      micros[one] = microsOf(
        messages,
        one === 0 ? decodeProfile : (bytes) => Profile.decode(bytes),
      );
    }
    if (round === 0) continue;
    ours.push(micros[0]!);
    theirs.push(micros[1]!);
  }
  const ratios = ours.map((micros, round) => theirs[round]! / micros).sort((a, b) => a - b);
  const samples = messages.reduce((sum, message) => sum + sampleCount(decodeProfile(message)), 0);
  const bytes = messages.reduce((sum, { length }) => sum + length, 0);
  const median = (all: number[]) =>
    quantile(
      [...all].sort((a, b) => a - b),
      0.5,
    ) / messages.length;
  return [
    name,
    String(Math.round(bytes / messages.length)),
    String(Math.round(samples / messages.length)),
    median(ours).toFixed(0),
    median(theirs).toFixed(0),
    quantile(ratios, 0.5).toFixed(2),
    `${quantile(ratios, 0.1).toFixed(2)} to ${quantile(ratios, 0.9).toFixed(2)}`,
  ];
});
console.log(
  formatTable([
    ['profile', 'bytes', 'samples', 'ours, µs', 'pprof-format, µs', 'ratio', '10th to 90th'],
    ...rows,
  ]),
);
console.log(
  `\nCPU, medians of ${rounds} rounds. Load average ${loadavg().map((load) => load.toFixed(1))}`,
);
