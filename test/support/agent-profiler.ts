import { NO_CONTEXTS, type PreparedContext } from '../../agent/src/native-context.ts';
import type { SampleContext } from '../../agent/src/sample-context.ts';
import type { CpuSlice, HeapSlice, V8Profiler } from '../../agent/src/v8-profiler.ts';
import { sliceOf } from './agent-slices.ts';

/** A sampler that hands out slices written as text, the last one for ever. */
export class FakeProfiler implements V8Profiler {
  readonly calls: string[] = [];
  readonly contextPath = 'slot';
  readonly contextEpoch = 1;
  readonly #slices: CpuSlice[];

  constructor(...folded: string[]) {
    this.#slices = folded.map((text) => sliceOf(text));
  }

  prepareContext(context: SampleContext): PreparedContext {
    return NO_CONTEXTS.prepare(context);
  }

  setContext(): void {}

  startCpu(sampleHz: number): void {
    this.calls.push(`start ${sampleHz} Hz`);
  }

  takeCpu(restart: boolean): CpuSlice {
    this.calls.push(restart ? 'take' : 'take and stop');
    return this.#slices.length > 1 ? this.#slices.shift()! : this.#slices[0]!;
  }

  startHeap(intervalBytes: number): void {
    this.calls.push(`heap every ${intervalBytes} bytes`);
  }

  takeHeap(): HeapSlice {
    return {
      frames: [{ name: 'keep', file: '/srv/shop/src/app.js', line: 3 }],
      stacks: [[0]],
      objects: [2],
      bytes: [2048],
    };
  }

  stopHeap(): void {
    this.calls.push('stop heap');
  }

  watchHeapLimit(command: readonly string[]): void {
    this.calls.push(`at the heap limit ${command.join(' ')}`);
  }

  stop(): void {
    this.calls.push('stop');
  }
}
