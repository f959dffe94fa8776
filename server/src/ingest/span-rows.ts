import {
  type NativeBlock,
  nativeBlock,
  numberColumn,
  TextDictionary,
} from '../storage/native-block.ts';
import type { NormalisedUpload } from './normalise.ts';
import { WideList, WordList, wordAt } from './number-lists.ts';

/** A LowCardinality column that grows. */
class TextColumn {
  private readonly dictionary = new TextDictionary();
  private readonly numbers = new WordList();

  number(text: string): number {
    return this.dictionary.number(text);
  }

  push(number: number): void {
    this.numbers.push(number);
  }

  column(name: string) {
    return this.dictionary.column(name, this.numbers.view());
  }
}

const UPLOAD_TEXTS = ['service', 'environment', 'version', 'instance'] as const;
const TEXTS = [...UPLOAD_TEXTS, 'endpoint', 'span_name', 'type'] as const;

/** Rows of `spans` of many uploads, in the order they came: their ids are random, so the engine sorts them. */
export class SpanRows {
  private readonly traceIds = new WordList(); // row -> four words
  private readonly spanIds = new WideList();
  private readonly activeSpanIds = new WideList();
  private readonly texts = TEXTS.map(() => new TextColumn());
  private readonly startSeconds = new WordList();
  private readonly seconds = new WordList();
  private readonly stackIds = new WideList();
  private readonly values = new WideList();
  private readonly ticks = new WordList();

  get bytes(): number {
    return this.seconds.length * ROW_BYTES;
  }

  add({ meta, window, spans }: NormalisedUpload): void {
    if (spans.length === 0) return;
    const ofUpload = UPLOAD_TEXTS.map((name, column) => this.texts[column]!.number(meta[name]));
    for (const { type, span, endpoint, stack, value, ticks } of spans) {
      const { traceId, spanId, activeSpanId, name } = span;
      // A UUID is two halves of 64 bits, the upper one first, and each as a number.
      for (const at of [8, 0, 24, 16]) this.traceIds.push(wordAt(traceId, at));
      this.spanIds.push(wordAt(spanId, 8), wordAt(spanId, 0));
      this.activeSpanIds.push(wordAt(activeSpanId, 8), wordAt(activeSpanId, 0));
      ofUpload.forEach((number, column) => {
        this.texts[column]!.push(number);
      });
      [endpoint, name, type].forEach((text, i) => {
        const column = this.texts[UPLOAD_TEXTS.length + i]!;
        column.push(column.number(text));
      });
      this.startSeconds.push(window.startSeconds);
      this.seconds.push(window.seconds);
      this.stackIds.push(stack.idLow, stack.idHigh);
      this.values.pushNumber(value);
      this.ticks.push(ticks);
    }
  }

  block(): NativeBlock {
    return nativeBlock(
      [
        numberColumn('trace_id', 'UUID', this.traceIds.view()),
        numberColumn('span_id', 'UInt64', this.spanIds.view()),
        numberColumn('active_span_id', 'UInt64', this.activeSpanIds.view()),
        ...TEXTS.map((name, column) => this.texts[column]!.column(name)),
        numberColumn('window_start', "DateTime('UTC')", this.startSeconds.view()),
        numberColumn('seconds', 'UInt32', this.seconds.view()),
        numberColumn('stack_id', 'UInt64', this.stackIds.view()),
        numberColumn('value', 'UInt64', this.values.view()),
        numberColumn('ticks', 'UInt32', this.ticks.view()),
      ],
      this.seconds.length,
    );
  }
}

const ROW_BYTES = 90;
