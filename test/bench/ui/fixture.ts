import type { FlamegraphAnswer, FrameKind, FunctionsAnswer } from '@flamehouse/proto';

const KINDS: readonly FrameKind[] = [
  'user',
  'user',
  'dependency',
  'dependency',
  'runtime',
  'native',
];
const WORDS = ['parse', 'load', 'handle', 'merge', 'query', 'render', 'encode', 'visit', 'flush'];

/** A tree of so many frames: power-law widths, some 50 deep, 4,000 functions. Seeded, so that runs compare. */
export function benchTree(count: number, functions = 4_000): FlamegraphAnswer {
  let seed = 42;
  const random = (): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 2 ** 32;
  };
  const hex = (n: number): string => n.toString(16).padStart(16, '0');
  const rows = Array.from({ length: functions }, (_, i) => i);
  const kind = rows.map((i) => KINDS[i % KINDS.length]!);
  const frames = {
    id: rows.map((i) => hex(i + 1)),
    functionId: rows.map((i) => hex(i + 1)),
    name: rows.map((i) => `${WORDS[i % WORDS.length]}${WORDS[(i * 7) % WORDS.length]}${i}`),
    file: rows.map((i) => `src/module-${i % 97}/file-${i}.ts`),
    package: rows.map((i) => (kind[i] === 'dependency' ? `package-${i % 61}` : '')),
    kind,
    line: rows.map((i) => (i % 900) + 1),
  };
  const parent = [-1];
  const depth = [0];
  const frame = [-1];
  while (parent.length < count) {
    // Later rows are likelier parents: deep, narrow stacks beside a few wide ones.
    const at = Math.floor(parent.length * random() ** 0.6);
    if (depth[at]! > 60) continue;
    parent.push(at);
    depth.push(depth[at]! + 1);
    frame.push(Math.floor(functions * random() ** 2));
  }
  const self = parent.map((_, i) => (i === 0 ? 0 : Math.ceil(1_000 * random() ** 6) + 1));
  const total = [...self];
  for (let i = count - 1; i > 0; i--) total[parent[i]!]! += total[i]!;
  return {
    service: 'bench',
    type: 'process_cpu:cpu:nanoseconds:cpu:nanoseconds',
    unit: 'microseconds',
    from: 0,
    to: 3_600_000,
    tier: 'raw',
    total: total[0]!,
    foldedNodes: 0,
    foldedValue: 0,
    frames,
    nodes: {
      id: parent.map((_, i) => hex(i)),
      parent,
      frame,
      self,
      total,
      folded: parent.map(() => 0),
    },
  };
}

/** Its table; the total of a function is not what this bench looks at. */
export function benchFunctions({ frames, nodes, ...head }: FlamegraphAnswer): FunctionsAnswer {
  const self = frames.id.map(() => 0);
  nodes.frame.forEach((frame, node) => {
    if (frame >= 0) self[frame]! += nodes.self[node]!;
  });
  const { functionId, name, file, package: owner, kind } = frames;
  return {
    service: head.service,
    type: head.type,
    unit: head.unit,
    from: head.from,
    to: head.to,
    tier: head.tier,
    total: head.total,
    rows: name.length,
    functions: { id: functionId, name, file, package: owner, kind, self, total: self },
  };
}
