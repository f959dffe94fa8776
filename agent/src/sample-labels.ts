import type { Label } from '@flamehouse/proto';
import type { BoundedNames } from './endpoint-names.ts';
import type { SampleContext } from './sample-context.ts';

/** What a sample is labelled with, as text. */
export interface ContextText {
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly endpoint: string | null;
  readonly labels: readonly Label[];
}

export interface LabelOptions {
  readonly endpoints: BoundedNames;
  readonly spanNames: BoundedNames;
  /** Name of the thread, when it is not the main one. */
  readonly thread: string | null;
}

const NO_TEXT = { traceId: null, spanId: null, endpoint: null };

/** Turns contexts into labels, at the moment in which a window becomes a profile. */
export class LabelWriter {
  readonly #options: LabelOptions;
  readonly #ofThread: readonly Label[];

  constructor(options: LabelOptions) {
    this.#options = options;
    this.#ofThread = options.thread === null ? [] : [label('thread', options.thread)];
  }

  write(context: SampleContext | null): ContextText {
    if (context === null) return { ...NO_TEXT, labels: this.#ofThread };
    const { work, span, labels: users } = context;
    const ids = work?.ids ?? null;
    const endpoint = this.#bound(this.#options.endpoints, work?.endpoint);
    const name = this.#bound(this.#options.spanNames, span?.name ?? work?.name);
    const named = {
      ...users,
      ...(ids === null ? {} : { trace_id: ids.traceId, span_id: ids.spanId }),
      ...(span === null || ids === null ? {} : { active_span_id: span.spanId }),
      ...(name === null ? {} : { span_name: name }),
      ...(endpoint === null ? {} : { endpoint }),
    };
    const labels = Object.entries(named).map(([key, text]) => label(key, text));
    return {
      traceId: ids?.traceId ?? null,
      spanId: ids?.spanId ?? null,
      endpoint,
      labels: [...labels, ...this.#ofThread],
    };
  }

  #bound(names: BoundedNames, name: string | null | undefined): string | null {
    return name === null || name === undefined || name === '' ? null : names.bound(name);
  }
}

export function label(key: string, str: string): Label {
  return { key, str, num: null, numUnit: '' };
}
