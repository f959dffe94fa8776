import type { ComparedFunction, CompareInput, CpuRows, SideSums } from '@flamehouse/proto';

const TICK_MICROS = 10_000;

export interface CompareTextOptions {
  /** Requests of each instance; base first. The default is 10,000 for each. */
  readonly requests?: readonly number[];
  readonly minutes?: number;
  /** Function name -> kind, where it is not `user`. */
  readonly kinds?: Readonly<Record<string, ComparedFunction['kind']>>;
  /** Function name -> package, where it has one. */
  readonly packages?: Readonly<Record<string, string>>;
  readonly change?: Partial<CompareInput>;
}

interface StackLine {
  readonly stack: readonly string[];
  readonly ticks: readonly number[]; // instance -> ticks, base first
}

/**
 * A comparison from folded stacks with the ticks of each instance: `main;parse 1000 1000 | 1100 1100`.
 *
 * All stacks belong to one endpoint; a stack below `(background)` lies outside requests.
 */
export function compareInput(text: string, options: CompareTextOptions = {}): CompareInput {
  const { stacks, baseCount, instanceCount } = parseLines(text);
  const names = [...new Set(stacks.flatMap(({ stack }) => stack))];
  const functions = names.map((name) => ({
    id: name,
    name,
    file: 'src/app.ts',
    kind: options.kinds?.[name] ?? ('user' as const),
    package: options.packages?.[name] ?? '',
  }));
  const requests = options.requests ?? Array.from({ length: instanceCount }, () => 10_000);
  const side = (from: number, to: number): SideSums =>
    sideOf({ stacks, names, from, to, requests, minutes: options.minutes ?? 10 });
  return {
    functions,
    endpoints: ['GET /'],
    base: side(0, baseCount),
    head: side(baseCount, instanceCount),
    edges: edgesOf(stacks, names, baseCount),
    simultaneous: false,
    history: null,
    asked: 'once',
    ...options.change,
  };
}

function parseLines(text: string) {
  let baseCount = 0;
  const stacks = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): StackLine => {
      const [stack = '', ...cells] = line.trim().split(/\s+/);
      baseCount = cells.indexOf('|');
      return { stack: stack.split(';'), ticks: cells.filter((cell) => cell !== '|').map(Number) };
    });
  return { stacks, baseCount, instanceCount: stacks[0]!.ticks.length };
}

interface SideOptions {
  readonly stacks: readonly StackLine[];
  readonly names: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly requests: readonly number[];
  readonly minutes: number;
}

function sideOf({ stacks, names, from, to, requests, minutes }: SideOptions): SideSums {
  const rows = { instance: [], endpoint: [], func: [], selfTicks: [], totalTicks: [] } as {
    [column in 'instance' | 'endpoint' | 'func' | 'selfTicks' | 'totalTicks']: number[];
  };
  const instances: SideSums['instances'][number][] = [];
  for (let instance = from; instance < to; instance++) {
    const sums = new Map<string, { self: number; total: number }>();
    let all = 0;
    for (const { stack, ticks } of stacks) {
      all += ticks[instance]!;
      const endpoint = stack[0] === '(background)' ? -1 : 0;
      for (const name of new Set(stack)) {
        const key = `${endpoint} ${names.indexOf(name)}`;
        const sum = sums.get(key) ?? { self: 0, total: 0 };
        sum.total += ticks[instance]!;
        if (stack.at(-1) === name) sum.self += ticks[instance]!;
        sums.set(key, sum);
      }
    }
    for (const [key, { self, total }] of sums) {
      if (total === 0) continue;
      rows.instance.push(instance - from);
      rows.endpoint.push(Number(key.split(' ')[0]));
      rows.func.push(Number(key.split(' ')[1]));
      rows.selfTicks.push(self);
      rows.totalTicks.push(total);
    }
    instances.push({
      id: `i${instance}`,
      minutes,
      processCpuMicros: all * TICK_MICROS,
      requests: [requests[instance]!],
    });
  }
  return { instances, rows: withMicros(rows) };
}

function withMicros(rows: Omit<CpuRows, 'selfMicros' | 'totalMicros'>): CpuRows {
  const micros = (ticks: ArrayLike<number>) => Array.from(ticks, (count) => count * TICK_MICROS);
  return { ...rows, selfMicros: micros(rows.selfTicks), totalMicros: micros(rows.totalTicks) };
}

function edgesOf(stacks: readonly StackLine[], names: readonly string[], baseCount: number) {
  const edges = { caller: [], callee: [], baseMicros: [], headMicros: [] } as {
    [column in 'caller' | 'callee' | 'baseMicros' | 'headMicros']: number[];
  };
  const sum = (ticks: readonly number[]) =>
    TICK_MICROS * ticks.reduce((all, count) => all + count, 0);
  for (const { stack, ticks } of stacks) {
    stack.slice(1).forEach((callee, i) => {
      edges.caller.push(names.indexOf(stack[i]!));
      edges.callee.push(names.indexOf(callee));
      edges.baseMicros.push(sum(ticks.slice(0, baseCount)));
      edges.headMicros.push(sum(ticks.slice(baseCount)));
    });
  }
  return edges;
}
