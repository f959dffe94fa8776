import type { FrameKind, FunctionSeriesAnswer, FunctionsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { Sparkline } from '../../components/sparkline.tsx';
import { displayName } from '../../flame/labels.ts';
import type { FlameTree } from '../../flame/tree.ts';
import { formatPercent, type Measure, plural } from '../../format.ts';
import { functionHistory } from '../../series.ts';
import { copyText } from '../../state/toast.ts';
import { openSource } from './frame-commands.ts';
import type { Links } from './links.ts';
import { SampleWords } from './sample-words.tsx';
import { TracesLink } from './traces-link.tsx';
import type { SampleCount } from './use-history.ts';

interface DetailsProps {
  readonly tree: FlameTree | null;
  readonly functions: FunctionsAnswer | null;
  readonly focus: number;
  readonly current: number; // row shown while nothing is pointed at
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly links: Links;
  readonly callers: FlameTree | null; // the upper half of a sandwich, where no value is a frame's own
  readonly upwards: boolean; // the tree is bottom-up: the same
  readonly whole: number; // what "of all" means
  readonly history: FunctionSeriesAnswer | null;
  readonly samples: SampleCount | null;
  readonly onZoom: (tree: FlameTree, row: number) => void;
  readonly onSandwich: (functionId: string, name: string) => void;
  readonly onZoomFunction: (functionId: string) => void;
}

const KINDS: Readonly<Record<FrameKind, string>> = {
  user: 'your code',
  dependency: 'package',
  runtime: 'node',
  gc: 'GC',
  native: 'native',
  idle: 'idle',
};

/** Always there, never moves the graph: what is pointed at, else what is picked. */
export function Details(props: DetailsProps) {
  const { links, functions } = props;
  const hovered = links.hovered.value;
  const functionId =
    links.hoverFunction.value || (hovered !== null ? '' : links.selectedFunction.value);
  const at =
    functions === null || functionId === '' ? -1 : functions.functions.id.indexOf(functionId);
  if (at >= 0) return <FunctionDetails {...props} functions={functions!} at={at} />;
  const tree = hovered?.tree ?? props.tree;
  if (tree === null) return <section class="details" aria-label="Details" />;
  const row = hovered !== null && hovered.row < tree.count ? hovered.row : props.current;
  return row < 0 || row >= tree.count ? (
    <section class="details" aria-label="Details" />
  ) : (
    <RowDetails {...props} tree={tree} row={row} />
  );
}

function FunctionDetails(
  props: DetailsProps & { readonly functions: FunctionsAnswer; readonly at: number },
) {
  const { functions, at, measure, coveredMs } = props;
  const f = functions.functions;
  const whole = functions.total || 1;
  return (
    <section class="details" aria-label="Details">
      <div class="grow">
        <Title
          name={displayName(f.name[at]!)}
          kind={f.kind[at]!}
          where={f.file[at]!}
          owner={f.package[at]!}
        />
        <div class="facts">
          <span>
            <b>{measure.short(f.self[at]!, coveredMs)}</b> {measure.column} self
          </span>
          <span>
            <b>{measure.short(f.total[at]!, coveredMs)}</b> {measure.column} total
          </span>
          <span>
            <b>{formatPercent(f.total[at]! / whole)}</b> of all
          </span>
        </div>
      </div>
      <History {...props} functionId={f.id[at]!} />
      <SandwichButton {...props} functionId={f.id[at]!} name={f.name[at]!} />
      {f.file[at] !== '' && <SourceButton functionId={f.id[at]!} name={f.name[at]!} />}
      <TracesLink functionId={f.id[at]!} name={f.name[at]!} />
      <button type="button" class="btn hide-m" onClick={() => props.onZoomFunction(f.id[at]!)}>
        <Icon name="explore" /> Zoom to widest
      </button>
      <CopyName name={f.name[at]!} />
    </section>
  );
}

function RowDetails(props: DetailsProps & { readonly tree: FlameTree; readonly row: number }) {
  const { tree, row, focus, measure, coveredMs } = props;
  const frame = tree.frame[row]!;
  const { frames } = tree;
  const line = frames.line[frame] ?? 0;
  const file = frames.file[frame] ?? '';
  const callersOnly = props.upwards || tree === props.callers;
  const functionId = frames.functionId[frame] ?? '';
  const at = props.functions?.functions.id.indexOf(functionId) ?? -1;
  const everywhere = at < 0 || callersOnly ? 0 : props.functions!.functions.total[at]!;
  const name =
    frame >= 0
      ? displayName(frames.name[frame]!)
      : frame === -1
        ? 'all'
        : plural(tree.folded[row]!, 'smaller frame');
  return (
    <section class="details" aria-label="Details">
      <div class="grow">
        <Title
          name={name}
          kind={functionId === '' ? null : frames.kind[frame]!}
          where={file === '' || line === 0 ? file : `${file}:${line}`}
          owner={frames.package[frame] ?? ''}
        />
        <div class="facts">
          {frame !== -2 && !callersOnly && (
            <span>
              <b>{measure.short(tree.self[row]!, coveredMs)}</b> {measure.column} self
            </span>
          )}
          <span>
            <b>{measure.short(tree.total[row]!, coveredMs)}</b> {measure.column} total
          </span>
          <span>
            <b>{formatPercent(tree.total[row]! / (props.whole || tree.total[0]! || 1))}</b> of all
          </span>
          {everywhere > tree.total[row]! && (
            <span title="Exact, over all stacks that it is in">
              <b>{formatPercent(everywhere / (props.functions?.total || 1))}</b> everywhere
            </span>
          )}
          {focus > 0 && row >= focus && row < tree.end[focus]! && (
            <span>
              <b>{formatPercent(tree.total[row]! / (tree.total[focus]! || 1))}</b> of focus
            </span>
          )}
          {frame >= 0 && functionId === '' && (
            <span class="hide-s">each calls one other; click to open them</span>
          )}
          {frame === -2 && <span class="hide-s">folded by the server; click to load them</span>}
        </div>
      </div>
      {functionId !== '' && <History {...props} functionId={functionId} />}
      {functionId !== '' && <SandwichButton {...props} functionId={functionId} name={name} />}
      {file !== '' && <SourceButton functionId={functionId} name={name} />}
      {frame >= 0 && <TracesLink functionId={functionId} name={name} />}
      {row > 0 && row !== focus && frame >= 0 && (
        <button type="button" class="btn hide-m" onClick={() => props.onZoom(tree, row)}>
          <Icon name="explore" /> Zoom
        </button>
      )}
      {functionId !== '' && <CopyName name={frames.name[frame]!} />}
    </section>
  );
}

function Title(props: {
  readonly name: string;
  readonly kind: FrameKind | null;
  readonly where: string;
  readonly owner: string;
}) {
  return (
    <div class="row-flex">
      <span class="name" title={props.name}>
        {props.name}
      </span>
      {props.kind !== null && (
        <span class="tag">
          {props.kind === 'dependency' ? props.owner || 'package' : KINDS[props.kind]}
        </span>
      )}
      <span class="muted mono clip where" title={props.where}>
        {props.where}
      </span>
    </div>
  );
}

function SandwichButton(
  props: DetailsProps & { readonly functionId: string; readonly name: string },
) {
  return (
    <button
      type="button"
      class="btn"
      onClick={() => props.onSandwich(props.functionId, displayName(props.name))}
    >
      <Icon name="sandwich" /> Callers
    </button>
  );
}

function SourceButton(props: { readonly functionId: string; readonly name: string }) {
  const name = displayName(props.name);
  return (
    <button type="button" class="btn" onClick={() => openSource(props.functionId, name)}>
      <Icon name="source" /> Source
    </button>
  );
}

/** How the share of the function went over the range and on how many samples it stands, once the answer about this function is there. */
function History(props: DetailsProps & { readonly functionId: string }) {
  const { history } = props;
  const found = history?.functionId === props.functionId ? functionHistory(history) : null;
  return (
    <figure class="history" aria-label={found === null ? 'History' : `History: ${found.words}`}>
      {found !== null && (
        <>
          <Sparkline line={found.line} range={found.range} />
          <figcaption>
            <span>{found.words}</span>
            <SampleWords count={props.samples} functionId={props.functionId} />
          </figcaption>
        </>
      )}
    </figure>
  );
}

function CopyName({ name }: { readonly name: string }) {
  return (
    <button type="button" class="btn hide-m" onClick={() => copyText(name, 'Name copied')}>
      <Icon name="copy" /> Copy name
    </button>
  );
}
