import type { Deploy } from '@flamehouse/proto';
import { Fragment } from 'preact';
import { useMemo } from 'preact/hooks';
import { IntervalPlot } from '../../components/interval-plot.tsx';
import { chipOf, KIND_OF_STATE, VerdictChip } from '../../components/verdict-chip.tsx';
import { sayChange } from '../../format.ts';
import { type DeploysState, deploysUrl } from '../../state/deploys-url.ts';
import { go } from '../../state/location.ts';
import { formatMinute } from '../../time.ts';
import { DeployDrawer } from './deploy-drawer.tsx';
import { DeploySpark } from './deploy-line.tsx';
import { changeOf, dayWords, drawnInterval, rowLabel, rowScale, whyOf } from './deploy-words.ts';

interface DeployTableProps {
  readonly deploys: readonly Deploy[]; // newest first
  readonly state: DeploysState;
  readonly nowMs: number;
  readonly onChanged: (deploy: Deploy) => void;
}

const COLUMNS = 9;
const PLOT = { width: 168, height: 20 };
/** One row for each deploy, in days; the row that the address names is open. */
export function DeployTable(props: DeployTableProps) {
  const { deploys, nowMs } = props;
  const scale = useMemo(() => rowScale(deploys), [deploys]);
  const end = `${Math.round(scale * 100)}\u00a0%`;
  return (
    <div class="list-wrap">
      <table class="list deploys">
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Service</th>
            <th scope="col" class="hide-s">
              Version
            </th>
            <th scope="col">Verdict</th>
            <th scope="col" class="num">
              Change
            </th>
            <th scope="col" class="hide-m">
              <span class="axis" style={{ width: `${PLOT.width}px` }}>
                <span>−{end}</span>
                <span>same</span>
                <span>+{end}</span>
              </span>
            </th>
            <th scope="col" class="hide-m">
              Before │ after
            </th>
            <th scope="col" class="hide-s">
              Why
            </th>
            <th scope="col" class="hide-m">
              By
            </th>
          </tr>
        </thead>
        <tbody>
          {deploys.map((deploy, i) => (
            <Fragment key={deploy.id}>
              {(i === 0 || sameDay(deploys[i - 1]!.at, deploy.at) === false) && (
                <Day at={deploy.at} nowMs={nowMs} />
              )}
              <Row {...props} deploy={deploy} scale={scale} />
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const sameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

function Day({ at, nowMs }: { readonly at: number; readonly nowMs: number }) {
  const { day, date } = dayWords(at, nowMs);
  return (
    <tr class="group">
      <th scope="rowgroup" colSpan={COLUMNS}>
        {day} <span>{date}</span>
      </th>
    </tr>
  );
}

function Row(props: DeployTableProps & { readonly deploy: Deploy; readonly scale: number }) {
  const { deploy, state, scale } = props;
  const open = state.open === deploy.id;
  const url = deploysUrl({ ...state, open: open ? '' : deploy.id });
  const { kind } = chipOf(deploy.verdict);
  const change = changeOf(deploy);
  const interval = drawnInterval(deploy);
  const loud = (kind === 'more' || kind === 'less') && !deploy.expected;
  const toggle = (event: MouseEvent): void => {
    if ((event.target as HTMLElement).closest('a, button') === null) go(url);
  };
  return (
    <>
      <tr
        class={`${open ? 'open' : ''}${loud ? '' : ' calm'}`}
        onClick={toggle}
        data-deploy={deploy.id}
      >
        <td class="soft">{formatMinute(deploy.at)}</td>
        <td class="cut-name">
          <button
            type="button"
            class="svc"
            aria-expanded={open}
            aria-label={rowLabel(deploy)}
            title={deploy.service}
            onClick={() => go(url)}
          >
            {deploy.service}
          </button>
        </td>
        <td class="hide-s cut-name">
          <span class="mono" title={deploy.version}>
            {deploy.version}
          </span>
        </td>
        <td>
          <VerdictChip verdict={deploy.verdict} />
          {deploy.expected && <span class="tag">expected</span>}
        </td>
        <td class={`num ${loud && change !== null ? `t-${kind} strong` : 'soft'}`}>
          {change === null ? '–' : sayChange(change.value)}
        </td>
        <td class="hide-m">
          {interval !== null && interval.high - interval.low < 2 && (
            <IntervalPlot
              interval={interval}
              scale={{ min: -scale, max: scale }}
              kind={plotKind(deploy)}
              {...PLOT}
              say=""
            />
          )}
        </td>
        <td class="hide-m">
          <DeploySpark deploy={deploy} />
        </td>
        <td class="hide-s why" title={whyOf(deploy)}>
          {whyOf(deploy)}
        </td>
        <td class="hide-m cut-name muted">{deploy.author ?? '–'}</td>
      </tr>
      {open && (
        <tr class="drawer">
          <td colSpan={COLUMNS}>
            <DeployDrawer deploy={deploy} onChanged={props.onChanged} />
          </td>
        </tr>
      )}
    </>
  );
}

function plotKind(deploy: Deploy) {
  const { kind } = chipOf(deploy.verdict);
  if (kind === 'more' || kind === 'less' || kind === 'same') return kind;
  return KIND_OF_STATE['not-enough-data'];
}
