import type { Clock } from './clock.ts';
import { type EndActions, flushBounded } from './flush-bounded.ts';

/** As much of `process` as is used, so that tests can bring their own. */
export type SignalHost = Pick<
  NodeJS.Process,
  'on' | 'removeListener' | 'listenerCount' | 'emit' | 'kill' | 'pid'
>;

/**
 * Notice SIGTERM and SIGINT without changing who hears them and what they do.
 *
 * The application listens: the agent flushes. Nobody listens for SIGTERM: it flushes for at most
 * 500 ms and raises the signal again. Nobody listens for SIGINT: nothing, since a listener would
 * keep Ctrl-C from ending a program that is stuck in a loop.
 * Returns a function that undoes it all.
 */
export function watchSignals(host: SignalHost, actions: EndActions, clock: Clock): () => void {
  const lone = answerAlone(host, actions, clock);
  const stopOverhearing = overhear(host, (signal) => {
    const ours = signal === 'SIGTERM' && lone.listening() ? 1 : 0;
    if (host.listenerCount(signal) > ours) void actions.flush();
  });
  return () => {
    stopOverhearing();
    lone.stop();
  };
}

/**
 * Through `emit`, not by a listener beside the application's: libraries like signal-exit end the
 * process only when nobody but themselves listens, and with one of ours they never would.
 */
function overhear(host: SignalHost, heard: (signal: 'SIGTERM' | 'SIGINT') => void): () => void {
  const original = host.emit;
  let hearing = true;
  const emit = function (this: unknown, ...args: unknown[]) {
    if (hearing && (args[0] === 'SIGTERM' || args[0] === 'SIGINT')) heard(args[0]);
    return Reflect.apply(original, this, args);
  } as SignalHost['emit'];
  host.emit = emit;
  return () => {
    hearing = false; // somebody may have wrapped it meanwhile; then it stays and does nothing
    if (host.emit === emit) host.emit = original;
  };
}

/** A listener for SIGTERM that is there only while there is no other. */
function answerAlone(host: SignalHost, actions: EndActions, clock: Clock) {
  let listening = false;
  let ending = false;
  const listen = () => {
    listening = true;
    host.on('SIGTERM', onSigterm);
  };
  const leave = () => {
    listening = false;
    host.removeListener('SIGTERM', onSigterm);
  };
  const onSigterm = () => {
    if (ending || host.listenerCount('SIGTERM') > 1) return;
    ending = true;
    flushBounded(actions, clock).then(() => {
      actions.handOver();
      stop();
      host.kill(host.pid, 'SIGTERM');
    });
  };
  // Later, not at once: Node stops watching a signal whose last listener goes, and the new one is not in yet.
  const onAdd = (event: string | symbol, listener: unknown) => {
    if (event !== 'SIGTERM' || listener === onSigterm) return;
    queueMicrotask(() => {
      if (listening && host.listenerCount('SIGTERM') > 1) leave();
    });
  };
  const onRemove = (event: string | symbol, listener: unknown) => {
    if (event !== 'SIGTERM') return;
    if (listener === onSigterm) listening = false;
    else if (!listening && host.listenerCount('SIGTERM') === 0) listen();
  };
  const stop = () => {
    host.removeListener('newListener', onAdd);
    host.removeListener('removeListener', onRemove);
    leave();
  };
  if (host.listenerCount('SIGTERM') === 0) listen();
  host.on('newListener', onAdd);
  host.on('removeListener', onRemove);
  return { listening: () => listening, stop };
}
