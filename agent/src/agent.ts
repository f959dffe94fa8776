import { hostname } from 'node:os';
import { parse } from 'node:path';
import { threadId } from 'node:worker_threads';
import { version as agentVersion } from '../package.json';
import { Activity } from './activity.ts';
import { processStartedAt, systemClock } from './clock.ts';
import { type Config, INSTANCE_OWNER_VARIABLE, readConfig } from './config.ts';
import { flushBounded } from './flush-bounded.ts';
import { FrameDescriber } from './frame-describer.ts';
import { Governor } from './governor.ts';
import { handOver } from './hand-over.ts';
import { HeapSampler } from './heap-sampler.ts';
import { HttpSender, type SendTarget } from './http-sender.ts';
import { createLog, type Log } from './log.ts';
import { OwnCost } from './own-cost.ts';
import { watchProcessEnd } from './process-end.ts';
import { SourceMaps } from './source-maps.ts';
import { buildMeta } from './upload.ts';
import { UploadQueue } from './upload-queue.ts';
import { Uploader } from './uploader.ts';
import { loadV8Profiler, type V8Profiler } from './v8-profiler.ts';
import { WindowEncoder } from './window-encoder.ts';
import { type ClosedWindow, type WindowReason, WindowSampler } from './window-sampler.ts';

/** A last window shorter than this says nothing: some 25 ticks. */
const LAST_WINDOW_MS_MIN = 250;

/** How long `stop()`, which somebody asked for, may wait for the server. */
const STOP_MS_MAX = 5_000;

/** Settings of this process, each bad value reported on a line of its own. */
export function configOfProcess(env: NodeJS.ProcessEnv): { config: Config; log: Log } {
  const { config, problems } = readConfig({
    env,
    entry: process.argv[1],
    cwd: workingDirectory(),
    hostName: hostname(),
    pid: process.pid,
    workerId: threadId,
  });
  const log = createLog(config.log);
  for (const { variable, text } of problems) log.error('CONFIG_VALUE', text, variable);
  return { config, log };
}

/** The working directory, which may have been removed under the process. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return parse(process.execPath).root;
  }
}

/** The running agent: sampler, encoder, queue and uploader, wired together. */
export class Agent {
  readonly #config: Config;
  readonly #log: Log;
  readonly #cost = new OwnCost(systemClock);
  readonly #describer: FrameDescriber;
  readonly #profiler: V8Profiler;
  readonly #activity: Activity;
  readonly #sampler: WindowSampler;
  readonly #encoder: WindowEncoder;
  readonly #queue: UploadQueue;
  readonly #uploader: Uploader;
  readonly #sender: HttpSender;
  readonly #target: SendTarget;
  readonly #encoding = new Map<ClosedWindow, Promise<void>>();
  readonly #heap: HeapSampler;
  readonly #governor: Governor;
  readonly #rssBytesBefore = process.memoryUsage.rss();
  #rssBytesGrown = 0;
  #stopWatching: () => void = () => {};

