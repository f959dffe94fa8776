import { describe, expect, test } from 'vitest';
import type { Answer } from '../../../agent/src/http-sender.ts';
import { createLog } from '../../../agent/src/log.ts';
import type { MultipartBody } from '../../../agent/src/multipart.ts';
import { UploadQueue } from '../../../agent/src/upload-queue.ts';
import { Uploader } from '../../../agent/src/uploader.ts';
import { ManualClock, settle } from '../../support/agent-clock.ts';
import { splitMultipart } from '../../support/agent-receiver.ts';
import { uploadOf } from '../../support/agent-uploads.ts';

type Step = number | Partial<Answer> | Error | 'never';

/** An uploader whose server answers with the given steps, the last one for ever. */
function setUp(...steps: Step[]) {
  const clock = new ManualClock();
  const lines: string[] = [];
  const sent: string[] = [];
  const queue = new UploadQueue();
  const uploader = new Uploader({
    queue,
    clock,
    serverUrl: 'http://s:1',
    log: createLog('info', (line) => lines.push(line.trimEnd())),
    send: async (body) => {
      sent.push(summaryOf(body));
      const step = steps.length > 1 ? steps.shift()! : steps[0]!;
      if (step === 'never') return new Promise(() => {});
      if (step instanceof Error) throw step;
      const answer = typeof step === 'number' ? { status: step } : step;
      return { status: 200, retryAfter: null, body: '{}', ...answer };
    },
  });
  return { clock, lines, sent, queue, uploader };
}

/** Number and reported drops of an upload, as it is on the wire. */
function summaryOf(body: MultipartBody): string {
  const boundary = /boundary=(.*)$/.exec(body.contentType)![1]!;
  const meta = JSON.parse(
    splitMultipart(Buffer.concat(body.chunks), boundary)[0]!.content.toString(),
  );
  return `${Number(meta.uploadId.slice(-12))} drops=${meta.agent.droppedUploads}`;
}

test('sends what waits, oldest first', async () => {
  const { queue, uploader, sent } = setUp(200);
  for (const number of [1, 2, 3]) queue.push(uploadOf(number));
  uploader.kick();
  await settle();
  expect(sent).toEqual(['1 drops=0', '2 drops=0', '3 drops=0']);
  expect(uploader.failing).toBe(false);
});

describe('a failure that may pass', () => {
  const failures: readonly [string, Step][] = [
    ['a network error', new Error('connect ECONNREFUSED')],
    ['408', 408],
    ['429', 429],
    ['500', 500],
    ['503', 503],
  ];
  test.each(failures)(
    '%s: the same upload again, after a growing pause',
    async (_name, failure) => {
      const { queue, uploader, sent, clock } = setUp(failure, failure, 200);
      queue.push(uploadOf(1));
      queue.push(uploadOf(2));
      uploader.kick();
      await settle();
      expect(clock.pendingMs).toEqual([1000]);
      uploader.kick();
      await settle();
      expect(sent).toEqual(['1 drops=0']);
      await clock.advance(1000);
      expect(clock.pendingMs).toEqual([2000]);
      await clock.advance(2000);
      expect(sent).toEqual(['1 drops=0', '1 drops=0', '1 drops=0', '2 drops=0']);
    },
  );

  test('waits as long as the server asks', async () => {
    const { queue, uploader, clock } = setUp({ status: 503, retryAfter: '17' });
    queue.push(uploadOf(1));
    uploader.kick();
    await settle();
    expect(clock.pendingMs).toEqual([17_000]);
  });

  test('one line for a server that cannot be reached, however long', async () => {
    const { queue, uploader, lines, clock } = setUp(new Error('connect ECONNREFUSED 127.0.0.1:1'));
    queue.push(uploadOf(1));
    uploader.kick();
    await clock.advance(600_000);
    expect(lines).toEqual([
      '[flamehouse] UPLOAD_UNREACHABLE: cannot send to http://s:1: connect ECONNREFUSED 127.0.0.1:1. ' +
        'Check FLAMEHOUSE_SERVER_URL; the agent goes on trying by itself.',
    ]);
  });
});

test('an upload is given up 50 minutes after its first attempt, and the next one says so', async () => {
  const { queue, uploader, sent, clock } = setUp(503);
  queue.push(uploadOf(1));
  uploader.kick();
  await clock.advance(49 * 60_000);
  queue.push(uploadOf(2));
  const attempts = sent.length;
  expect(new Set(sent)).toEqual(new Set(['1 drops=0']));
  await clock.advance(120_000);
  expect(new Set(sent.slice(attempts))).toEqual(new Set(['1 drops=0', '2 drops=1']));
});

test('a rejected upload is not repeated but counted, and its reason is told', async () => {
  const body = JSON.stringify({
    code: 'INGEST_SERVICE_INVALID',
    message: 'service has\n300 characters',
    help: 'A service name has 1 to 255 characters.',
  });
  const { queue, uploader, sent, lines } = setUp({ status: 400, body }, { status: 400, body }, 200);
  for (const number of [1, 2, 3]) queue.push(uploadOf(number));
  uploader.kick();
  await settle();
  expect(sent).toEqual(['1 drops=0', '2 drops=1', '3 drops=2']);
  expect(queue.drops).toBe(0);
  expect(lines).toEqual([
    '[flamehouse] UPLOAD_REJECTED: http://s:1 answered 400 INGEST_SERVICE_INVALID: service has ' +
      '300 characters. A service name has 1 to 255 characters. Profiles like this one are not sent again.',
  ]);
});

test('an answer that is not ours is told by its status', async () => {
  const { queue, uploader, lines } = setUp({ status: 404, body: '<html>\u001b[31mnope' });
  queue.push(uploadOf(1));
  uploader.kick();
  await settle();
  expect(lines).toEqual([
    '[flamehouse] UPLOAD_REJECTED: http://s:1 answered 404. Profiles like this one are not sent again.',
  ]);
});

test('at the end, back-off or not, newest first, until something fails', async () => {
  const { queue, uploader, sent } = setUp(503, 200, 200, 500, 200);
  for (const number of [1, 2, 3, 4]) queue.push(uploadOf(number));
  uploader.kick();
  await settle();
  await uploader.drain();
  expect(sent).toEqual(['1 drops=0', '4 drops=0', '3 drops=0', '2 drops=0']);
  expect(uploader.failing).toBe(true);
});

test('what was not acknowledged can be taken over, the one in flight among it', async () => {
  const { queue, uploader } = setUp('never');
  for (const number of [1, 2]) queue.push(uploadOf(number));
  uploader.kick();
  await settle();
  expect(uploader.takeUnsent()).toEqual([uploadOf(1), uploadOf(2)]);
});
