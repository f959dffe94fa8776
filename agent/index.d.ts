/** Settings in code. Each stands for the variable of the same name (`FLAMEHOUSE_SAMPLE_HZ`) and wins over it. */
export interface StartOptions {
  /** Address of the Flamehouse server. Default `http://127.0.0.1:4040`. */
  readonly serverUrl?: string;
  /** Address at which a browser reaches the UI. Default: the server's. */
  readonly uiUrl?: string;
  /** Sent as `Authorization: Bearer`. */
  readonly token?: string;
  /** Default: name in the nearest package.json. */
  readonly service?: string;
  /** Default: version in the nearest package.json. */
  readonly version?: string;
  /** Default `development`. */
  readonly environment?: string;
  /** Default: host name and process id. */
  readonly instance?: string;
  /** Labels of every profile. Values hold no comma. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly enabled?: boolean;
  /** Samples per second, 1 to 1000. Default 99. */
  readonly sampleHz?: number;
  /** Time that one upload covers, in milliseconds. Default 15000. */
  readonly windowMs?: number;
  /** Mean number of allocated bytes between heap samples; 0 turns the heap off. Default 524288. */
  readonly heapIntervalBytes?: number;
  /** CPU that the agent may use, in percent of a core; 0 = no limit. Default 3. */
  readonly overheadBudgetPercent?: number;
  /** Label samples with the local root and the innermost span, with the root only, or not at all. Default `on`. */
  readonly spans?: 'on' | 'root' | 'off';
  /** Stops of the event loop from this length on are reported, in milliseconds; 0 = none. Default 100. */
  readonly stallMs?: number;
  readonly sourceMaps?: boolean;
  readonly workers?: boolean;
  readonly oom?: boolean;
  readonly log?: 'silent' | 'error' | 'info' | 'debug';
}

/**
 * Start profiling this process, if `--require @flamehouse/agent/register` did not.
 * Never throws: what goes wrong is one line on stderr, and the application runs on.
 */
export function start(options?: StartOptions): void;

/** Send the open window and stop profiling. Resolves when that is done; never rejects. */
export function stop(): Promise<void>;

/**
 * Run `run` and label every CPU and wall sample of it, and of all that follows from it: awaits,
 * timers, streams, promises. Labels around are kept. Returns what `run` returns, and throws what it throws.
 *
 * Keys have at most 64 characters (letters, digits, `_`, `.`, `-`), values at most 200, and 16 labels hold at a time.
 * Throws a `LabelError` otherwise. Without a running agent it only calls `run`.
 */
export function runWithLabels<T>(labels: Readonly<Record<string, string>>, run: () => T): T;

/** A mistake in a call of `runWithLabels`: `message` has the values, `help` says what to do. */
export class LabelError extends TypeError {
  readonly code:
    | 'LABELS_NOT_AN_OBJECT'
    | 'LABELS_NOT_A_FUNCTION'
    | 'LABELS_TOO_MANY'
    | 'LABEL_KEY_INVALID'
    | 'LABEL_KEY_TAKEN'
    | 'LABEL_VALUE_INVALID';
  readonly help: string;
}
