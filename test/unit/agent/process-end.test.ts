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
    'added by %s: only flushes',
    async (add) => {
      watch();
      host[add]('SIGTERM', () => events.push('application'));
      host.emit('SIGTERM');
      flushed();
      await clock.advance(10_000);
      expect(events.filter((event) => event !== 'application')).toEqual(['flush']);
      expect(events).toContain('application');
    },
  );

  test('that it removed before the signal counts no more', async () => {
    watch();
    const listener = () => {};
    host.on('SIGTERM', listener);
    host.removeListener('SIGTERM', listener);
    await settle();
    host.emit('SIGTERM');
    await clock.advance(500);
    expect(events).toEqual(['flush', 'hand over', 'kill SIGTERM, 0 listeners']);
  });
});

describe('SIGINT', () => {
  test('is left alone while the application does not listen', () => {
    watch();
    expect(host.listenerCount('SIGINT')).toBe(0);
  });

  test('is followed while it does', () => {
    watch();
    const listener = () => {};
    host.on('SIGINT', listener);
    host.on('SIGINT', listener);
    expect(host.listenerCount('SIGINT')).toBe(3);
    host.emit('SIGINT');
    expect(events).toEqual(['flush']);
    host.removeListener('SIGINT', listener);
    host.removeListener('SIGINT', listener);
    expect(host.listenerCount('SIGINT')).toBe(0);
    host.once('SIGINT', listener);
    host.emit('SIGINT');
    expect(events).toEqual(['flush', 'flush']);
    expect(host.listenerCount('SIGINT')).toBe(0);
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

test('no listener stays behind', () => {
  const stop = watch();
  host.on('SIGINT', () => {});
  stop();
  expect(host.eventNames()).toEqual(['SIGINT']);
  expect(host.listenerCount('SIGINT')).toBe(1);
});
