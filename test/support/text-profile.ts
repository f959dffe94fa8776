import { type CallTree, type Profile, ProfileBuilder, parseFolded } from '@flamehouse/proto';

/** Print a call tree for comparison by eye: two spaces a level, heaviest child first. */
export function formatCallTree(tree: CallTree, names: readonly string[]): string[] {
  const lines: string[] = [];
  const visit = (row: number, indent: string) => {
    const name = names[tree.func[row]!] ?? '(root)';
    lines.push(`${indent}${name} total=${tree.total[row]} self=${tree.self[row]}`);
    Array.from(tree.parent)
      .flatMap((parent, child) => (parent === row ? [child] : []))
      .sort((a, b) => tree.total[b]! - tree.total[a]! || a - b)
      .forEach((child) => {
        visit(child, `${indent}  `);
      });
  };
  visit(0, '');
  return lines;
}

/** A profile of one sample type from folded text; a frame is `name` or `name@file`. */
export function profileFromFolded(
  text: string,
  sampleType = { type: 'cpu', unit: 'nanoseconds' },
): Profile {
  const { names, stacks, values } = parseFolded(text);
  const builder = new ProfileBuilder([sampleType]);
  const rows = names.map((full) => {
    const [name = '', file = ''] = full.split('@');
    return builder.frame({ name, file, systemName: '', startLine: 0, line: 0 });
  });
  stacks.forEach((stack, i) => {
    builder.addSample(
      stack.map((name) => rows[name]!),
      [values[i]!],
    );
  });
  return builder.build({
    timeNanos: 1_700_000_000_000_000_000n,
    durationNanos: 15_000_000_000n,
    periodType: sampleType,
    period: 10_101_010,
  });
}
