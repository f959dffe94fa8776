import { readFileSync } from 'node:fs';
import {
  type CompareInput,
  compare,
  type DiffAnswer,
  type DiffFlamegraphAnswer,
  type FrameKind,
  PROFILE_TYPE_OF_ALIAS,
  parseProfileType,
} from '@flamehouse/proto';
import { diffAnswer } from '../../server/src/compare/diff-answer.ts';
import { diffFlamegraph } from '../../server/src/compare/diff-flamegraph.ts';
import type { DiffResult } from '../../server/src/compare/run-diff.ts';
import { readSide } from '../../server/src/compare/side.ts';
import type { SelectedStacks } from '../../server/src/storage/profile-store.ts';
import { compareInput } from './compare-input.ts';
import { fakeId } from './ui-fixture-tree.ts';

const TEXT = readFileSync(new URL('../fixtures/ui/diff.txt', import.meta.url), 'utf8');
const MINUTE_MS = 60_000;

/** Function -> where it is; what is not named belongs to the runtime. */
const FILES: Readonly<Record<string, string>> = {
  handleCheckout: 'src/routes/checkout.ts',
  getCart: 'src/routes/cart.ts',
  listOffers: 'src/routes/offers.ts',
  priceCart: 'src/pricing/price-cart.ts',
  loadPriceRules: 'src/pricing/rules.ts',
  deserializeConfig: 'src/pricing/config.ts',
  normaliseRule: 'src/pricing/config.ts',
  lookupCached: 'src/pricing/cache.ts',
  applyDiscounts: 'src/pricing/discounts.ts',
  matchRule: 'src/pricing/discounts.ts',
  reserveStock: 'src/stock/reserve.ts',
  retryRequest: 'src/stock/retry.ts',
  saveOrder: 'src/orders/save.ts',
  findCart: 'src/carts/find.ts',
  rankOffers: 'src/offers/rank.ts',
};
const PACKAGES: Readonly<Record<string, string>> = {
  validate: 'ajv',
  request: 'undici',
  query: 'pg',
  serialize: 'fast-json-stringify',
  verifyToken: '@fastify/jwt',
  handleMessage: 'pg',
  route: 'fastify',
};
const KINDS: Readonly<Record<string, FrameKind>> = {
  GarbageCollection: 'gc',
  'JSON.parse': 'native',
};

function kindOf(name: string): FrameKind {
  if (name in FILES) return 'user';
  return KINDS[name] ?? (name in PACKAGES ? 'dependency' : 'runtime');
}

const fileOf = (name: string): string =>
  FILES[name] ?? (name in PACKAGES ? `${PACKAGES[name]}/index.js` : '');

/** Ten minutes of two instances a side, compared by the real engine. `same`: head is base again. */
function resultOf(same: boolean, nowMs: number): DiffResult {
  const text = same ? TEXT.replaceAll(/\|.*$/gm, (_, at) => `| ${baseTicks(TEXT, at)}`) : TEXT;
  const plain = compareInput(text, {
    requests: [24_000, 24_200, 24_600, 24_400],
    kinds: Object.fromEntries(namesOf(text).map((name) => [name, kindOf(name)])),
  });
  const input: CompareInput = {
    ...plain,
    functions: plain.functions.map((one) => ({
      ...one,
      id: fakeId(one.name),
      file: fileOf(one.name),
    })),
  };
  const end = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS;
  const kept = {
    base: { from: end - 42 * MINUTE_MS, to: end - 32 * MINUTE_MS },
    head: { from: end - 12 * MINUTE_MS, to: end - 2 * MINUTE_MS },
  };
  return {
    input,
    comparison: compare(input),
    kept,
    stacks: [stacksOf(text, 0), stacksOf(text, 1)],
  };
}

const namesOf = (text: string): string[] =>
  [...new Set(text.split('\n').flatMap((line) => line.trim().split(/\s/)[0]!.split(';')))].filter(
    (name) => name !== '',
  );

/** The ticks before the `|` at an offset, so that both sides are the same process for process. */
function baseTicks(text: string, at: number): string {
  const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
  return line.trim().split(/\s+/).slice(1).join(' ');
}

function stacksOf(text: string, side: 0 | 1): SelectedStacks {
  const names = namesOf(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const column = <T>(of: (name: string) => T): T[] => names.map(of);
  return {
    range: { from: 0, to: 1 },
    tier: 'minute',
    frames: {
      id: column(fakeId),
      functionId: column(fakeId),
      name: names,
      file: column(fileOf),
      package: column((name) => PACKAGES[name] ?? ''),
      kind: column(kindOf),
      line: column(() => 1),
    },
    stacks: lines.map((line) =>
      Uint32Array.from(line.trim().split(/\s/)[0]!.split(';'), (name) => names.indexOf(name)),
    ),
    values: Float64Array.from(lines, (line) => {
      const ticks = line.split('|')[side]!.match(/\d+/g)!.map(Number);
      return ticks.reduce((sum, count) => sum + count, 0);
    }),
  };
}

/** What `GET /diff` and `GET /diff/flamegraph` answer. A version called `same` is what base is. */
export async function comparisonOf(
  params: URLSearchParams,
): Promise<{ readonly diff: DiffAnswer; readonly tree: DiffFlamegraphAnswer }> {
  const nowMs = Date.now();
  const side = (parameter: 'base' | 'head') =>
    readSide(
      { parameter, selector: params.get(parameter) ?? '', service: params.get('service') ?? '' },
      nowMs,
    );
  const sides = { base: side('base'), head: side('head') };
  const type = PROFILE_TYPE_OF_ALIAS.cpu ?? parseProfileType('cpu');
  const result = resultOf(params.get('head') === 'version:same', nowMs);
  return {
    diff: diffAnswer(sides, result, { type, limit: 10_000 }),
    tree: await diffFlamegraph(sides, result, { type, maxNodes: 8_192 }),
  };
}
