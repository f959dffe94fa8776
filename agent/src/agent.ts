import { hostname } from 'node:os';
import { parse } from 'node:path';
import { isatty } from 'node:tty';
import { isMainThread, threadId } from 'node:worker_threads';
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
import { AgentError } from './messages.ts';
import { prepareOom } from './oom.ts';
import { OOM_WINDOW } from './oom-window.ts';
import { findOtherSampler, viewOfProcess } from './other-profilers.ts';
import { OwnCost } from './own-cost.ts';
import { watchProcessEnd } from './process-end.ts';
import { proxyFor } from './proxy.ts';
import { Sentinel } from './sentinel.ts';
import { SourceMaps } from './source-maps.ts';
import { type AgentCost, buildMeta, type UploadMeta } from './upload.ts';
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
  readonly #sentinel: Sentinel;
  #removeOomHead: () => void = () => {};
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
    const { serverUrl, token } = config;
    const proxy = proxyFor(new URL(serverUrl), process.env);
    this.#target = { serverUrl, token, userAgent, proxy };
    this.#sender = new HttpSender(this.#target, systemClock);
    this.#queue = new UploadQueue(undefined, () =>
      log.error('UPLOAD_DROPPED', 'the queue is full, the oldest upload went'),
    );
    this.#uploader = new Uploader({
      queue: this.#queue,
      send: (body) => this.#cost.measure(() => this.#sender.send(body)),
      serverUrl: config.serverUrl,
      clock: systemClock,
      log,
    });
    this.#heap = new HeapSampler({
      profiler: this.#profiler,
      describer: this.#describer,
      intervalBytes: config.heapIntervalBytes,
      prepareOom: () => this.#prepareOom(),
      clock: systemClock,
      log,
    });
    this.#sentinel = new Sentinel({
      key: [process.argv[1] ?? '', config.version ?? '', process.version, agentVersion],
      pid: process.pid,
      clock: systemClock,
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
    if (isMainThread && !isatty(0)) this.#standWatch(); // at a terminal, Ctrl-C ends a program unnoticed
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

  /** Errors  AgentError PROFILER_CRASHED when the last starts ended in a crash. */
  #standWatch(): void {
    if (this.#sentinel.tripped) {
      const text = `two starts in a row were killed or crashed within a minute, as ${this.#sentinel.directory} recalls`;
      throw new AgentError('PROFILER_CRASHED', text);
    }
    this.#sentinel.begin();
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
    this.#sentinel.end();
    this.#removeOomHead();
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
      ownThreadsOnly: this.#config.workers,
      onWindow: (window) => {
        void this.#encode(window).then(() => this.#uploader.kick());
        this.#leaveToOther();
      },
      onError: (error) => this.#reportInternal(error),
    });
  }

  #createEncoder(): WindowEncoder {
    return new WindowEncoder({
      clock: systemClock,
      cost: this.#cost,
      describer: this.#describer,
      takeHeap: () => this.#heap.take(),
      meta: (window) => {
        const rssBytes = this.#rssBytesGrown + this.#queue.bytes + this.#describer.byteLength;
        return this.#meta(window, { ...this.#takeCost(window), rssBytes });
      },
    });
  }

  /** A profiler that the application loaded later has failed by now; at its next start it finds no other. */
  #leaveToOther(): void {
    const view = this.#cost.measure(() => viewOfProcess(this.#config.appRoot));
    const other = this.#cost.measure(() => findOtherSampler(view));
    if (other === null) return;
    this.#log.error('PROFILER_CONFLICT', other);
    void this.stop();
  }

  #prepareOom(): readonly string[] | null {
    const { oom, sourceMaps, appRoot, heapIntervalBytes: intervalBytes } = this.#config;
    if (!oom || !isMainThread || intervalBytes === 0) return null;
    try {
      const cost = { cpuNanos: 0, longestPauseMicros: 0, rssBytes: 0 };
      const { uploadId, from, to, ...meta } = this.#meta(OOM_WINDOW, cost);
      const prepared = prepareOom({
        target: this.#target,
        sentinelMark: this.#sentinel.mark,
        appRoot,
        sourceMaps,
        intervalBytes,
        meta,
      });
      if (prepared !== null) this.#removeOomHead = prepared.remove;
      return prepared?.command ?? null;
    } catch (error) {
      this.#log.error('OOM_UNPREPARED', String(error));
      return null;
    }
  }

  #meta(window: Omit<ClosedWindow, 'buildCpu'>, cost: Omit<AgentCost, 'version'>): UploadMeta {
    return buildMeta(window, this.#config, {
      startedAt: processStartedAt,
      nodeVersion: process.versions.node,
      scriptsWithoutMap: this.#describer.takeScriptsWithoutMap(),
      agent: { version: agentVersion, ...cost },
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
    this.#sentinel.end(); // a signal or the last callback: what follows is no crash of the sampler
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
    this.#sentinel.end();
    this.#removeOomHead();
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
