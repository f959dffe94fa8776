import type { FrameKind, FunctionsAnswer } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { displayName } from '../../flame/labels.ts';
import type { FlameTree } from '../../flame/tree.ts';
import { formatPercent, type Measure, plural } from '../../format.ts';
import { copyText } from '../../state/toast.ts';
import type { Links } from './links.ts';

interface DetailsProps {
  readonly tree: FlameTree | null;
  readonly functions: FunctionsAnswer | null;
  readonly focus: number;
  readonly current: number; // row shown while nothing is pointed at
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly links: Links;
  readonly onZoom: (row: number) => void;
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
  const { links, tree, functions } = props;
  const hovered = links.hoverRow.value;
  const functionId =
    links.hoverFunction.value || (hovered >= 0 ? '' : links.selectedFunction.value);
  const at =
    functions === null || functionId === '' ? -1 : functions.functions.id.indexOf(functionId);
  if (at >= 0) return <FunctionDetails {...props} functions={functions!} at={at} />;
  if (tree === null) return <section class="details" aria-label="Details" />;
  const row = hovered >= 0 && hovered < tree.count ? hovered : props.current;
  return row < 0 ? (
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
          <span class="hide-s">exact, over all stacks</span>
        </div>
      </div>
      <button type="button" class="btn hide-s" onClick={() => props.onZoomFunction(f.id[at]!)}>
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
          kind={frame >= 0 ? frames.kind[frame]! : null}
          where={file === '' || line === 0 ? file : `${file}:${line}`}
          owner={frames.package[frame] ?? ''}
        />
        <div class="facts">
          {frame !== -2 && (
            <span>
              <b>{measure.short(tree.self[row]!, coveredMs)}</b> {measure.column} self
            </span>
          )}
          <span>
            <b>{measure.short(tree.total[row]!, coveredMs)}</b> {measure.column} total
          </span>
          <span>
            <b>{formatPercent(tree.total[row]! / (tree.total[0]! || 1))}</b> of all
          </span>
          {focus > 0 && row >= focus && row < tree.end[focus]! && (
            <span>
              <b>{formatPercent(tree.total[row]! / (tree.total[focus]! || 1))}</b> of focus
            </span>
          )}
          {frame === -2 && <span class="hide-s">folded by the server; click to load them</span>}
        </div>
      </div>
      {row > 0 && row !== focus && frame >= 0 && (
        <button type="button" class="btn hide-s" onClick={() => props.onZoom(row)}>
          <Icon name="explore" /> Zoom
        </button>
      )}
      {frame >= 0 && <CopyName name={frames.name[frame]!} />}
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

function CopyName({ name }: { readonly name: string }) {
  return (
    <button type="button" class="btn hide-s" onClick={() => copyText(name, 'Name copied')}>
      <Icon name="copy" /> Copy name
    </button>
  );
}
