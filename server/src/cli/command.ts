/** What a command works with; tests pass their own. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Exit codes that every command shares; DESIGN section 6 gives `diff` two more. */
export const EXIT = { ok: 0, rejected: 1, couldNotRun: 2 } as const;

/** A command line that cannot be run. The message says what is wrong and what to write. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
