import {
  buildCallTree,
  decodeProfile,
  encodeProfile,
  formatSelector,
  mergeCallTrees,
  PrefixTree,
  ProfileBuilder,
  ProfileError,
  parseSelector,
  pruneCallTree,
  sumByFunction,
} from '@flamehouse/proto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wireBytes } from '../support/wire-text.ts';

// fast-check prints the seed and the path of a failure; SEED=… repeats a run.
fc.configureGlobal({
  numRuns: 300,
  ...(process.env['SEED'] ? { seed: Number(process.env['SEED']) } : {}),
});

const stacks = fc.array(
  fc.record({
    stack: fc.array(fc.nat(4), { maxLength: 8 }),
    value: fc.integer({ min: 1, max: 1_000_000 }),
  }),
  { maxLength: 30 },
);

const sum = (values: Iterable<number>) => [...values].reduce((a, b) => a + b, 0);

function treeOf(samples: { stack: number[]; value: number }[]) {
  return buildCallTree(
    samples.map(({ stack }) => stack),
    samples.map(({ value }) => value),
  );
}

/** The tree as sorted `path total self` lines, so that row numbers do not matter. */
function paths(tree: ReturnType<typeof buildCallTree>): string[] {
  const path: string[] = [];
  return tree.parent
    .map((parent, row) => {
      path[row] = parent < 0 ? '' : `${path[parent]};${tree.func[row]}`;
      return `${path[row]} ${tree.total[row]} ${tree.self[row]}`;
    })
    .sort();
}

test('selfs sum to the root, and children fit inside their parent', () => {
  fc.assert(
    fc.property(stacks, (samples) => {
      const tree = treeOf(samples);
      expect(sum(tree.self)).toBe(tree.total[0]);
      const children = tree.parent.map(() => 0);
      tree.parent.forEach((parent, row) => {
        if (parent >= 0) children[parent]! += tree.total[row]!;
      });
      tree.total.forEach((total, row) => {
        expect(children[row]! + tree.self[row]!).toBe(total);
      });
    }),
  );
});

test('a tree that knows more stacks folds some of them as if they were all', () => {
  fc.assert(
    fc.property(stacks, stacks, (samples, others) => {
      const known = new PrefixTree();
      const leaves: number[] = [];
      samples.forEach(({ stack }, i) => {
        if (others[i] !== undefined) known.add(others[i].stack);
        leaves.push(known.add(stack));
      });
      const sums = new Map([['', 0]]);
      for (const { stack, value } of samples) {
        for (let depth = 0; depth <= stack.length; depth++) {
          const path = stack
            .slice(0, depth)
            .map((frame) => `;${frame}`)
            .join('');
          sums.set(path, (sums.get(path) ?? 0) + value);
        }
      }
      const folded = known.fold(
        leaves,
        samples.map(({ value }) => value),
      );
      const path = [''];
      const totals = Array.from(folded.total, (total, row) => {
        if (row > 0) path[row] = `${path[folded.parent[row]!]};${folded.func[row]}`;
        return [path[row], total] as const;
      });
      expect(new Map(totals)).toEqual(sums);
      expect(sum(Array.from(folded.self))).toBe(folded.total[0]);
    }),
  );
});

test('merge does not care about order or about how the samples were parted', () => {
  fc.assert(
    fc.property(stacks, fc.nat(30), (samples, cut) => {
      const first = treeOf(samples.slice(0, cut));
      const second = treeOf(samples.slice(cut));
      expect(paths(mergeCallTrees([first, second]))).toEqual(paths(treeOf(samples)));
      expect(paths(mergeCallTrees([second, first]))).toEqual(paths(treeOf(samples)));
    }),
  );
});

test('pruning keeps at most the nodes asked for, and what is folded accounts for the rest', () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 1, max: 40 }), (samples, nodesMax) => {
      const tree = treeOf(samples);
      const pruned = pruneCallTree(tree, nodesMax);
      expect(pruned.tree.parent.length).toBe(Math.min(nodesMax, tree.parent.length));
      expect(pruned.foldedNodes).toBe(tree.parent.length - pruned.tree.parent.length);
      expect(sum(pruned.folded)).toBe(pruned.foldedNodes);
      expect(sum(pruned.tree.self) + pruned.foldedValue).toBe(tree.total[0]);
      pruned.row.forEach((old, row) => {
        expect([pruned.tree.total[row], pruned.tree.func[row]]).toEqual([
          tree.total[old],
          tree.func[old],
        ]);
      });
    }),
  );
});

