import {
  arrayColumn,
  type NativeBlock,
  nativeBlock,
  numberColumn,
  TextDictionary,
} from '../storage/native-block.ts';
import { tsvText } from '../storage/tsv.ts';
import type { NormalisedUpload } from './normalise.ts';
import { WideList, wideRows } from './number-lists.ts';

/** What all functions of one endpoint of one upload have in common. */
interface FunctionKey {
  readonly service: string;
  readonly environment: string;
  readonly version: string;
  readonly instance: string;
  readonly minute: number; // seconds since the epoch
  readonly endpoint: string;
}

const TEXTS = ['service', 'environment', 'version', 'instance', 'endpoint'] as const;
const MINUTE_SECONDS = 60;
const SORTED_SECONDS = 600;

/** Rows of `function_sums` of many uploads: one for all functions of an endpoint, in the order of the table. */
export class FunctionRows {
  private readonly keys: FunctionKey[] = [];
  private readonly ends: number[] = []; // key -> end of its functions
  private readonly ids = new WideList();
  private readonly sums = [new WideList(), new WideList(), new WideList(), new WideList()] as const;

  get bytes(): number {
    return this.ids.length * FUNCTION_BYTES + this.keys.length * KEY_BYTES;
  }

  add({ meta, window, functions, functionIds }: NormalisedUpload): void {
    const { service, environment, version, instance } = meta;
    const minute = window.startSeconds - (window.startSeconds % MINUTE_SECONDS);
    const idWords = functionIds.view();
    for (const sums of functions) {
      const { endpoint, functionRows, self, total, selfTicks, totalTicks } = sums;
      this.ids.pushWords(wideRows(idWords, functionRows));
      this.sums[0].pushNumbers(self);
      this.sums[1].pushNumbers(total);
      this.sums[2].pushNumbers(selfTicks);
      this.sums[3].pushNumbers(totalTicks);
      this.keys.push({ service, environment, version, instance, minute, endpoint });
      this.ends.push(this.ids.length);
    }
  }

  block(): NativeBlock {
    const order = [...this.keys.keys()].sort((a, b) => compareKeys(this.keys[a]!, this.keys[b]!));
    const keys = order.map((key) => this.keys[key]!);
    let end = 0;
    const ends = new WideList();
    for (const key of order) {
      end += this.countOf(key);
      ends.push(end, 0);
    }
    const texts = TEXTS.map((name) => {
      const dictionary = new TextDictionary();
      return dictionary.column(
        name,
        Uint32Array.from(keys, (key) => dictionary.number(key[name])),
      );
    });
    const array = (name: string, list: WideList) =>
      arrayColumn(name, { ends: ends.view(), numbers: this.gathered(order, list.view()) });
    const [self, total, selfTicks, totalTicks] = this.sums;
    return nativeBlock(
      [
        ...texts,
        numberColumn(
          'minute',
          "DateTime('UTC')",
          Uint32Array.from(keys, ({ minute }) => minute),
        ),
        array('function_id', this.ids),
        array('self', self),
        array('total', total),
        array('self_ticks', selfTicks),
        array('total_ticks', totalTicks),
      ],
      keys.length,
    );
  }

  /** Rows of `function_minutes_folded`, for segments that were begun when rows went there. */
  foldedLines(): Buffer {
    const lines = this.keys.map((key, number) => {
      const { service, environment, version, instance, minute, endpoint } = key;
      const texts = [service, environment, version, instance].map(tsvText);
      const columns = [this.ids, ...this.sums].map((list) => `[${this.numbersOf(number, list)}]`);
      return `${[...texts, minute, tsvText(endpoint), ...columns].join('\t')}\n`;
    });
    return Buffer.from(lines.join(''));
  }

  private numbersOf(key: number, list: WideList): bigint[] {
    const words = list.view();
    const from = this.ends[key - 1] ?? 0;
    return Array.from({ length: this.countOf(key) }, (_, i) => {
      const row = (from + i) * 2;
      return (BigInt(words[row + 1]!) << 32n) | BigInt(words[row]!);
    });
  }

  private countOf(key: number): number {
    return this.ends[key]! - (this.ends[key - 1] ?? 0);
  }

  private gathered(order: readonly number[], words: Uint32Array): Uint32Array {
    const gathered = new Uint32Array(words.length);
    let at = 0;
    for (const key of order) {
      const part = words.subarray((this.ends[key - 1] ?? 0) * 2, this.ends[key]! * 2);
      gathered.set(part, at);
      at += part.length;
    }
    return gathered;
  }
}

const FUNCTION_BYTES = 40;
const KEY_BYTES = 200;
/** The order of the table. */
function compareKeys(a: FunctionKey, b: FunctionKey): number {
  return (
    compare(a.service, b.service) ||
    compare(a.environment, b.environment) ||
    compare(a.version, b.version) ||
    Math.floor(a.minute / SORTED_SECONDS) - Math.floor(b.minute / SORTED_SECONDS) ||
    compare(a.instance, b.instance) ||
    compare(a.endpoint, b.endpoint) ||
    a.minute - b.minute
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
