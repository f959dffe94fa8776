import { type CompareInput, compare, endpointInput } from '@flamehouse/proto';
import { describe, expect, test } from 'vitest';
import { callGraph, partBelow, reachable } from '../../../proto/src/compare/call-graph.ts';
import { compareInput } from '../../support/compare-input.ts';

/** Functions that do not change, so that there is something to compare with. */
const STEADY = Array.from({ length: 30 }, (_, i) => `main;steady${i} 3000 3020 | 3010 2990`);

function comparison(lines: readonly string[], change: Partial<CompareInput> = {}) {
  const input = compareInput([...lines, ...STEADY].join('\n'), { change });
  const answer = compare(input);
  const row = (name: string) => {
    const func = input.functions.findIndex((one) => one.name === name);
    return answer.functions.find((one) => one.func === func)!;
  };
  const origins = answer.origins.map(({ func }) => input.functions[func]!.name);
  return { input, answer, row, origins };
}

describe('which function is named', () => {
  test('a leaf that grew, not its callers', () => {
    const { origins, answer, row } = comparison([
      'main;handle;parse 5000 5050 | 15000 15100',
      'main;handle;send 4000 4050 | 4010 4020',
    ]);
    expect(origins).toEqual(['parse']);
    expect(answer.verdict.state).toBe('more');
    expect(answer.origins[0]!.ownCode).toBe(true);
    expect(row('handle').total.flagged).toBe(true);
    // 10,025 of 99,320 ticks of base.
    expect(row('parse').total.effect).toBeCloseTo(0.1, 2);
  });

  test('the function whose callees grew together, with its children', () => {
    const { origins, answer, input } = comparison([
      'main;handle;render;a 3000 3030 | 6000 6060',
      'main;handle;render;b 3000 3030 | 6000 6060',
      'main;handle;render;c 3000 3030 | 6000 6060',
      'main;handle;send 4000 4050 | 4010 4020',
    ]);
    expect(origins).toEqual(['render']);
    expect(answer.origins[0]!.ownCode).toBe(false);
    const children = answer.origins[0]!.children.map(({ func }) => input.functions[func]!.name);
    expect(children.sort()).toEqual(['a', 'b', 'c']);
  });

  test('two separate changes of both signs cancel and are both named', () => {
    const { origins, answer } = comparison([
      'main;read;parse 5000 5050 | 10000 10100',
      'main;write;format 10000 10100 | 5000 5050',
    ]);
    expect(origins.sort()).toEqual(['format', 'parse']);
    expect(answer.verdict).toMatchObject({ state: 'no-change', cancelled: true, exitCode: 0 });
  });

  test('without a call graph, sizes say what is inside what', () => {
    const edges = { caller: [], callee: [], baseMicros: [], headMicros: [] };
    const { origins } = comparison(
      ['main;handle;parse 5000 5050 | 15000 15100', 'main;handle;send 4000 4050 | 4010 4020'],
      { edges },
    );
    expect(origins).toEqual(['parse']);
  });

  test('nothing is named where nothing changed', () => {
    const { origins, answer } = comparison(['main;parse 5000 5050 | 5040 5010']);
    expect(origins).toEqual([]);
    expect(answer.verdict.state).toBe('no-change');
    expect(answer.verdict.exitCode).toBe(0);
  });

  test('a function that gets dearer and one that gets new callers are told apart by new and gone', () => {
    const { row, origins } = comparison([
      'main;handle;retry 0 0 | 6000 6100',
      'main;other;cache 3000 3050 | 0 0',
    ]);
    expect(row('retry').state).toBe('new');
    expect(row('retry').total.ofItself).toBeNull();
    expect(row('cache').state).toBe('gone');
    expect(row('cache').total.ofItself).toBe(-1);
    expect(origins[0]).toBe('retry');
  });
});

describe('moved and renamed functions', () => {
  test('a renamed leaf is one row that did not change', () => {
    const { answer, row, input } = comparison([
      'main;handle;parseOld 5000 5050 | 0 0',
      'main;handle;parseNew 0 0 | 5020 5030',
    ]);
    expect(answer.origins).toEqual([]);
    expect(row('parseNew')).toMatchObject({ state: 'moved', total: { flagged: false } });
    expect(input.functions[row('parseNew').movedFrom]!.name).toBe('parseOld');
    expect(row('parseOld')).toBeUndefined();
  });

  test('a renamed function that also got dearer is flagged, as moved', () => {
    const { answer, row, input } = comparison([
      'main;handle;parseOld;lex 8000 8050 | 0 0',
      'main;handle;parseOld 4000 4050 | 0 0',
      'main;handle;parseNew;lex 0 0 | 8020 8030',
      'main;handle;parseNew 0 0 | 9000 9050',
    ]);
    expect(row('parseNew')).toMatchObject({ state: 'moved', total: { flagged: true } });
    expect(input.functions[answer.origins[0]!.func]!.name).toBe('parseNew');
    expect(answer.origins[0]!.state).toBe('moved');
  });

  test('a whole file that moved is matched from its callers down', () => {
    const chain = (suffix: string, ticks: string) => [
      `main;handle;load${suffix};read${suffix};check${suffix} ${ticks}`,
      `main;handle;load${suffix};scan${suffix} ${ticks}`,
    ];
    const { answer, row, input } = comparison([
      ...chain('A', '2000 2050 | 0 0'),
      ...chain('B', '0 0 | 2020 2010'),
    ]);
    expect(answer.origins).toEqual([]);
    const from = (name: string) => input.functions[row(name).movedFrom]!.name;
    expect(['loadB', 'readB', 'checkB', 'scanB'].map(from)).toEqual([
      'loadA',
      'readA',
      'checkA',
      'scanA',
    ]);
  });

  test('native code does not become a function of your own', () => {
    const lines = ['main;handle;before 5000 5050 | 0 0', 'main;handle;after 0 0 | 5020 5030'];
    const input = compareInput([...lines, ...STEADY].join('\n'), { kinds: { before: 'native' } });
    expect(compare(input).functions.some(({ state }) => state === 'moved')).toBe(false);
  });

  test('a function in another place, or of another size, is new', () => {
    const elsewhere = comparison([
      'main;handle;before 5000 5050 | 0 0',
      'main;other;after 0 0 | 5020 5030',
      'main;handle;x 3000 3000 | 3000 3000',
      'main;other;y 3000 3000 | 3000 3000',
    ]);
    expect(elsewhere.row('after').state).toBe('new');
    const larger = comparison([
      'main;handle;before 2000 2050 | 0 0',
      'main;handle;after 0 0 | 12000 12030',
    ]);
    expect(larger.row('after').state).toBe('new');
  });
});

