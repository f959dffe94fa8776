/** Every way in which a profile, a profile type or a selector can be wrong. */
const catalogue = {
  PROFILE_NOT_PPROF: 'Send a profile.proto message, gzip-compressed or plain.',
  PROFILE_NO_SAMPLE_TYPE: 'A profile needs at least one sample_type; an empty body has none.',
  PROFILE_STRING_OUT_OF_RANGE:
    'Every string field is an index into string_table; the writer mixed up its tables.',
  PROFILE_VALUE_COUNT: 'Every sample needs exactly one value for each sample_type.',
  PROFILE_VALUE_NEGATIVE:
    'Values are sums since the start of the window; send the profile, not a difference of two.',
  PROFILE_VALUE_TOO_LARGE:
    'Values pass 2^53 in the unit of the store; check the unit of the sample type.',
  PROFILE_LOCATION_DANGLING: 'Every location_id of a sample must be in the location table.',
  PROFILE_FUNCTION_DANGLING: 'Every function_id of a line must be in the function table.',
  PROFILE_ID_DUPLICATE: 'Ids of locations, functions and mappings must be unique in their table.',
  PROFILE_TOO_MANY_SAMPLES: 'Aggregate equal stacks before sending, or send shorter windows.',
  PROFILE_TOO_MANY_FRAMES: 'Send shorter windows, or limit the depth of stacks.',
  PROFILE_LENGTH_MISMATCH: 'This is a fault of the calling code: columns of one table differ.',
  PROFILE_TYPE_INVALID:
    'Use cpu, wall, heap, heap-objects, alloc, alloc-objects, or name:sample_type:sample_unit:period_type:period_unit.',
  SELECTOR_INVALID: 'Write {name="value", other=~"regex"}; operators are = != =~ !~.',
  TRANSFORM_INVALID:
    'Write only:, not:, from: or merge: with a functionId, hide: with a kind or agent, collapse:recursion, group:package or group:file.',
  OTLP_INVALID:
    'Send an ExportTraceServiceRequest as application/x-protobuf or application/json, gzip or not.',
  FOLDED_INVALID: 'Write one stack per line, root first: main;parse;lex 10.',
} as const;

export type ProfileErrorCode = keyof typeof catalogue;

/** An error with a code and a help text. The message says what happened, with values. */
export class ProfileError extends Error {
  readonly code: ProfileErrorCode;
  readonly help: string;

  constructor(code: ProfileErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'ProfileError';
    this.code = code;
    this.help = catalogue[code];
  }
}
