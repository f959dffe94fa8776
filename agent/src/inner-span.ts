import type { SpanLike } from './sample-context.ts';

/**
 * A span inside a piece of work. The SDK's object is let go once it ended: contexts outlive their
 * spans, and V8 would copy with each of them everything that hangs on its span.
 */
export class InnerSpan {
  readonly spanId: string;
  #span: SpanLike | null;
  #name: string | null = null;

  constructor(span: SpanLike) {
    this.#span = span;
    this.spanId = span.spanContext().spanId;
  }

  get name(): string | null {
    return this.#span?.name ?? this.#name;
  }

  /** Let go of the span if it ended. Answers whether it did. */
  settle(): boolean {
    if (this.#span !== null && this.#span.ended !== true) return false;
    this.#name = this.name;
    this.#span = null;
    return true;
  }
}
