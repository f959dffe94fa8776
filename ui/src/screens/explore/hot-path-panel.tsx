import { Fragment } from 'preact';
import { Icon } from '../../components/icon.tsx';
import { type HotPath, pathToShow } from '../../flame/hot-path.ts';
import { displayName } from '../../flame/labels.ts';
import type { FlameTree } from '../../flame/tree.ts';
import { formatPercent, type Measure, sayShare } from '../../format.ts';

interface HotPathProps {
  readonly tree: FlameTree;
  readonly path: HotPath | null;
  readonly focus: number;
  readonly measure: Measure;
  readonly coveredMs: number;
  readonly upwards: boolean; // bottom-up: the subject is where value was spent, the path its callers
  readonly kept: boolean; // shown while the next answer loads
  readonly onPick: (row: number) => void;
  readonly onFollow: () => void;
}

const nameOf = (tree: FlameTree, row: number): string =>
  row === 0 ? 'all' : displayName(tree.frames.name[tree.frame[row]!] ?? '');

/** A function without a name is known by its file. */
function whereOf(tree: FlameTree, row: number): string {
  const file = tree.frames.file[tree.frame[row]!] ?? '';
  return nameOf(tree, row).startsWith('(anonymous)') && file !== '' ? ` in ${file}` : '';
}

/** The answer of the screen: one sentence, and the path it is about. */
export function HotPathPanel(props: HotPathProps) {
  const { tree, path, focus, measure, coveredMs } = props;
  const whole = tree.total[focus]!;
  if (path === null) {
    return (
      <section class="hotpath" aria-label="Hot path">
        <div class="grow">
          <h1>
            <span class="mono">{nameOf(tree, focus)}</span> calls nothing that was sampled.
          </h1>
          <div class="crumbs">
            <span class="say">
              {measure.long(whole, coveredMs)}, {formatPercent(whole / (tree.total[0]! || 1))} of
              all
            </span>
          </div>
        </div>
      </section>
    );
  }
  const rows = props.upwards ? path.rows.slice(0, 5) : pathToShow(tree, path);
  const leaf = props.upwards ? path.subject : rows.at(-1)!;
  // The sentence counts a function wherever it is called, the leaf only on this path.
  const here = leaf === path.subject && tree.total[leaf]! < path.subjectTotal ? ' here' : '';
  const share = sayShare(path.subjectTotal / (whole || 1));
  return (
    <section class={props.kept ? 'hotpath kept' : 'hotpath'} aria-label="Hot path">
      <div class="grow">
        <h1 title={nameOf(tree, path.subject)}>
          {props.upwards ? (
            <>
              {share} of {focus === 0 ? measure.subject : nameOf(tree, focus)}{' '}
              {focus === 0 && measure.perSecond ? 'is spent in' : 'comes from'}{' '}
            </>
          ) : focus === 0 ? (
            <>
              {share} of {measure.subject} {measure.verb}{' '}
            </>
          ) : (
            <>
              {share} of <span class="mono">{nameOf(tree, focus)}</span> {measure.verb}{' '}
            </>
          )}
          <span class="mono">{nameOf(tree, path.subject)}</span>
          {whereOf(tree, path.subject)}
          {props.upwards && focus === 0 ? ' itself' : ''}.
        </h1>
        <div class="crumbs">
          <span class="say hide-s">
            {measure.short(path.subjectTotal, coveredMs)} of {measure.long(whole, coveredMs)}
          </span>
          <span class="muted hide-s">·</span>
          {rows.map((row, i) => (
            <Fragment key={row}>
              {i > 0 && <Icon name={props.upwards ? 'left' : 'right'} />}
              <button
                type="button"
                class={row === leaf ? 'last' : ''}
                title={`Zoom to ${nameOf(tree, row)}`}
                style={{ '--letters': nameOf(tree, row).length }}
                onClick={() => props.onPick(row)}
              >
                {nameOf(tree, row)}
                {row === leaf &&
                  ` ${formatPercent(tree.total[row]! / (tree.total[0]! || 1))}${here}`}
              </button>
            </Fragment>
          ))}
        </div>
      </div>
      <button type="button" class="btn hide-s" onClick={props.onFollow}>
        Follow <span class="kbd">h</span>
      </button>
    </section>
  );
}
