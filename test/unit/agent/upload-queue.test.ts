import { expect, test } from 'vitest';
import { UploadQueue } from '../../../agent/src/upload-queue.ts';
import { numberOf, uploadOf } from '../../support/agent-uploads.ts';

function contents(queue: UploadQueue): number[] {
  const found: number[] = [];
  for (let entry = queue.take(); entry !== null; entry = queue.take())
    found.push(numberOf(entry.upload));
  return found;
}

test('the oldest comes first, the newest on request', () => {
  const queue = new UploadQueue();
  for (const number of [1, 2, 3]) queue.push(uploadOf(number));
  expect(numberOf(queue.take('newest')!.upload)).toBe(3);
  expect(contents(queue)).toEqual([1, 2]);
  expect(queue.bytes).toBe(0);
});

test('a full queue drops the oldest and counts it', () => {
  let told = 0;
  const queue = new UploadQueue({ uploadsMax: 3, bytesMax: 1000 }, () => {
    told += 1;
  });
  for (const number of [1, 2, 3, 4, 5]) queue.push(uploadOf(number));
  expect(queue.drops).toBe(2);
  expect(told).toBe(2);
  expect(contents(queue)).toEqual([3, 4, 5]);
});

test('bytes are bounded too', () => {
  const queue = new UploadQueue({ uploadsMax: 100, bytesMax: 100 });
  for (const number of [1, 2, 3]) queue.push(uploadOf(number, 40));
  expect({ bytes: queue.bytes, drops: queue.drops }).toEqual({ bytes: 80, drops: 1 });
  queue.push(uploadOf(4, 101));
  expect({ bytes: queue.bytes, drops: queue.drops, length: queue.length }).toEqual({
    bytes: 0,
    drops: 4,
    length: 0,
  });
});

test('what is put back is the oldest again, and goes first when there is no room', () => {
  const queue = new UploadQueue({ uploadsMax: 2, bytesMax: 1000 });
  queue.push(uploadOf(1));
  const first = queue.take()!;
  queue.push(uploadOf(2));
  queue.putBack(first);
  expect(contents(queue)).toEqual([1, 2]);
  queue.push(uploadOf(3));
  queue.push(uploadOf(4));
  queue.putBack(first);
  expect(contents(queue)).toEqual([3, 4]);
  expect(queue.drops).toBe(1);
});

test('drops reported by an upload that is dropped itself are reported by the next', () => {
  const queue = new UploadQueue();
  queue.push(uploadOf(1));
  queue.drop(queue.take()!);
  queue.push(uploadOf(2));
  const second = queue.take()!;
  queue.reportDrops(second);
  expect({ reported: second.reportedDrops, left: queue.drops }).toEqual({ reported: 1, left: 0 });
  queue.drop(second);
  expect(queue.drops).toBe(2);
});
