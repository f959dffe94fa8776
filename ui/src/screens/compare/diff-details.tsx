import type { DiffAnswer, DiffFunction } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { sayDelta } from '../../flame/diff-rows.ts';
import type { DiffGraph } from '../../flame/diff-tree.ts';
import { displayName } from '../../flame/labels.ts';
import { functionIdOf } from '../../flame/tree.ts';
import { sayChange } from '../../format.ts';
import { copyText } from '../../state/toast.ts';
import type { Links } from '../explore/links.ts';
import { isChanged, partOf } from './diff-rows-table.ts';
import { type SizeWords, sayPoints, sayProbability, sayRange } from './size-words.ts';

interface DiffDetailsProps {
  readonly diff: DiffAnswer;
  readonly graphs: readonly DiffGraph[]; // that are on the screen, the first is the main one
  readonly current: number; // row of the first graph, shown while nothing is pointed at
  readonly links: Links;
  readonly words: SizeWords;
  readonly onOpen: (functionId: string, name: string) => void;
}

/** Always there, never moves the graph: both values of what is pointed at, else of what is picked. */
export function DiffDetails(props: DiffDetailsProps) {
  const { diff, graphs, links, words } = props;
  const hovered = links.hovered.value;
  const functionId =
    links.hoverFunction.value || (hovered === null ? links.selectedFunction.value : '');
  const graph = graphs.find(({ tree }) => tree === hovered?.tree) ?? graphs[0];
  const row = hovered !== null && graph?.tree === hovered.tree ? hovered.row : props.current;
  const ofRow = graph === undefined || functionId !== '' ? '' : functionIdOf(graph.tree, row);
  const id = functionId || ofRow;
  const known = diff.functions.find((one) => one.id === id) ?? null;
  const frame = graph?.tree.frame[row] ?? -1;
  const isRest = functionId === '' && frame === -2;
  const name =
    known !== null ? displayName(known.name) : isRest ? 'Smaller frames' : 'The whole service';
  return (
    <section class="details" aria-label="Details">
      <div class="grow">
        <div class="row-flex">
          <span class="name" title={name}>
            {name}
          </span>
          {known !== null && (
            <span class="muted mono clip where" title={known.file}>
              {known.file || known.kind}
            </span>
          )}
        </div>
        <div class="facts">
          {functionId === '' && graph !== undefined && (
            <Place graph={graph} row={row} words={words} whole={frame < 0} />
          )}
          {known !== null && <Whole row={known} words={words} here={functionId === ''} />}
          {known === null && !isRest && <WholeService diff={diff} />}
        </div>
      </div>
      {known !== null && (
        <>
          <button
            type="button"
            class="btn hide-s"
            onClick={() => props.onOpen(known.id, known.name)}
          >
            <Icon name="explore" /> Show in Explore
          </button>
          <button
            type="button"
            class="btn hide-m"
            onClick={() => copyText(known.name, 'Name copied')}
          >
            <Icon name="copy" /> Copy name
          </button>
        </>
      )}
    </section>
  );
}

/** The values of one place in the graph. */
function Place(props: {
  readonly graph: DiffGraph;
  readonly row: number;
  readonly words: SizeWords;
  readonly whole: boolean;
}) {
  const { rows } = props.graph;
  const { row, words } = props;
  return (
    <span>
      {!props.whole && 'here '}
      <b>
        {words.long(rows.base[row]!)} → {words.long(rows.head[row]!)}
      </b>
      {!props.whole && ` ${sayDelta(rows.delta[row]!)} of the service`}
    </span>
  );
}

/** What the comparison found of a function, wherever it is called. */
function Whole(props: {
  readonly row: DiffFunction;
  readonly words: SizeWords;
  readonly here: boolean;
}) {
  const { row, words, here } = props;
  const part = partOf(row);
  const moved = row.movedFrom;
  return (
    <>
      <span>
        {here ? 'in all ' : ''}
        <b>
          {words.long(part.base)} → {words.long(part.head)}
        </b>
      </span>
      <span>
        <b>{sayPoints(part.effect)}</b>
        {part.low !== null && part.high !== null && ` (${sayRange(part.low, part.high)})`}
      </span>
      {part.ofItself !== null && row.state !== 'gone' && (
        <span class="hide-s">
          <b>{sayChange(part.ofItself)}</b> of itself
        </span>
      )}
      <span class="hide-s">
        {part.q === null
          ? 'too small to test'
          : isChanged(row)
            ? `significant, q ${sayProbability(part.q)}`
            : `no significant change, q ${sayProbability(part.q)}`}
      </span>
      {row.state !== 'same' && <span class="tag">{row.state}</span>}
      {moved !== null && (
        <span>
          was <b>{displayName(moved.name)}</b> in {moved.file}
        </span>
      )}
    </>
  );
}

function WholeService({ diff }: { readonly diff: DiffAnswer }) {
  const { change, low, high } = diff.code;
  return (
    <span>
      <b>{sayChange(change)}</b>
      {high - low < 2 && ` (${sayChange(low)} … ${sayChange(high)})`}
    </span>
  );
}
