import type { SpanStall, SpanSummary, SubtreeSums, WaterfallSpan } from '@flamehouse/proto';
import type { ExportedSpan, SelectedTrace, TraceStall } from '../storage/detail-store.ts';

/** A row without its link out, which depends on settings. */
export type WaterfallRow = Omit<WaterfallSpan, 'url'>;

export interface Waterfall {
  readonly spans: readonly WaterfallRow[];
  readonly missing: number; // parents that did not arrive, and sampled spans that were not exported
}

/** A span while the tree is being built. */
interface Node {
  readonly summary: SpanSummary;
  readonly exported: ExportedSpan | null;
  readonly sampled: boolean;
  readonly localRoot: boolean;
  parent: Node | null;
  readonly children: Node[];
  depth: number;
  localRootSpanId: string;
  readonly subtree: { -readonly [K in keyof SubtreeSums]: number };
}

/**
 * Join what was sampled with what was exported, and put it into the order of a waterfall.
 *
 * A sampled span that was not exported stands below its local root: samples name that one and
 * nothing in between.
 */
export function buildWaterfall({ traceId, sampled, exported, stalls }: SelectedTrace): Waterfall {
  const nodes = joinSpans(traceId, sampled, exported);
  const missing = linkParents(nodes);
  const ordered = inOrder([...nodes.values()].filter(({ parent }) => parent === null));
  addUpwards(ordered);
  const stallsOf = groupStalls(stalls);
  return { spans: ordered.map((node) => rowOf(node, stallsOf)), missing };
}

/**
 * Ids of a span and the spans inside it in its process. `complete` is false while a sampled span of
 * that process was not exported, because then nobody knows what it is inside of.
 */
export function innerSpans(
  trace: SelectedTrace,
  spanId: string,
): { readonly ids: readonly string[]; readonly complete: boolean } {
  const nodes = joinSpans(trace.traceId, trace.sampled, trace.exported);
  linkParents(nodes);
  inOrder([...nodes.values()].filter(({ parent }) => parent === null));
  const top = nodes.get(spanId)!;
  const ids: string[] = [];
  const waiting = [top];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    ids.push(node.summary.spanId);
    waiting.push(...node.children.filter(({ localRoot }) => !localRoot));
  }
  const complete = [...nodes.values()].every(
    (node) => node.exported !== null || node.localRootSpanId !== top.localRootSpanId,
  );
  return { ids, complete };
}

/** Parents before children, siblings by start. Without recursion, since a sender decides on the depth. */
function inOrder(tops: Node[]): Node[] {
  const ordered: Node[] = [];
  const waiting = tops.sort(byStart).reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const { parent, summary } = node;
    node.depth = parent === null ? 0 : parent.depth + 1;
    if (node.localRoot) node.localRootSpanId = summary.spanId;
    else node.localRootSpanId = parent?.localRootSpanId ?? summary.localRootSpanId;
    ordered.push(node);
    waiting.push(...node.children.sort(byStart).reverse());
  }
  return ordered;
}

/** Add what ran in inner spans of the same process to the spans around them. */
function addUpwards(ordered: readonly Node[]): void {
  for (let row = ordered.length - 1; row >= 0; row--) {
    const { parent, localRoot, subtree } = ordered[row]!;
    if (parent === null || localRoot) continue;
    parent.subtree.samples += subtree.samples;
    parent.subtree.cpuMicros += subtree.cpuMicros;
    parent.subtree.wallMicros += subtree.wallMicros;
  }
}

function joinSpans(
  traceId: string | null,
  sampled: readonly SpanSummary[],
  exported: readonly ExportedSpan[],
): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const unseen = new Map(exported.map((span) => [span.spanId, span]));
  for (const [spanId, sums] of sumBySpan(sampled)) {
    const found = unseen.get(spanId) ?? null;
    unseen.delete(spanId);
    const summary = found === null ? sums : withNames(sums, found);
    const localRoot = sums.localRootSpanId === spanId;
    nodes.set(spanId, newNode({ summary, exported: found, sampled: true, localRoot }));
  }
  for (const [spanId, found] of unseen) {
    const summary = summaryOf(traceId, found);
    const { localRoot } = found;
    nodes.set(spanId, newNode({ summary, exported: found, sampled: false, localRoot }));
  }
  return nodes;
}

function newNode(own: Pick<Node, 'summary' | 'exported' | 'sampled' | 'localRoot'>): Node {
  const { samples, cpuMicros, wallMicros, localRootSpanId } = own.summary;
  return {
    ...own,
    parent: null,
    children: [],
    depth: 0,
    localRootSpanId,
    subtree: { samples, cpuMicros, wallMicros },
  };
}