  /** Errors  AgentError when the native profiler does not load. */
  constructor(config: Config, log: Log) {
    this.#config = config;
    this.#log = log;
    this.#profiler = loadV8Profiler();
    const maps = config.sourceMaps ? new SourceMaps(systemClock, this.#cost) : null;
    this.#describer = new FrameDescriber(config.appRoot, maps);
    const userAgent = `flamehouse-agent/${agentVersion} node/${process.versions.node}`;
    this.#target = { serverUrl: config.serverUrl, token: config.token, userAgent };
    this.#sender = new HttpSender(this.#target, systemClock);
    this.#queue = new UploadQueue(undefined, () =>
      log.error('UPLOAD_DROPPED', 'the queue is full, the oldest upload went'),
    );
    this.#uploader = new Uploader({
      queue: this.#queue,
      send: (body) => this.#sender.send(body),
      serverUrl: config.serverUrl,
      clock: systemClock,
      log,
    });
    this.#heap = new HeapSampler({
      profiler: this.#profiler,
      describer: this.#describer,
      intervalBytes: config.heapIntervalBytes,
      oomCommand: null,
      clock: systemClock,
      log,
    });
    this.#governor = new Governor({
      budgetPercent: config.overheadBudgetPercent,
      full: { sampleHz: config.sampleHz, heap: config.heapIntervalBytes > 0 },
    });
    this.#encoder = this.#createEncoder();
    this.#activity = this.#createActivity();
    this.#sampler = this.#createSampler();
  }

  /** Errors  AgentError when the sampler does not start; nothing is left behind then. */
  start(): void {
    this.#sampler.start();
    this.#activity.start();
    this.#heap.wanted = true;
    this.#stopWatching = watchProcessEnd(
      process,
      { flush: () => this.#flush(), handOver: () => this.#handOver() },
      systemClock,
    );
    this.#rssBytesGrown = Math.max(0, process.memoryUsage.rss() - this.#rssBytesBefore);
    if (this.#config.instanceGiven) process.env[INSTANCE_OWNER_VARIABLE] = String(process.pid);
    const { service, serverUrl } = this.#config;
    this.#log.info(`profiling ${service} (${this.#config.instance}), sending to ${serverUrl}`);
  }

  /** Send what there is, stop sampling and leave no listener behind. Never rejects. */
  async stop(): Promise<void> {
    this.#stopWatching();
    await flushBounded({ flush: () => this.#flush() }, systemClock, STOP_MS_MAX);
    this.#sampler.stop();
    this.#guard(() => this.#activity.stop()); // before the sampler: contexts are its
    this.#uploader.stop();
    this.#sender.close();
    this.#guard(() => this.#profiler.stop());
  }

  /** Contexts of the running code, for `runWithLabels`. */
  get contexts(): Activity['contexts'] {
    return this.#activity.contexts;
  }

  #createActivity(): Activity {
    const { spans, uiUrl, stallMs } = this.#config;
    return new Activity({
      profiler: this.#profiler,
      clock: systemClock,
      spans,
      uiUrl,
      stallMs,
      thread: threadId === 0 ? null : `worker ${threadId}`,
      onError: (error) => this.#reportInternal(error),
    });
  }

  #createSampler(): WindowSampler {
    return new WindowSampler({
      profiler: this.#profiler,
      activity: this.#activity,
      describer: this.#describer,
      cost: this.#cost,
      clock: systemClock,
      sampleHz: this.#config.sampleHz,
      windowMs: this.#config.windowMs,
      processCpuNanos: () => {
        const { user, system } = process.cpuUsage();
        return (user + system) * 1000;
      },
      onWindow: (window) => void this.#encode(window).then(() => this.#uploader.kick()),
      onError: (error) => this.#reportInternal(error),
    });
  }

  #createEncoder(): WindowEncoder {
    return new WindowEncoder({
      clock: systemClock,
      cost: this.#cost,
      describer: this.#describer,
      takeHeap: () => this.#heap.take(),
      meta: (window) =>
        buildMeta(window, this.#config, {
          startedAt: processStartedAt,
          nodeVersion: process.versions.node,
          scriptsWithoutMap: this.#describer.takeScriptsWithoutMap(),
          agent: {
            version: agentVersion,
            ...this.#takeCost(window),
            rssBytes: this.#rssBytesGrown + this.#queue.bytes + this.#describer.byteLength,
          },
        }),
    });
  }

  /** What the agent used since the last window; the governor decides by it how much is sampled next. */
  #takeCost(window: ClosedWindow) {
    const cost = this.#cost.take();
    const before = this.#governor.throttle;
    const windowNanos = Number(window.toNanos - window.fromNanos);
    const { sampleHz, heap } =
      window.reason === 'periodic' ? this.#governor.observe(cost.cpuNanos, windowNanos) : before;
    if (sampleHz === before.sampleHz && heap === before.heap) return cost;
    this.#sampler.sampleHz = sampleHz;
    this.#heap.wanted = heap;
    this.#log.info(`sampling at ${sampleHz} Hz, heap ${heap ? 'on' : 'off'}, to keep the budget`);
    return cost;
  }

  /** Encode in the background. The window counts as unsent until it is in the queue. */
  #encode(window: ClosedWindow): Promise<void> {
    const done = this.#encoder
      .encode(window)
      .then((upload) => {
        if (this.#encoding.delete(window)) this.#queue.push(upload);
      })
      .catch((error) => this.#reportInternal(error));
    this.#encoding.set(window, done);
    return done;
  }

  #closeLast(): ClosedWindow | null {
    const reason: WindowReason = 'exit';
    return this.#sampler.openMs < LAST_WINDOW_MS_MIN ? null : this.#sampler.close(reason);
  }

  async #flush(): Promise<void> {
    try {
      const last = this.#closeLast();
      if (last !== null) void this.#encode(last);
      await Promise.all(this.#encoding.values());
      // A name lookup cannot be cut short, so an unknown server must not be looked up at the very end.
      if (this.#sender.needsLookup && !this.#uploader.reached) return;
      await this.#uploader.drain();
    } catch (error) {
      this.#reportInternal(error);
    }
  }

  #handOver(): void {
    try {
      if (this.#uploader.failing) return; // a server that does not answer would not answer a child
      const last = this.#closeLast();
      if (last !== null) this.#encoding.set(last, Promise.resolve());
      const encoded = [...this.#encoding.keys()].map((window) => this.#encoder.encodeNow(window));
      this.#encoding.clear();
      const unsent = [...this.#uploader.takeUnsent(), ...encoded];
      if (unsent.length > 0) handOver(unsent, this.#target);
    } catch (error) {
      // No disk or no right to start a process: the last window is lost, which is nobody's fault.
      this.#log.debug(`the last window was not handed over: ${error}`);
    } finally {
      this.#guard(() => this.#activity.stop()); // the library stops the sampler next, and the host may go on
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#reportInternal(error);
    }
  }

  #reportInternal(error: unknown): void {
    this.#log.error('INTERNAL', String(error));
    if (error instanceof Error) this.#log.debug(error.stack ?? '');
  }
}
