import type { DiffFlamegraphAnswer, FlamegraphAnswer } from '@flamehouse/proto';
import { type DiffRows, diffStep } from './diff-rows.ts';
import { buildFlameTree, type ChildOrder, type FlameTree, idOf, REST_FRAME } from './tree.ts';

/** Which side the widths are of; `union` is the mean of both, so that new and gone frames are seen. */
export const WIDTHS = ['union', 'before', 'after'] as const;
export type Width = (typeof WIDTHS)[number];

export interface DiffGraph {
  readonly tree: FlameTree;
  readonly rows: DiffRows;
}

export interface DiffGraphOptions {
  readonly width: Width;
  readonly order?: ChildOrder;
  /** What the comparison says of the whole: the root has no function of its own. */
  readonly rootSignificant: boolean;
}

const PARTS: Readonly<Record<Width, (base: number, head: number) => number>> = {
  union: (base, head) => (base + head) / 2,
  before: (base) => base,
  after: (_, head) => head,
};

/** The smallest end of the scale: noise is never stretched over it. */
const DOMAIN_MIN = 0.01;

/** Lay out both sides as one tree. Frames that are not on the side whose widths are shown are left out. */
export function buildDiffGraph(
  answer: DiffFlamegraphAnswer,
  { width, order = 'value', rootSignificant }: DiffGraphOptions,
): DiffGraph {
  const { nodes } = answer;
  const part = PARTS[width];
  const total = nodes.baseTotal.map((base, node) => part(base, nodes.headTotal[node]!));
  const kept = total.flatMap((value, node) => (value > 0 || node === 0 ? [node] : []));
  const rowOfNode = new Map(kept.map((node, row) => [node, row]));
  const pick = <T>(column: readonly T[]): T[] => kept.map((node) => column[node]!);
  const tree = buildFlameTree(
    {
      ...framesOf(answer),
      nodes: {
        id: pick(nodes.id),
        parent: pick(nodes.parent).map((parent) => rowOfNode.get(parent) ?? -1),
        frame: pick(nodes.function),
        self: kept.map((node) => part(nodes.baseSelf[node]!, nodes.headSelf[node]!)),
        total: pick(total),
        folded: pick(nodes.folded),
      },
    },
    order,
  );
  return { tree, rows: diffRows(answer, tree, rootSignificant) };
}

/** The parts of a flame graph's answer that the layout reads. */
function framesOf(answer: DiffFlamegraphAnswer): FlamegraphAnswer {
  const { functions, base } = answer;
  return {
    service: base.service,
    type: answer.type,
    unit: 'microseconds',
    from: base.from,
    to: base.to,
    tier: 'raw',
    total: 0,
    foldedNodes: answer.foldedNodes,
    foldedValue: 0,
    frames: {
      id: functions.id,
      functionId: functions.id,
      name: functions.name,
      file: functions.file,
      package: functions.package,
      kind: functions.kind,
      line: functions.id.map(() => 0),
    },
    nodes: { id: [], parent: [], frame: [], self: [], total: [], folded: [] },
  };
}

function diffRows(
  answer: DiffFlamegraphAnswer,
  tree: FlameTree,
  rootSignificant: boolean,
): DiffRows {
  const { nodes, functions } = answer;
  const nodeOf = new Map(nodes.id.map((id, node) => [id, node]));
  const base = new Float64Array(tree.count);
  const head = new Float64Array(tree.count);
  // From the last row on, so that what children hold is known when a rest block asks for what is left.
  const left = nodes.id.map((_, node) => [
    nodes.baseTotal[node]! - nodes.baseSelf[node]!,
    nodes.headTotal[node]! - nodes.headSelf[node]!,
  ]);
  nodes.parent.forEach((parent, node) => {
    if (parent < 0) return;
    left[parent]![0]! -= nodes.baseTotal[node]!;
    left[parent]![1]! -= nodes.headTotal[node]!;
  });
  for (let row = 0; row < tree.count; row++) {
    const rest = tree.frame[row] === REST_FRAME;
    const node = nodeOf.get(idOf(tree, rest ? tree.parent[row]! : row))!;
    base[row] = rest ? Math.max(0, left[node]![0]!) : nodes.baseTotal[node]!;
    head[row] = rest ? Math.max(0, left[node]![1]!) : nodes.headTotal[node]!;
  }
  const whole = answer.base.total || answer.head.total || 1;
  const delta = base.map((value, row) => (head[row]! - value) / whole);
  const significant = (row: number): boolean => {
    const frame = tree.frame[row]!;
    if (frame === REST_FRAME) return false;
    if (frame < 0) return rootSignificant;
    // The same function may be called from elsewhere too; only the places that moved its way changed.
    return functions.significant[frame]! && delta[row]! * functions.effect[frame]! > 0;
  };
  // The root is the sum of all: it may lie beyond the scale, so that the frames can be told apart.
  const domain = domainOf(delta.filter((_, row) => row > 0 && significant(row)));
  const flags = (of: (row: number) => boolean) =>
    Uint8Array.from({ length: tree.count }, (_, row) => (significant(row) && of(row) ? 1 : 0));
  const isNew = (row: number): boolean =>
    functions.state[tree.frame[row]!] === 'new' || base[row] === 0;
  const isGone = (row: number): boolean =>
    functions.state[tree.frame[row]!] === 'gone' || head[row] === 0;
  return {
    base,
    head,
    delta,
    domain,
    step: Int8Array.from(delta, (change, row) => (significant(row) ? diffStep(change, domain) : 0)),
    fresh: flags(isNew),
    gone: flags(isGone),
    origin: flags((row) => tree.frame[row]! >= 0 && functions.origin[tree.frame[row]!]! > 0),
  };
}

/** The largest significant change, rounded up to a number that a legend can say. */
function domainOf(deltas: Float64Array): number {
  const largest = deltas.reduce((max, delta) => Math.max(max, Math.abs(delta)), DOMAIN_MIN);
  const power = 10 ** Math.floor(Math.log10(largest));
  const nice = [1, 2, 4, 6, 8, 10].find((step) => step * power >= largest * 0.999) ?? 10;
  return nice * power;
}
