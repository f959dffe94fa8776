import { WireWriter } from '../wire-writer.ts';

/** What an ExportTraceServiceResponse says about spans that were not taken. */
export interface OtlpPartialSuccess {
  readonly rejectedSpans: number;
  readonly errorMessage: string;
}

/** An ExportTraceServiceResponse; without a partial success it has no bytes. */
export function encodeOtlpAnswer(partial: OtlpPartialSuccess | null): Uint8Array {
  const answer = new WireWriter();
  if (partial !== null) {
    const content = new WireWriter();
    content.integer(1, partial.rejectedSpans);
    content.text(2, partial.errorMessage);
    answer.message(1, content);
  }
  return answer.finish();
}

/** A google.rpc.Status, which OTLP answers every 4xx and 5xx with. */
export function encodeRpcStatus(code: number, message: string): Uint8Array {
  const status = new WireWriter();
  status.integer(1, code);
  status.text(2, message);
  return status.finish();
}
