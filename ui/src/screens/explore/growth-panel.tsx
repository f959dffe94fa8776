import type { HeapGrowthAnswer } from '@flamehouse/proto';
import { apiUrl, getJson } from '../../api/client.ts';
import { useQuery } from '../../api/use-query.ts';
import { Empty, Failed, Progress, RowsSkeleton } from '../../components/states.tsx';
import { FILL_TOKENS, fillClass } from '../../flame/colours.ts';
import { displayName, secondLabel } from '../../flame/labels.ts';
import { formatBytes, formatCount, plural } from '../../format.ts';
import type { ExploreState } from '../../state/url.ts';
import { formatRange, formatSpan } from '../../time.ts';
import { openSandwich } from './frame-commands.ts';
import type { ExploreData } from './use-explore-data.ts';

const SITES_MAX = 200;
const NBSP = '\u00a0';

/** Which allocation sites hold more and more: a line through each, with the interval of its slope. */
export function GrowthPanel(props: { readonly state: ExploreState; readonly data: ExploreData }) {
  const { state, data } = props;
  const { service, type, environment, version, filter } = state;
  const question = { service, type, environment, version, filter, limit: SITES_MAX };
  const url = apiUrl('heap/growth', {
    ...question,
    from: Math.round(data.shown.from),
    to: Math.round(data.shown.to),
  });
  const { from, to } = state;
  const subject = apiUrl('heap/growth', {
    ...question,
    from,
    to,
    sel: JSON.stringify(state.selection),
  });
  const growth = useQuery<HeapGrowthAnswer>(url, (signal) => getJson(url, signal), subject);
  const answer = growth.data;
  if (answer === null)
    return (
      <section class="pane grow" aria-label="Heap growth">
        {growth.failure === null ? (
          <>
            <Progress />
            <RowsSkeleton rows={10} />
          </>
        ) : (
          <Failed failure={growth.failure} onRetry={growth.retry} />
        )}
      </section>
    );
  const range = formatRange(data.shown, data.nowMs);
  if (answer.points < POINTS_MIN)
    return (
      <Empty title={`Not enough heap profiles in ${range} to judge growth`}>
        <p>
          {plural(answer.points, 'step')} of {formatSpan(answer.stepMs)} had one; {POINTS_MIN} are
          needed. Choose a longer range, or wait until there are more.
        </p>
      </Empty>
    );
  return (
    <section class={growth.stale ? 'pane grow kept' : 'pane grow'} aria-label="Heap growth">
      {growth.stale && growth.loading && <Progress />}
      <Sentence answer={answer} />
      {answer.rows === 0 ? (
        <Empty title="No allocation site was alive in enough of the steps" />
      ) : (
        <SiteTable answer={answer} />
      )}
    </section>
  );
}

/** As many steps as the server needs for a line. */
const POINTS_MIN = 8;

const formatOf = ({ unit }: HeapGrowthAnswer) => (unit === 'bytes' ? formatBytes : formatCount);

function signed(value: number, format: (value: number) => string): string {
  const sign = value > 0 ? '+' : value < 0 ? '−' : '';
  return `${sign}${format(Math.abs(value))}`;
}

const nameOf = (answer: HeapGrowthAnswer, site: number): string =>
  displayName(answer.frames.name[answer.sites.stack[site]!.at(-1) ?? -1] ?? '');

/** What surely grows is first: the server sorts by the lower end of the interval. */
function Sentence({ answer }: { readonly answer: HeapGrowthAnswer }) {
  const { sites, total } = answer;
  const format = formatOf(answer);
  const grows = (sites.slopeLowPerHour[0] ?? 0) > 0;
  const sure = sites.slopeLowPerHour.filter((low) => low > 0).length;
  return (
    <div class="hotpath">
      <div class="grow">
        <h1>
          {grows ? (
            <>
              What <span class="mono">{nameOf(answer, 0)}</span> allocated grows by{' '}
              {format(sites.slopePerHour[0]!)} an hour.
            </>
          ) : (
            'No allocation site grows for sure.'
          )}
        </h1>
        <div class="crumbs">
          <span class="say">
            {grows && `${plural(sure, 'site')} for sure. `}
            {total !== null &&
              `The whole heap: ${signed(total.slopePerHour, format)} an hour (95${NBSP}%: ${signed(total.slopeLowPerHour, format)} to ${signed(total.slopeHighPerHour, format)}).`}
          </span>
        </div>
      </div>
    </div>
  );
}

function SiteTable({ answer }: { readonly answer: HeapGrowthAnswer }) {
  const shown = answer.sites.functionId.length;
  return (
    <section
      class="table-wrap"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region that the keyboard must reach.
      tabIndex={0}
      aria-label="Allocation sites"
    >
      <table class="tbl growth">
        <thead>
          <tr>
            <th scope="col">Allocated by</th>
            <th scope="col" class="num hide-m">
              At start
            </th>
            <th scope="col" class="num hide-s">
              At end
            </th>
            <th scope="col" class="num">
              An hour
            </th>
            <th scope="col" class="num sorted" aria-sort="descending">
              95{NBSP}% interval ↓
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.sites.functionId.map((id, site) => (
            <SiteRow key={id} answer={answer} site={site} />
          ))}
          {answer.rows > shown && (
            <tr class="more-row">
              <td colSpan={5}>
                {plural(answer.rows - shown, 'more site')} with a smaller slope are not loaded.
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </section>
  );
}

function SiteRow({ answer, site }: { readonly answer: HeapGrowthAnswer; readonly site: number }) {
  const { frames, sites } = answer;
  const frame = sites.stack[site]!.at(-1) ?? -1;
  const described = {
    kind: frames.kind[frame] ?? 'native',
    file: frames.file[frame] ?? '',
    package: frames.package[frame] ?? '',
  };
  const name = nameOf(answer, site);
  const format = formatOf(answer);
  const sure = sites.slopeLowPerHour[site]! > 0;
  return (
    <tr>
      <td class="fn" title={`${name} · ${described.file}`}>
        <span class="sw" style={{ background: `var(${FILL_TOKENS[fillClass(described)]})` }} />
        <button
          type="button"
          class="link mono"
          title={`Callers and callees of ${name}`}
          onClick={() => openSandwich(sites.functionId[site]!, name)}
        >
          {name}
        </button>
        <span class="pk">{secondLabel(described, name)}</span>
      </td>
      <td class="num soft hide-m">{format(sites.start[site]!)}</td>
      <td class="num soft hide-s">{format(sites.end[site]!)}</td>
      <td class="num">
        {sure ? (
          <b class="strong">▲ {signed(sites.slopePerHour[site]!, format)}</b>
        ) : (
          signed(sites.slopePerHour[site]!, format)
        )}
      </td>
      <td class="num soft">
        {signed(sites.slopeLowPerHour[site]!, format)} …{' '}
        {signed(sites.slopeHighPerHour[site]!, format)}
      </td>
    </tr>
  );
}