describe('the service', () => {
  const lines = ['main;parse 5000 5050 | 5040 5010'];

  test('machines of the same minutes are compared more narrowly than of other times', () => {
    const apart = comparison(lines).answer;
    const together = comparison(lines, { simultaneous: true }).answer;
    // √(0.05² + 2 · 0.06²) against 0.05, with instances that are all but alike.
    expect(apart.common.sd / together.common.sd).toBeGreaterThan(1.9);
    expect(together.code.sd).toBeLessThan(apart.code.sd);
  });
});

describe('the call graph', () => {
  const input = compareInput(`
    main;a;x;y 10 | 10
    main;b;x;y 30 | 30
    main;b;z   20 | 20`);
  const countedAs = Int32Array.from(input.functions.keys());
  const functionCount = input.functions.length;
  const graph = callGraph({ edges: input.edges, functionCount, countedAs });
  const row = (name: string) => input.functions.findIndex((one) => one.name === name);

  test('reaches down and up', () => {
    const names = (rows: Set<number>) => [...rows].map((one) => input.functions[one]!.name).sort();
    expect(names(reachable(graph.callees, row('a')))).toEqual(['a', 'x', 'y']);
    expect(names(reachable(graph.callers, row('z')))).toEqual(['b', 'main', 'z']);
  });

  test('splits what several callers share', () => {
    const part = partBelow(graph, row('b'), [120, 20, 80, 100, 0, 40]);
    expect(part[row('x')]).toBeCloseTo(0.75, 12);
    expect(part[row('y')]).toBeCloseTo(0.75, 2);
    expect(part[row('z')]).toBe(1);
    expect(part[row('a')]).toBe(0);
  });
});

describe('one endpoint', () => {
  test('has its own requests, rows and part of the process CPU', () => {
    const two = compareInput('main;read;parse 3000 | 6000\nmain;write;send 1000 | 1000');
    const names = ['parse', 'read'].map((name) =>
      two.functions.findIndex((one) => one.name === name),
    );
    // Rows of parse and read belong to a second endpoint with a fifth of the requests.
    const split = (side: CompareInput['base']): CompareInput['base'] => ({
      instances: side.instances.map((one) => ({ ...one, requests: [8000, 2000] })),
      rows: {
        ...side.rows,
        endpoint: Array.from(side.rows.func, (func) => (names.includes(func) ? 1 : 0)),
      },
    });
    const whole = { ...two, endpoints: ['a', 'b'], base: split(two.base), head: split(two.head) };
    const { base, head } = endpointInput(whole, 1);
    expect(base.instances[0]).toMatchObject({ requests: [0, 2000], processCpuMicros: 30e6 });
    expect(head.instances[0]!.processCpuMicros).toBe(60e6);
    expect(Array.from(base.rows.func).sort()).toEqual([...names].sort());
    expect(compare(endpointInput(whole, 1)).base.cost).toBe(15_000); // µs a request
  });
});

describe('a change of half of the service', () => {
  const half = (grown: number) =>
    [
      ...Array.from({ length: 20 }, (_, i) => `main;hot;h${i} 1000 1010 | ${grown} ${grown + 10}`),
      ...Array.from({ length: 20 }, (_, i) => `main;cold;c${i} 1000 1010 | 1005 1003`),
    ].join('\n');

  test('is told together with the common mode, never as the other half getting cheaper', () => {
    const { verdict, common } = compare(compareInput(half(2500)));
    expect(common.flagged).toBe(true);
    // 21,000 more of 41,300 ticks.
    expect(verdict).toMatchObject({ state: 'more', from: 'service-and-common' });
    expect(verdict.effect.value).toBeCloseTo(0.74, 1);
  });

  test('is not judged when the machines may explain it', () => {
    const { verdict } = compare(compareInput(half(1400), { change: { simultaneous: true } }));
    expect(verdict.from === 'origins').toBe(false);
    expect(verdict.state).not.toBe('less');
  });
});
