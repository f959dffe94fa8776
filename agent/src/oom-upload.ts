/** The child that V8 waits for when the heap of its parent is full. It prints nothing. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { encodeProfile } from '@flamehouse/proto';
import { systemClock } from './clock.ts';
import { FrameDescriber } from './frame-describer.ts';
import { parseHeapJson } from './heap-json.ts';
import { buildHeapProfile } from './heap-profile.ts';
import { HttpSender } from './http-sender.ts';
import { encodeMultipart } from './multipart.ts';
import type { OomHead } from './oom.ts';
import { OwnCost } from './own-cost.ts';
import { SourceMaps } from './source-maps.ts';

const LIFE_MS_MAX = 8_000; // V8 kills it after 15 s; the host does nothing meanwhile
const SEND_MS_MAX = 4_000;
const LEVEL_MS = 1_000; // the server weighs a level by the time it stands for

setTimeout(() => process.exit(0), LIFE_MS_MAX);
sendHeap(process.argv[2]!, process.argv[3]!).then(
  () => process.exit(0),
  () => process.exit(0), // nobody is left to be told
);

async function sendHeap(headPath: string, profilePath: string): Promise<void> {
  const head: OomHead = JSON.parse(readFileSync(headPath, 'utf8'));
  rmSync(headPath, { force: true });
  if (head.sentinelMark !== null) rmSync(head.sentinelMark, { force: true });
  const nowMs = systemClock.nowMs();
  const maps = head.sourceMaps ? new SourceMaps(systemClock, new OwnCost(systemClock)) : null;
  const describer = new FrameDescriber(head.appRoot, maps);
  const alive = buildHeapProfile(parseHeapJson(readFileSync(profilePath, 'utf8')), describer, {
    timeNanos: BigInt(nowMs) * 1_000_000n,
    intervalBytes: head.intervalBytes,
  });
  await describer.settle();
  const meta = {
    ...head.meta,
    uploadId: randomUUID(),
    from: String(BigInt(nowMs - LEVEL_MS) * 1_000_000n),
    to: String(BigInt(nowMs) * 1_000_000n),
  };
  const pprofGz = gzipSync(encodeProfile(describer.describe(alive)));
  const token = head.target.token ?? process.env['FLAMEHOUSE_TOKEN']?.trim() ?? null;
  const sender = new HttpSender({ ...head.target, token: token || null }, systemClock);
  await sender.send(encodeMultipart({ meta, parts: [{ name: 'heap', pprofGz }] }), SEND_MS_MAX);
}
