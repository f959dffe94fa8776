import type { FrameColumns } from '@flamehouse/proto';
import { FILL_TOKENS, fillClass } from '../flame/colours.ts';
import { displayName, secondLabel } from '../flame/labels.ts';

/** One stack in lines, outermost caller first. Frames of node step back: they are on every stack. */
export function StackList(props: {
  readonly frames: FrameColumns;
  readonly stack: readonly number[];
}) {
  const { frames, stack } = props;
  return (
    <ol class="stack">
      {stack.map((frame, depth) => {
        const of = {
          kind: frames.kind[frame]!,
          file: frames.file[frame]!,
          package: frames.package[frame]!,
        };
        const name = displayName(frames.name[frame]!);
        const line = frames.line[frame]!;
        const where = secondLabel(of, name);
        const place = of.kind === 'user' && line > 0 ? `${where}:${line}` : where;
        const leaf = depth === stack.length - 1;
        const quiet = of.kind === 'runtime' && !leaf;
        return (
          // A function may be on a stack more than once, so only its place tells it apart.
          <li key={depth} class={leaf ? 'leaf' : quiet ? 'quiet' : ''}>
            <span class="sw" style={{ background: `var(${FILL_TOKENS[fillClass(of)]})` }} />
            <span class="fn" title={name}>
              {name}
            </span>
            <span class="at" title={place}>
              {place}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
