import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { FrameDescriber } from '../../../agent/src/frame-describer.ts';
import { ProfileBuilder } from '../../../proto/src/index.ts';

/** The description of one function, as `file kind:package`. */
function described(file: string): string {
  const describer = new FrameDescriber('/srv/shop');
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }]);
  builder.addSample([describer.row(builder, { name: 'f', file, line: 3, column: 9 })], [1]);
  const profile = builder.build({ timeNanos: 0n, durationNanos: 0n, periodType: null, period: 0 });
  const { functions } = describer.describe(profile);
  return `${functions.file[0]} ${functions.systemName[0]}`;
}

test('own frames can be told and hidden, wherever the agent lies', () => {
  const agent = resolve(import.meta.dirname, '../../../agent');
  expect([
    described(`${agent}/dist/start.js`),
    described(`${agent}/register.js`),
    described(`${agent}/node_modules/pprof-format/index.js`),
    described('/srv/shop/node_modules/@flamehouse/agent/dist/start.js'),
  ]).toEqual([
    '@flamehouse/agent/dist/start.js flamehouse:dependency:@flamehouse/agent',
    '@flamehouse/agent/register.js flamehouse:dependency:@flamehouse/agent',
    'pprof-format/index.js flamehouse:dependency:pprof-format',
    '@flamehouse/agent/dist/start.js flamehouse:dependency:@flamehouse/agent',
  ]);
});

test('two functions of one name on one line of a bundle stay two', () => {
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }]);
  const describer = new FrameDescriber('/srv/shop');
  const row = (column: number) =>
    describer.row(builder, { name: 't', file: '/srv/shop/dist/app.js', line: 1, column });
  expect([row(10), row(900), row(10)]).toEqual([0, 1, 0]);
});