/** One row for each span, also when its samples came from two processes of one name. */
function sumBySpan(sampled: readonly SpanSummary[]): Map<string, SpanSummary> {
  const sums = new Map<string, SpanSummary>();
  for (const span of sampled) {
    const known = sums.get(span.spanId);
    if (known === undefined) sums.set(span.spanId, span);
    else
      sums.set(span.spanId, {
        ...known,
        from: Math.min(known.from, span.from),
        to: Math.max(known.to, span.to),
        samples: known.samples + span.samples,
        cpuMicros: known.cpuMicros + span.cpuMicros,
        wallMicros: known.wallMicros + span.wallMicros,
      });
  }
  return sums;
}

/** OTLP has the name that the span ended with; endpoint and place are the agent's where it knows them. */
function withNames(sums: SpanSummary, { name, endpoint }: ExportedSpan): SpanSummary {
  return { ...sums, name: name || sums.name, endpoint: sums.endpoint || endpoint };
}

function summaryOf(traceId: string | null, span: ExportedSpan): SpanSummary {
  const { spanId, service, environment, version, instance, name, endpoint } = span;
  return {
    ...{ traceId, spanId, localRootSpanId: spanId, name },
    ...{ service, environment, version, instance, endpoint },
    from: Math.floor(span.startMicros / 1_000),
    to: Math.ceil((span.startMicros + span.durationMicros) / 1_000),
    ...{ samples: 0, cpuMicros: 0, wallMicros: 0 },
  };
}

/** Hang every node below its parent. Gives how many parents and exports are missing. */
function linkParents(nodes: ReadonlyMap<string, Node>): number {
  const absent = new Set<string>();
  let notExported = 0;
  for (const node of nodes.values()) {
    if (node.exported === null) notExported++;
    const parentId = parentIdOf(node);
    if (parentId === null) continue;
    const parent = nodes.get(parentId);
    if (parent === undefined) absent.add(parentId);
    else if (!isBelow(parent, node)) {
      node.parent = parent;
      parent.children.push(node);
    }
  }
  return absent.size + notExported;
}

function parentIdOf({ exported, localRoot, summary }: Node): string | null {
  if (exported !== null) return exported.parentSpanId;
  return localRoot ? null : summary.localRootSpanId;
}

/** Whether hanging `node` below `parent` would close a circle, which a broken sender can ask for. */
function isBelow(parent: Node, node: Node): boolean {
  for (let one: Node | null = parent; one !== null; one = one.parent) if (one === node) return true;
  return false;
}

/** Earliest first; those without a start last, by CPU. */
function byStart(a: Node, b: Node): number {
  const start = (node: Node) => node.exported?.startMicros ?? Number.POSITIVE_INFINITY;
  const [left, right] = [start(a), start(b)];
  if (left !== right) return left < right ? -1 : 1;
  return (
    b.summary.cpuMicros - a.summary.cpuMicros || (a.summary.spanId < b.summary.spanId ? -1 : 1)
  );
}

function rowOf(node: Node, stallsOf: ReadonlyMap<string, readonly SpanStall[]>): WaterfallRow {
  const { summary, exported, sampled, subtree } = node;
  const durationMicros = exported?.durationMicros ?? null;
  return {
    ...summary,
    localRootSpanId: node.localRootSpanId,
    source: exported === null ? 'samples' : sampled ? 'both' : 'otlp',
    kind: exported?.kind ?? null,
    parentSpanId: exported?.parentSpanId ?? null,
    localRoot: node.localRoot,
    depth: node.depth,
    children: node.children.length,
    startMicros: exported?.startMicros ?? null,
    durationMicros,
    status: exported?.status ?? null,
    statusMessage: exported?.statusMessage ?? '',
    error: exported?.error ?? null,
    attributes: exported?.attributes ?? {},
    subtree,
    cpuShare: durationMicros ? subtree.cpuMicros / durationMicros : null,
    stalls: stallsOf.get(summary.spanId) ?? [],
  };
}

function groupStalls(stalls: readonly TraceStall[]): Map<string, SpanStall[]> {
  const groups = new Map<string, SpanStall[]>();
  for (const { spanId, from, durationMicros } of stalls) {
    const group = groups.get(spanId) ?? [];
    group.push({ from, durationMicros });
    groups.set(
      spanId,
      group.sort((a, b) => a.from - b.from),
    );
  }
  return groups;
}