test('sums by function equal those of the tree when nothing recurses', () => {
  const straight = fc.array(
    fc.record({
      stack: fc.uniqueArray(fc.nat(9), { maxLength: 8 }),
      value: fc.integer({ min: 1, max: 1000 }),
    }),
  );
  fc.assert(
    fc.property(straight, (samples) => {
      const tree = treeOf(samples);
      const identity = Array.from({ length: 10 }, (_, i) => i);
      const sums = sumByFunction(
        samples.map((s) => s.stack),
        samples.map((s) => s.value),
        identity,
        10,
      );
      for (const func of identity) {
        const rows = tree.func.flatMap((f, row) => (f === func ? [row] : []));
        expect(sums.self[func]).toBe(sum(rows.map((row) => tree.self[row]!)));
        expect(sums.total[func]).toBe(sum(rows.map((row) => tree.total[row]!)));
      }
    }),
  );
});

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const label = fc.oneof(
  fc.record({
    key: text,
    str: fc.string({ minLength: 1, maxLength: 8 }),
    num: fc.constant(null),
    numUnit: fc.constant(''),
  }),
  fc.record({
    key: text,
    str: fc.constant(''),
    num: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    numUnit: text,
  }),
);
const profile = fc
  .record({
    types: fc.array(fc.record({ type: text, unit: text }), { minLength: 1, maxLength: 4 }),
    frames: fc.array(
      fc.record({
        name: text,
        file: text,
        systemName: text,
        startLine: fc.nat(9999),
        line: fc.nat(9999),
      }),
      { minLength: 1, maxLength: 12 },
    ),
    samples: fc.array(
      fc.record({
        stack: fc.array(fc.nat(11), { maxLength: 20 }),
        values: fc.array(fc.maxSafeNat(), { minLength: 4, maxLength: 4 }),
        labels: fc.array(label, { maxLength: 3 }),
      }),
      { maxLength: 20 },
    ),
    timeNanos: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    period: fc.maxSafeNat(),
    comments: fc.array(text, { maxLength: 3 }),
  })
  .map(({ types, frames, samples, timeNanos, period, comments }) => {
    const builder = new ProfileBuilder(types);
    for (const { stack, values, labels } of samples) {
      const rows = stack.map((i) => builder.frame(frames[i % frames.length]!));
      builder.addSample(
        rows,
        values.slice(0, types.length).map((v) => Math.floor(v / 64)),
        labels,
      );
    }
    return builder.build({
      timeNanos,
      durationNanos: 15n,
      periodType: types[0]!,
      period,
      comments,
    });
  });

/** What decoding cannot know: a system name equal to the name, or standing in for an empty one. */
function asDecoded(p: ReturnType<ProfileBuilder['build']>) {
  const { name, systemName } = p.functions;
  return {
    ...p,
    functions: {
      ...p.functions,
      name: name.map((n, i) => (n === '' ? systemName[i]! : n)),
      systemName: systemName.map((s, i) => (s === name[i] ? '' : s)),
    },
  };
}

test('decode after encode is the same', () => {
  fc.assert(
    fc.property(profile, (p) => {
      expect(decodeProfile(encodeProfile(p))).toEqual(asDecoded(p));
    }),
  );
});

test('damaged bytes give a typed error or a valid profile, never anything else', () => {
  fc.assert(
    fc.property(
      profile,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      (p, damage) => {
        const bytes = encodeProfile(p);
        for (const [at, byte] of damage) bytes[at % bytes.length] = byte;
        try {
          decodeProfile(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProfileError);
        }
      },
    ),
  );
});

test('random bytes give a typed error or a valid profile', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeProfile(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ProfileError);
      }
    }),
  );
});

test('values sum to the same through pprof-format and our decoder', () => {
  const values = fc.array(fc.bigInt({ min: 0n, max: 2n ** 62n }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(values, (all) => {
      const bytes = wireBytes({
        samples: all.map((value) => ({ locations: [1], values: [value] })),
        locations: [{ id: 1, lines: [[1, 1]] }],
        functions: [{ id: 1, name: 'f' }],
      });
      expect([...decodeProfile(bytes).values].map(BigInt)).toEqual(all);
    }),
  );
});

test('a selector reads back', () => {
  const matcher = fc.record({
    name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.]{0,10}$/),
    op: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
    value: fc.string({ unit: 'binary', maxLength: 20 }),
  });
  fc.assert(
    fc.property(fc.array(matcher, { maxLength: 5 }), (matchers) => {
      expect(parseSelector(formatSelector(matchers))).toEqual(matchers);
    }),
  );
});
