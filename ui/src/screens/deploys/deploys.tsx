import type { DeploysAnswer, ServiceSummary } from '@flamehouse/proto';
import { useEffect, useRef } from 'preact/hooks';
import { useServices } from '../../api/use-services.ts';
import { Icon } from '../../components/icon.tsx';
import { Picker } from '../../components/picker.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { Shell } from '../../components/shell.tsx';
import { Failed, Notice, Progress, RowsSkeleton } from '../../components/states.tsx';
import { Glyph, type GlyphName } from '../../components/verdict-chip.tsx';
import { plural } from '../../format.ts';
import {
  DEPLOY_TABS,
  type DeploysState,
  type DeployTab,
  deploysUrl,
} from '../../state/deploys-url.ts';
import { deploysState, setDeploys } from '../../state/location.ts';
import { copyText } from '../../state/toast.ts';
import { formatClock, resolveRange } from '../../time.ts';
import { usePageKeys } from '../explore/use-explore-view.ts';
import { DeployTable } from './deploy-table.tsx';
import { listSentence, lookSentences } from './deploy-words.ts';
import { NoDeploys, NothingFound } from './nothing.tsx';
import { DEPLOYS_MAX, type DeploysData, useDeploys } from './use-deploys.ts';

/** Did anything that was shipped make it worse? */
export function DeploysScreen() {
  const state = deploysState.value;
  const services = useServices();
  const data = useDeploys(state);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = 'Deploys · Flamehouse';
  }, []);
  usePageKeys({
    '/': () => input.current?.focus(),
    Escape: () => state.open !== '' && setDeploys({ open: '' }),
  });
  return (
    <Shell
      title="Deploys"
      bar={
        <>
          <span class="title">Deploys</span>
          <Pickers state={state} services={services.data ?? []} />
          <span class="grow" />
          <label class="input hide-m deploy-search">
            <Icon name="search" />
            <input
              ref={input}
              aria-label="Search deploys"
              placeholder="Version, author, service"
              value={state.search}
              onInput={(event) => setDeploys({ search: event.currentTarget.value }, 'replace')}
            />
          </label>
          <RangePicker
            from={state.from}
            to={state.to}
            nowMs={data.nowMs}
            onPick={(from, to) => setDeploys({ from, to })}
          />
          <button type="button" class="btn hide-m" onClick={() => copyLink(state, data.nowMs)}>
            <Icon name="link" /> Copy link
          </button>
        </>
      }
    >
      <Body state={state} data={data} />
    </Shell>
  );
}

/** The list as it stands: times that do not move on. */
function copyLink(state: DeploysState, nowMs: number): void {
  const { from, to } = resolveRange(state.from, state.to, nowMs);
  const fixed = { ...state, from: String(from), to: String(to) };
  copyText(`${window.location.origin}${deploysUrl(fixed)}`, 'Link copied');
}

const options = (values: readonly string[], current: string, any: string) => [
  { value: '', label: any },
  ...[...new Set([...values, current])]
    .filter((value) => value !== '')
    .map((value) => ({ value, label: value })),
];

function Pickers(props: {
  readonly state: DeploysState;
  readonly services: readonly ServiceSummary[];
}) {
  const { state, services } = props;
  const environments = services.flatMap((one) => one.environments);
  return (
    <>
      <Picker
        label="Service"
        value={state.service}
        options={options(
          services.map(({ service }) => service),
          state.service,
          'All services',
        )}
        onPick={(service) => setDeploys({ service })}
      />
      <Picker
        label="Environment"
        class="hide-s"
        value={state.environment}
        options={options(environments, state.environment, 'All environments')}
        onPick={(environment) => setDeploys({ environment })}
      />
    </>
  );
}

function Body({ state, data }: { readonly state: DeploysState; readonly data: DeploysData }) {
  const { list, all, shown, elsewhere, missing, nowMs, onChanged } = data;
  const answer = list.data;
  if (answer === null) {
    return list.failure !== null ? (
      <Failed failure={list.failure} onRetry={list.retry} />
    ) : (
      <>
        <Progress />
        <RowsSkeleton rows={8} />
      </>
    );
  }
  const plain = state.service === '' && state.environment === '' && state.search === '';
  return (
    <>
      {list.stale && <Progress />}
      {list.failure !== null && (
        <Notice kind="error">
          {list.failure.message}. Showing what was loaded at {formatClock(list.loadedAt)}.{' '}
          <button type="button" onClick={list.retry}>
            Try again
          </button>
        </Notice>
      )}
      {missing !== null && (
        <Notice kind="warn">
          The deploy of this link was not found. {missing.message}.{' '}
          <button type="button" onClick={() => setDeploys({ open: '' })}>
            Show the list
          </button>
        </Notice>
      )}
      {elsewhere !== null && (
        <section aria-label="The deploy of this link">
          <DeployTable deploys={[elsewhere]} state={state} nowMs={nowMs} onChanged={onChanged} />
        </section>
      )}
      {answer.rows === 0 ? (
        plain && elsewhere === null ? (
          <NoDeploys service={state.service} />
        ) : (
          <NothingFound state={state} />
        )
      ) : (
        <div class={list.stale ? 'kept' : ''}>
          <div class="page-head">
            <div class="grow">
              <h1>{listSentence(all, answer.rows)}</h1>
              <p>{lookSentences(all)}</p>
            </div>
          </div>
          <Tabs state={state} answer={answer} />
          {shown.length === 0 ? (
            <p class="none-here">No deploy of this range is one of these.</p>
          ) : (
            <DeployTable deploys={shown} state={state} nowMs={nowMs} onChanged={onChanged} />
          )}
        </div>
      )}
      <Foot answer={answer} />
    </>
  );
}

const TAB_WORDS: Readonly<Record<DeployTab, string>> = {
  all: 'All',
  more: 'More',
  less: 'Less',
  'no-change': 'No change',
  'not-enough-data': 'Too few samples',
  judging: 'Judging',
};
const TAB_GLYPHS: Readonly<Partial<Record<DeployTab, GlyphName>>> = { more: 'more', less: 'less' };

function Tabs({ state, answer }: { readonly state: DeploysState; readonly answer: DeploysAnswer }) {
  return (
    <fieldset class="tabs" aria-label="Verdict">
      {DEPLOY_TABS.map((tab) => (
        <button
          type="button"
          key={tab}
          aria-pressed={state.tab === tab}
          onClick={() => setDeploys({ tab })}
        >
          {TAB_GLYPHS[tab] !== undefined && (
            <span class={`mark ${tab}`}>
              <Glyph name={TAB_GLYPHS[tab]} />
            </span>
          )}
          {TAB_WORDS[tab]} <b>{tab === 'all' ? answer.rows : answer.counts[tab]}</b>
        </button>
      ))}
    </fieldset>
  );
}

/** How often verdicts are wrong, as this server has seen it, and what is not listed. */
function Foot({ answer }: { readonly answer: DeploysAnswer }) {
  const { restarts, alarms } = answer.falseAlarms;
  return (
    <footer class="foot">
      <span>
        {restarts === 0
          ? 'Restarts of an unchanged version are judged like deploys, to count false alarms; none has been yet.'
          : `False alarms: ${alarms} of ${plural(restarts, 'restart')} of an unchanged version ${alarms === 1 ? 'was' : 'were'} called more or less (${((100 * alarms) / restarts).toFixed(1)}\u00a0%).`}
      </span>
      <span class="grow" />
      {answer.rows > DEPLOYS_MAX && (
        <span>
          The newest {DEPLOYS_MAX} of {answer.rows} are listed. Choose a shorter range or a service.
        </span>
      )}
    </footer>
  );
}
