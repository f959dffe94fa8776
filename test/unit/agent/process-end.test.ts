import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Host, watchProcessEnd } from '../../../agent/src/process-end.ts';
import { ManualClock, settle } from '../../support/agent-clock.ts';

let events: string[];
let clock: ManualClock;
let host: EventEmitter;
let flushed: () => void;

function watch(): () => void {
  const actions = {
    flush: () => {
      events.push('flush');
      return new Promise<void>((resolve) => {
        flushed = resolve;
      });
    },
    handOver: () => void events.push('hand over'),
  };
  const kill = (_pid: number, signal: string) => {
    events.push(`kill ${signal}, ${host.listenerCount(signal)} listeners`);
    return true;
  };
  return watchProcessEnd(Object.assign(host, { kill, pid: 1 }) as unknown as Host, actions, clock);
}

beforeEach(() => {
  events = [];
  clock = new ManualClock();
  host = new EventEmitter();
});

describe('SIGTERM without a listener of the application', () => {
  test('flushes, removes its own listener and raises the signal again', async () => {
    watch();
    host.emit('SIGTERM');
    expect(events).toEqual(['flush']);
    flushed();
    await settle();
    expect(events).toEqual(['flush', 'hand over', 'kill SIGTERM, 0 listeners']);
  });

  test('waits 500 ms for a flush that does not end, and a second signal changes nothing', async () => {
    watch();
    host.emit('SIGTERM');
    host.emit('SIGTERM');
    await clock.advance(499);
    expect(events).toEqual(['flush']);
    await clock.advance(1);
    expect(events).toEqual(['flush', 'hand over', 'kill SIGTERM, 0 listeners']);
  });
});

describe('SIGTERM with a listener of the application', () => {
  test.each(['on', 'once', 'prependListener', 'prependOnceListener'] as const)(
    'added by %s: only flushes, and no listener of the agent is beside it',
    async (add) => {
      watch();
      host[add]('SIGTERM', () => events.push('application'));
      await settle();
      expect(host.listenerCount('SIGTERM')).toBe(1);
      host.emit('SIGTERM');
      flushed();
      await clock.advance(10_000);
      expect(events).toEqual(['flush', 'application']);
    },
  );

  test('that was there before the agent: only flushes', async () => {
    host.on('SIGTERM', () => events.push('application'));
    watch();
    expect(host.listenerCount('SIGTERM')).toBe(1);
    host.emit('SIGTERM');
    expect(events).toEqual(['flush', 'application']);
  });

  test('that it removed before the signal counts no more', async () => {
    watch();
    const listener = () => {};
    host.on('SIGTERM', listener);
    await settle();
    host.removeListener('SIGTERM', listener);
    await settle();
    host.emit('SIGTERM');
    await clock.advance(500);
    expect(events).toEqual(['flush', 'hand over', 'kill SIGTERM, 0 listeners']);
  });

  test('that comes while the agent flushes gets the signal', async () => {
    watch();
    host.emit('SIGTERM');
    host.on('SIGTERM', () => {});
    await clock.advance(500);
    expect(events).toEqual(['flush', 'hand over', 'kill SIGTERM, 1 listeners']);
  });
});

describe('a library that ends the process only when nobody else listens', () => {
  /** What signal-exit 3 and 4 do. */
  function signalExit(signal: 'SIGTERM' | 'SIGINT'): void {
    const listener = () => {
      if (host.listeners(signal).length !== 1) return;
      host.removeListener(signal, listener);
      events.push(`library raises ${signal}`);
    };
    host.on(signal, listener);
  }

  test('sees nobody else for SIGTERM, and what it raises is answered', async () => {
    watch();
    signalExit('SIGTERM');
    await settle();
    host.emit('SIGTERM');
    expect(events).toEqual(['flush', 'library raises SIGTERM']);
    await settle();
    host.emit('SIGTERM');
    await clock.advance(500);
    expect(events.slice(2)).toEqual(['flush', 'hand over', 'kill SIGTERM, 0 listeners']);
  });

  test('sees nobody else for SIGINT', async () => {
    watch();
    signalExit('SIGINT');
    await settle();
    host.emit('SIGINT');
    expect(events).toEqual(['flush', 'library raises SIGINT']);
    expect(host.listenerCount('SIGINT')).toBe(0);
  });
});

describe('SIGINT', () => {
  test('gets no listener of the agent, whoever listens', async () => {
    watch();
    expect(host.listenerCount('SIGINT')).toBe(0);
    host.on('SIGINT', () => events.push('application'));
    await settle();
    expect(host.listenerCount('SIGINT')).toBe(1);
    host.emit('SIGINT');
    expect(events).toEqual(['flush', 'application']);
  });
});

describe('beforeExit', () => {
  test('flushes once, although flushing makes it come again', async () => {
    watch();
    host.emit('beforeExit', 0);
    host.emit('beforeExit', 0);
    flushed();
    await settle();
    host.emit('beforeExit', 0);
    expect(events).toEqual(['flush']);
    expect(clock.pendingMs).toEqual([]);
  });

  test('flushes again for a host that went on', async () => {
    watch();
    host.emit('beforeExit', 0);
    await clock.advance(500);
    await clock.advance(1000);
    host.emit('beforeExit', 0);
    expect(events).toEqual(['flush', 'flush']);
  });
});

test('exit hands over before any other listener runs', () => {
  host.on('exit', () => events.push('other'));
  watch();
  host.emit('exit', 0);
  expect(events).toEqual(['hand over', 'other']);
});

describe('after it was undone', () => {
  test('no listener stays behind', () => {
    const stop = watch();
    host.on('SIGINT', () => {});
    stop();
    expect(host.eventNames()).toEqual(['SIGINT']);
    expect(Object.hasOwn(host, 'emit') && host.emit !== EventEmitter.prototype.emit).toBe(false);
  });

  test('an emit that somebody wrapped meanwhile stays theirs, and the agent hears no more', () => {
    const stop = watch();
    const wrapped = host.emit;
    const theirs = (event: string) => Reflect.apply(wrapped, host, [event]);
    host.emit = theirs;
    stop();
    expect(host.emit).toBe(theirs);
    host.on('SIGTERM', () => events.push('application'));
    host.emit('SIGTERM');
    expect(events).toEqual(['application']);
  });
});
