import type { Clock } from './clock.ts';

/** What to do when the host ends. None of it may throw. */
export interface EndActions {
  /** Send what there is. The promise settles when all is sent or nothing more can be. */
  flush(): Promise<void>;
  /** Synchronous and last: keep what was not sent, if that is possible. */
  handOver(): void;
}

/** As much of `process` as is used, so that tests can bring their own. */
export type Host = Pick<
  NodeJS.Process,
  | 'on'
  | 'prependListener'
  | 'removeListener'
  | 'listenerCount'
  | 'listeners'
  | 'kill'
  | 'pid'
  | 'platform'
>;

/** The most that the end of the host is put off (DESIGN section 5). */
export const FLUSH_MS_MAX = 500;
const BEFORE_EXIT_PAUSE_MS = 1_000; // flushing makes `beforeExit` come again; that one must end the process

/**
 * Notice the end of the host in each of its forms, without changing what it does or answers.
 *
 * SIGTERM   the application listens: only flush. Nobody else does: flush, then raise it again.
 * SIGINT    followed only while the application listens. A listener of ours alone would keep
 *           Ctrl-C from ending a program that is stuck in a loop.
 * Returns a function that removes every listener.
 */
export function watchProcessEnd(host: Host, actions: EndActions, clock: Clock): () => void {
  const removers = [
    watchBeforeExit(host, actions, clock),
    watchExit(host, actions),
    watchSigterm(host, actions, clock),
    watchSigint(host, actions),
  ];
  return () => {
    for (const remove of removers) remove();
  };
}

/** Wait for the flush, but never longer than `msMax`; the timer holds the process meanwhile. */
export function flushBounded(
  actions: Pick<EndActions, 'flush'>,
  clock: Clock,
  msMax = FLUSH_MS_MAX,
): Promise<void> {
  return new Promise((resolve) => {
    const timer = clock.setTimer(resolve, msMax, true);
    actions.flush().then(() => {
      timer.cancel();
      resolve();
    });
  });
}

function watchBeforeExit(host: Host, actions: EndActions, clock: Clock): () => void {
  let flushing = false;
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  const onBeforeExit = () => {
    if (flushing || clock.monotonicMs() < quietUntilMs) return;
    flushing = true;
    flushBounded(actions, clock).then(() => {
      flushing = false;
      quietUntilMs = clock.monotonicMs() + BEFORE_EXIT_PAUSE_MS;
    });
  };
  host.on('beforeExit', onBeforeExit);
  return () => host.removeListener('beforeExit', onBeforeExit);
}

/** First in line: @datadog/pprof stops the sampler in a listener of its own. */
function watchExit(host: Host, actions: EndActions): () => void {
  const onExit = () => actions.handOver();
  host.prependListener('exit', onExit);
  return () => host.removeListener('exit', onExit);
}

function watchSigterm(host: Host, actions: EndActions, clock: Clock): () => void {
  let ending = false;
  let othersRan = false; // a `once` listener of the application removes itself before ours runs
  const onRemove = (event: string | symbol, listener: unknown) => {
    if (event !== 'SIGTERM' || listener === onSigterm) return;
    othersRan = true;
    queueMicrotask(() => {
      othersRan = false;
    });
  };
  const onSigterm = () => {
    if (othersRan || host.listenerCount('SIGTERM') > 1) {
      void actions.flush();
      return;
    }
    if (ending) return;
    ending = true;
    flushBounded(actions, clock).then(() => {
      actions.handOver();
      remove();
      host.kill(host.pid, 'SIGTERM');
    });
  };
  const remove = () => {
    host.removeListener('removeListener', onRemove);
    host.removeListener('SIGTERM', onSigterm);
  };
  host.on('SIGTERM', onSigterm);
  host.on('removeListener', onRemove);
  return remove;
}

function watchSigint(host: Host, actions: EndActions): () => void {
  let listening = false;
  const onSigint = () => void actions.flush();
  const onAdd = (event: string | symbol, listener: unknown) => {
    if (event !== 'SIGINT' || listener === onSigint || listening) return;
    listening = true;
    host.on('SIGINT', onSigint);
  };
  const onRemove = (event: string | symbol) => {
    if (event !== 'SIGINT' || !listening || host.listenerCount('SIGINT') > 1) return;
    listening = false;
    host.removeListener('SIGINT', onSigint);
  };
  host.on('newListener', onAdd);
  host.on('removeListener', onRemove);
  return () => {
    host.removeListener('newListener', onAdd);
    host.removeListener('removeListener', onRemove);
    host.removeListener('SIGINT', onSigint);
  };
}
