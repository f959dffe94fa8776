import { expect, expectTypeOf, test } from 'vitest';
import type * as published from '../../../agent/index.d.ts';
import { readConfig } from '../../../agent/src/config.ts';
import type * as built from '../../../agent/src/index.ts';
import { variablesOf } from '../../../agent/src/start.ts';

test('each option stands for the variable of its name', () => {
  const options: Required<built.StartOptions> = {
    serverUrl: 'http://s:1',
    uiUrl: 'http://u:1',
    token: 't',
    service: 'shop',
    version: '1',
    environment: 'test',
    instance: 'i',
    labels: { region: 'eu', team: 'a' },
    enabled: true,
    sampleHz: 49,
    windowMs: 1000,
    heapIntervalBytes: 0,
    overheadBudgetPercent: 1,
    spans: 'root',
    stallMs: 250,
    sourceMaps: false,
    workers: true,
    oom: false,
    log: 'debug',
  };
  const { config, problems } = readConfig({
    env: { FLAMEHOUSE_SERVICE: 'by variable', ...variablesOf(options) },
    entry: undefined,
    cwd: '/',
    hostName: 'web-1',
    pid: 1,
    workerId: 0,
  });
  expect(problems).toEqual([]);
  expect(config).toMatchObject(options);
});

test('an option that is not given leaves its variable alone', () => {
  expect(variablesOf({})).toEqual({});
  expect(variablesOf({ service: undefined } as unknown as built.StartOptions)).toEqual({});
});

test('the published types are those of the source', () => {
  expectTypeOf<published.StartOptions>().toEqualTypeOf<built.StartOptions>();
  expectTypeOf<typeof published.start>().toEqualTypeOf<typeof built.start>();
  expectTypeOf<typeof published.stop>().toEqualTypeOf<typeof built.stop>();
  expectTypeOf<typeof published.runWithLabels>().toEqualTypeOf<typeof built.runWithLabels>();
  expectTypeOf<published.LabelError>().toEqualTypeOf<built.LabelError>();
});
