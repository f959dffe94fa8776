import type { FrameColumns } from '@flamehouse/proto';
import { useState } from 'preact/hooks';
import { FILL_TOKENS, fillClass } from '../flame/colours.ts';
import { displayName, secondLabel } from '../flame/labels.ts';
import { foldRuns, type StackPart } from './stack-parts.ts';

/** One stack in lines, outermost caller first; runs of frames of node are one line until they are opened. */
export function StackList(props: {
  readonly frames: FrameColumns;
  readonly stack: readonly number[];
}) {
  const { frames, stack } = props;
  return (
    <ol class="stack">
      {foldRuns(frames, stack).map((part) => (
        <Part key={part.at} frames={frames} part={part} leafAt={stack.length - 1} />
      ))}
    </ol>
  );
}

function Part(props: {
  readonly frames: FrameColumns;
  readonly part: StackPart;
  readonly leafAt: number;
}) {
  const { frames, part, leafAt } = props;
  const [open, setOpen] = useState(false);
  if (part.folded && !open)
    return (
      <li class="quiet">
        <button type="button" class="fold" onClick={() => setOpen(true)}>
          ⋯ {part.frames.length} frames of node
        </button>
      </li>
    );
  return (
    <>
      {part.frames.map((frame, i) => (
        // A function may be on a stack more than once, so only its place tells it apart.
        <Frame key={i} frames={frames} frame={frame} leaf={part.at + i === leafAt} />
      ))}
    </>
  );
}

function Frame(props: {
  readonly frames: FrameColumns;
  readonly frame: number;
  readonly leaf: boolean;
}) {
  const { frames, frame, leaf } = props;
  const of = {
    kind: frames.kind[frame]!,
    file: frames.file[frame]!,
    package: frames.package[frame]!,
  };
  const name = displayName(frames.name[frame]!);
  const line = frames.line[frame]!;
  const where = secondLabel(of, name);
  const place = of.kind === 'user' && line > 0 ? `${where}:${line}` : where;
  return (
    <li class={leaf ? 'leaf' : of.kind === 'runtime' ? 'quiet' : ''}>
      <span class="sw" style={{ background: `var(${FILL_TOKENS[fillClass(of)]})` }} />
      <span class="fn" title={name} style={{ '--letters': name.length }}>
        {name}
      </span>
      <span class="at" title={place}>
        {place}
      </span>
    </li>
  );
}
