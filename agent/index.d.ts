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
  readonly spans?: 'on' | 'root' | 'off';
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
