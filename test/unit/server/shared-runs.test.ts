import { expect, test } from 'vitest';
import { SharedRuns } from '../../../server/src/storage/shared-runs.ts';

/** Work that ends when it is told to. */
function open() {
  const clock = { ms: 0 };
  const runs = new SharedRuns<string>(() => clock.ms);
  const begun: { signal: AbortSignal; end: (answer: string) => void }[] = [];
  const ask = (key: string, signal?: AbortSignal) =>
    runs.run(
      key,
      (ofWork) =>
        new Promise((resolve, reject) => {
          begun.push({ signal: ofWork, end: resolve });
          ofWork.addEventListener('abort', () => reject(ofWork.reason));
        }),
      signal,
    );
  return { clock, begun, ask };
}

test('the same question at the same time is worked on once', async () => {
  const { begun, ask } = open();
  const answers = [ask('a'), ask('b'), ask('a')];
  expect(begun.length).toBe(2);
  begun[0]!.end('of a');
  begun[1]!.end('of b');
  expect(await Promise.all(answers)).toEqual(['of a', 'of b', 'of a']);
});

test('nothing is joined that was answered, or that began too long ago', async () => {
  const { clock, begun, ask } = open();
  const first = ask('a');
  clock.ms = 100;
  const joined = ask('a');
  clock.ms = 101;
  const second = ask('a');
  expect(begun.length).toBe(2);
  begun[0]!.end('old');
  begun[1]!.end('new');
  expect(await Promise.all([first, joined, second])).toEqual(['old', 'old', 'new']);
  void ask('a');
  expect(begun.length).toBe(3);
});

test('work ends when the last who waits has left, and each leaves at once', async () => {
  const { begun, ask } = open();
  const [one, two] = [new AbortController(), new AbortController()];
  const first = ask('a', one.signal);
  const second = ask('a', two.signal);
  one.abort(new Error('one left'));
  await expect(first).rejects.toThrow('one left');
  expect(begun[0]!.signal.aborted).toBe(false);
  two.abort(new Error('two left'));
  await expect(second).rejects.toThrow('two left');
  expect(begun[0]!.signal.aborted).toBe(true);
  await expect(ask('a', one.signal)).rejects.toThrow('one left');
  expect(begun.length).toBe(1);
});

test('everyone who waits is told of a failure', async () => {
  const runs = new SharedRuns<string>();
  const fail = () => Promise.reject(new Error('no'));
  const asked = [runs.run('a', fail), runs.run('a', fail)];
  for (const one of await Promise.allSettled(asked)) {
    expect(one).toMatchObject({ status: 'rejected', reason: { message: 'no' } });
  }
});
