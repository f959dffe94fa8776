/** What a link out can name. Times are epoch milliseconds. */
export interface TraceUrlValues {
  readonly traceId: string;
  readonly spanId: string;
  readonly service: string;
  readonly from: number;
  readonly to: number;
}

const VALUES: Readonly<Record<string, (of: TraceUrlValues) => string>> = {
  traceId: ({ traceId }) => traceId,
  spanId: ({ spanId }) => spanId,
  spanIdDecimal: ({ spanId }) => BigInt(`0x${spanId}`).toString(), // Datadog writes span ids so
  service: ({ service }) => service,
  from: ({ from }) => String(Math.floor(from)),
  to: ({ to }) => String(Math.ceil(to)),
};

const PLACE = /\{(\w*)\}/g;

export const TRACE_URL_PLACES: readonly string[] = Object.keys(VALUES);

/** Names in braces that FLAMEHOUSE_TRACE_URL_TEMPLATE has and that stand for nothing. */
export function unknownPlaces(template: string): string[] {
  return [...template.matchAll(PLACE)].map(([, name]) => name!).filter((name) => !(name in VALUES));
}

/** The address of a span in the tracing tool; null without a template or without a trace. */
export function traceUrl(
  template: string | null,
  values: Omit<TraceUrlValues, 'traceId'> & { readonly traceId: string | null },
): string | null {
  const { traceId } = values;
  if (template === null || traceId === null) return null;
  return template.replaceAll(PLACE, (_, name: string) =>
    encodeURIComponent(VALUES[name]!({ ...values, traceId })),
  );
}
