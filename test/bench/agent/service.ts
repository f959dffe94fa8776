import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What a service used in a period. */
export interface Usage {
  readonly cpuMicros: number;
  readonly answered: number;
  readonly pauseMicros: number;
  readonly residentBytes: number;
  readonly p99Ms: number;
}

/** As much of autocannon as is used; it ships no types. */
type Autocannon = (options: {
  readonly url: string;
  readonly connections: number;
  readonly duration: number; // seconds
  readonly overallRate?: number;
}) => Promise<{ readonly latency: { readonly p99: number } }>;

const CONNECTIONS = 20;

/** The service under the bench, in a process of its own, for a whole run. */
export class BenchService {
  readonly #child: ChildProcess;
  readonly #url: string;

  readonly #autocannon: Autocannon;

  private constructor(root: string, child: ChildProcess, port: number) {
    // The bench runs from a temporary directory, so the package is looked for from the repository.
    this.#autocannon = createRequire(join(root, 'package.json'))('autocannon');
    this.#child = child;
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async start(root: string, node: string, env: NodeJS.ProcessEnv): Promise<BenchService> {
    const modules = join(root, 'node_modules');
    const child = fork(join(root, 'test/bench/agent/service.cjs'), {
      execPath: node,
      env: {
        PATH: process.env['PATH'],
        SDK: join(modules, 'otel-sdk-trace-node-2'),
        API: join(modules, '@opentelemetry/api'),
        AGENT: join(root, 'agent'),
        ...env,
      },
    });
    const [{ port }] = (await once(child, 'message')) as [{ port: number }];
    return new BenchService(root, child, port);
  }

  async tell(command: 'on' | 'off' | 'begin' | 'end'): Promise<unknown> {
    this.#child.send(command);
    const [{ answer }] = (await once(this.#child, 'message')) as [{ answer: unknown }];
    return answer;
  }

  /** Load for a while; `rate` 0 is as much as it takes. */
  async load(seconds: number, rate: number): Promise<number> {
    const result = await this.#autocannon({
      url: this.#url,
      connections: CONNECTIONS,
      duration: seconds,
      ...(rate === 0 ? {} : { overallRate: rate }),
    });
    return result.latency.p99;
  }

  async measure(seconds: number, rate: number): Promise<Usage> {
    await this.tell('begin');
    const p99Ms = await this.load(seconds, rate);
    return { ...((await this.tell('end')) as Omit<Usage, 'p99Ms'>), p99Ms };
  }

  async stop(): Promise<void> {
    this.#child.disconnect();
    await once(this.#child, 'exit');
  }
}
