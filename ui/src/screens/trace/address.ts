import type { SimilarSpeed, SpanScope } from '@flamehouse/proto';
import { choiceField, flagField, idField, queryCodec } from '../../state/query-codec.ts';

export const SCOPES: readonly SpanScope[] = ['span', 'subtree', 'similar'];
export const SPEEDS: readonly SimilarSpeed[] = ['all', 'fast', 'slow'];

/** What an address of the trace screen says behind its path. */
export interface TraceView {
  readonly scope: SpanScope;
  readonly speed: SimilarSpeed; // of similar spans
  readonly type: 'cpu' | 'wall';
  readonly focus: string; // id of the node that fills the width
  readonly compare: boolean; // with fast spans like it, instead of the flame graph
}

export interface TraceState extends TraceView {
  readonly traceId: string; // 32 hex; zeros for a span whose trace nobody knows
  readonly spanId: string; // 16 hex; '' lets the screen choose
}

export const traceViewCodec = queryCodec<TraceView>({
  scope: choiceField('scope', SCOPES, 'subtree'),
  speed: choiceField('speed', SPEEDS, 'all'),
  type: choiceField('t', ['cpu', 'wall'], 'cpu'),
  focus: idField('f'),
  compare: flagField('cmp'),
});

const PATH = /^\/trace\/([0-9a-f]{32})(?:\/span\/([0-9a-f]{16}))?\/?$/i;
const NO_TRACE = '0'.repeat(32);

/** The state that an address names; null when its path names no trace. */
export function parseTrace(path: string, search: string): TraceState | null {
  const match = PATH.exec(path);
  if (match === null) return null;
  const [, traceId, spanId = ''] = match as unknown as [string, string, string?];
  return {
    traceId: traceId.toLowerCase(),
    spanId: spanId.toLowerCase(),
    ...traceViewCodec.parse(search),
  };
}

export function formatTrace({ traceId, spanId, ...view }: TraceState): string {
  const span = spanId === '' ? '' : `/span/${spanId}`;
  return `/trace/${traceId}${span}${traceViewCodec.format(view)}`;
}

/** The address of a trace, or of a span in it. */
export const traceUrl = (
  traceId: string | null,
  spanId = '',
  view: Partial<TraceView> = {},
): string =>
  formatTrace({ traceId: traceId ?? NO_TRACE, spanId, ...traceViewCodec.defaults, ...view });

export const hasTraceId = (traceId: string): boolean => traceId !== NO_TRACE;

/** The ids in what somebody pasted: a trace id, a span id, or a text or an address with one of them in it. */
export function findIds(text: string): { readonly traceId: string; readonly spanId: string } {
  const hex = (length: number): RegExp =>
    new RegExp(`(?<![0-9a-f])[0-9a-f]{${length}}(?![0-9a-f])`, 'i');
  // Datadog and some logs write a trace id as a UUID.
  const joined = text.replaceAll(
    /([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})/gi,
    '$1$2$3$4$5',
  );
  const traceId = (hex(32).exec(joined)?.[0] ?? '').toLowerCase();
  const spanId = (hex(16).exec(joined)?.[0] ?? '').toLowerCase();
  return { traceId, spanId };
}
