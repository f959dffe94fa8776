export { decodeOtlpJson } from './decode-otlp-json.ts';
export { decodeOtlpProtobuf } from './decode-otlp-protobuf.ts';
export {
  encodeOtlpAnswer,
  encodeRpcStatus,
  type OtlpPartialSuccess,
} from './encode-otlp-answer.ts';
export type { OtlpAttributes, OtlpResourceSpans, OtlpSpan, OtlpValue } from './otlp-span.ts';
