import type { FlamegraphAnswer, FrameKind, FunctionsAnswer } from '@flamehouse/proto';

/** One line of the indented text: `name | package or file | total`. */
export interface FixtureNode {
  readonly name: string;
  readonly where: string;
  readonly total: number;
  readonly folded: number; // set by a line `+14 smaller | rest | 9`
  readonly children: FixtureNode[];
}

/** Indented text, two spaces a level, as the design's own pages write trees. */
export function parseTree(text: string): FixtureNode {
  const root: FixtureNode = { name: '', where: '', total: 0, folded: 0, children: [] };
  const at: FixtureNode[] = [root];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const depth = /^ */.exec(line)![0].length / 2;
    const [name, where, total] = line.trim().split(' | ') as [string, string, string];
    const parent = at[depth]!;
    if (where === 'rest') {
      (parent as { folded: number }).folded = Number(/\d+/.exec(name)![0]);
      continue;
    }
    const node = { name, where, total: Number(total), folded: 0, children: [] };
    parent.children.push(node);
    at[depth + 1] = node;
  }
  return root.children[0]!;
}

const kindOf = (where: string): FrameKind => {
  if (where === 'gc' || where === 'native' || where === 'idle') return where;
  if (where.startsWith('node:')) return 'runtime';
  return where.startsWith('src/') ? 'user' : 'dependency';
};

/** 16 hex digits that depend on the text alone. */
export function fakeId(text: string): string {
  let a = 2166136261;
  let b = 5381;
  for (const char of text) {
    a = Math.imul(a ^ char.codePointAt(0)!, 16777619) >>> 0;
    b = (Math.imul(b, 33) + char.codePointAt(0)!) >>> 0;
  }
  return a.toString(16).padStart(8, '0') + b.toString(16).padStart(8, '0');
}

export interface AnswerHead {
  readonly service: string;
  readonly type: string;
  readonly unit: FlamegraphAnswer['unit'];
  readonly from: number;
  readonly to: number;
}

/** The answer of /flamegraph for a tree, its values times `scale`; `root` takes what is below one node. */
export function flamegraphOf(
  tree: FixtureNode,
  head: AnswerHead,
  options: { readonly scale?: number; readonly root?: string } = {},
): FlamegraphAnswer {
  const scale = options.scale ?? 1;
  const frames = {
    id: [],
    functionId: [],
    name: [],
    file: [],
    package: [],
    kind: [],
    line: [],
  } as {
    [K in keyof FlamegraphAnswer['frames']]: FlamegraphAnswer['frames'][K][number][];
  };
  const nodes = { id: [], parent: [], frame: [], self: [], total: [], folded: [] } as {
    [K in keyof FlamegraphAnswer['nodes']]: FlamegraphAnswer['nodes'][K][number][];
  };
  const rowOf = new Map<string, number>();
  const frameRow = (node: FixtureNode): number => {
    const key = `${node.name}\0${node.where}`;
    const known = rowOf.get(key);
    if (known !== undefined) return known;
    const kind = kindOf(node.where);
    frames.id.push(fakeId(`frame ${key}`));
    frames.functionId.push(fakeId(key));
    frames.name.push(node.name);
    frames.file.push(
      kind === 'user' || kind === 'runtime'
        ? node.where
        : kind === 'dependency'
          ? `${node.where}/index.js`
          : '',
    );
    frames.package.push(kind === 'dependency' ? node.where : kind === 'runtime' ? 'node' : '');
    frames.kind.push(kind);
    frames.line.push(kind === 'user' ? 41 : 0);
    rowOf.set(key, frames.id.length - 1);
    return frames.id.length - 1;
  };
  let foldedNodes = 0;
  let foldedValue = 0;
  const visit = (node: FixtureNode, parent: number, path: string): void => {
    const below = node.children.reduce((sum, child) => sum + child.total, 0);
    const rest = node.folded > 0 ? node.total - below : 0;
    const id = path === 'all' ? '0'.repeat(16) : fakeId(path);
    nodes.id.push(id);
    nodes.parent.push(parent);
    nodes.frame.push(parent < 0 && path === 'all' ? -1 : frameRow(node));
    nodes.total.push(node.total * scale);
    nodes.self.push((node.folded > 0 ? 0 : node.total - below) * scale);
    nodes.folded.push(node.folded);
    foldedNodes += node.folded;
    foldedValue += rest * scale;
    const row = nodes.id.length - 1;
    for (const child of node.children) visit(child, row, `${path};${child.name}`);
  };
  const [start, path] =
    options.root === undefined
      ? [tree, 'all']
      : (findNode(tree, options.root, 'all') ?? [tree, 'all']);
  visit(start, -1, path);
  return {
    ...head,
    tier: 'raw',
    total: nodes.total[0] ?? 0,
    foldedNodes,
    foldedValue,
    frames,
    nodes,
  };
}

function findNode(node: FixtureNode, id: string, path: string): [FixtureNode, string] | null {
  if (path !== 'all' && fakeId(path) === id) return [node, path];
  for (const child of node.children) {
    const found = findNode(child, id, `${path};${child.name}`);
    if (found !== null) return found;
  }
  return null;
}

/** The answer of /functions for the same tree, recursion counted once. */
export function functionsOf(tree: FixtureNode, head: AnswerHead, scale = 1): FunctionsAnswer {
  const answer = flamegraphOf(tree, head, { scale });
  const { frames, nodes } = answer;
  const self = frames.id.map(() => 0);
  const total = frames.id.map(() => 0);
  nodes.frame.forEach((frame, node) => {
    if (frame < 0) return;
    self[frame]! += nodes.self[node]!;
    for (let at = nodes.parent[node]!; ; at = nodes.parent[at]!) {
      if (at < 0) total[frame]! += nodes.total[node]!;
      if (at < 0 || nodes.frame[at] === frame) break;
    }
  });
  const rows = frames.id.map((_, row) => row).sort((a, b) => self[b]! - self[a]!);
  const pick = <T>(column: readonly T[]): T[] => rows.map((row) => column[row]!);
  return {
    ...head,
    tier: 'raw',
    total: answer.total,
    rows: rows.length,
    functions: {
      id: pick(frames.functionId),
      name: pick(frames.name),
      file: pick(frames.file),
      package: pick(frames.package),
      kind: pick(frames.kind),
      self: pick(self),
      total: pick(total),
    },
  };
}
