import type { Clock } from './clock.ts';
import { type EndActions, flushBounded } from './flush-bounded.ts';
import { type SignalHost, watchSignals } from './signals.ts';

/** As much of `process` as is used, so that tests can bring their own. */
export type Host = SignalHost & Pick<NodeJS.Process, 'prependListener'>;

const QUIET_MS = 1_000; // flushing makes `beforeExit` come again; that one must end the process

/**
 * Notice the end of the host in each of its forms, without changing what it does or answers.
 *
 * Returns a function that undoes it all.
 */
export function watchProcessEnd(host: Host, actions: EndActions, clock: Clock): () => void {
  const undo = [
    watchBeforeExit(host, actions, clock),
    watchExit(host, actions),
    watchSignals(host, actions, clock),
  ];
  return () => {
    for (const remove of undo) remove();
  };
}

function watchBeforeExit(host: Host, actions: EndActions, clock: Clock): () => void {
  let flushing = false;
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  const onBeforeExit = () => {
    if (flushing || clock.monotonicMs() < quietUntilMs) return;
    flushing = true;
    flushBounded(actions, clock).then(() => {
      flushing = false;
      quietUntilMs = clock.monotonicMs() + QUIET_MS;
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
