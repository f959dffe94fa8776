/**
 * Every line the agent can print, by cause. `test/unit/agent/log.test.ts` checks that README lists each.
 * Each `help` says what to do; the detail with the values comes from the place that reports.
 */
export const messages = {
  CONFIG_VALUE: 'Correct the variable; the default is used until then.',
  ALREADY_STARTED: 'Start the agent once: with --require, with --import, or with start().',
  PROFILER_NO_NATIVE_BUILD:
    'The application runs without profiling. Supported: Node.js 20 to 26 on linux (x64, arm64), macOS and Windows x64.',
  PROFILER_CONFLICT: 'Remove the other profiler (dd-trace, @pyroscope/nodejs, ...) or this one.',
  PROFILER_CRASHED: 'It stays off for this version; to turn it on again remove that directory.',
  PROFILER_FAILED: 'The application runs without profiling.',
  HEAP_FAILED: 'CPU and wall profiles go on. FLAMEHOUSE_HEAP_INTERVAL_BYTES=0 turns the heap off.',
  OOM_UNPREPARED: 'Profiling goes on; FLAMEHOUSE_OOM=off does without the last heap profile.',
  UPLOAD_UNREACHABLE: 'Check FLAMEHOUSE_SERVER_URL; the agent goes on trying by itself.',
  UPLOAD_UNAVAILABLE: 'The agent goes on trying by itself.',
  UPLOAD_REJECTED: 'Profiles like this one are not sent again.',
  UPLOAD_DROPPED: 'Dropped uploads are counted and shown by the server.',
  INTERNAL: 'The application is not affected; please report this line.',
} as const;

export type MessageCode = keyof typeof messages;

/** An error that has a place in the catalogue. */
export class AgentError extends Error {
  readonly code: MessageCode;
  constructor(code: MessageCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'AgentError';
    this.code = code;
  }
}
