import { type ProfileTypesAnswer, parseProfileType, type ServiceSummary } from '@flamehouse/proto';
import { Icon } from '../../components/icon.tsx';
import { Picker, type PickerOption } from '../../components/picker.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { formatNumber, measureOf } from '../../format.ts';
import { setExplore } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { copyLink, ShareMenu } from './share-menu.tsx';
import type { ExploreData } from './use-explore-data.ts';

interface TopBarProps {
  readonly state: ExploreState;
  readonly services: readonly ServiceSummary[];
  readonly data: ExploreData;
}

const ORDER = ['cpu', 'wall', 'heap', 'heap-objects', 'alloc', 'alloc-objects'];

/** What the store has, in the order people ask for it; what the URL names stays in the list. */
export function typeOptions(types: ProfileTypesAnswer | null, current: string): PickerOption[] {
  const values = new Set((types?.profileTypes ?? []).map(({ type, alias }) => alias ?? type));
  values.add(current);
  const rank = (value: string) => (ORDER.includes(value) ? ORDER.indexOf(value) : ORDER.length);
  return [...values]
    .sort((a, b) => rank(a) - rank(b) || a.localeCompare(b))
    .map((value) => ({ value, label: measureOf(parseProfileType(value)).title }));
}

const withAny = (values: readonly string[], current: string, any: string): PickerOption[] => [
  { value: '', label: any },
  ...[...new Set([...values, current])]
    .filter((value) => value !== '')
    .map((value) => ({ value, label: value })),
];

export function ExploreTopBar({ state, services, data }: TopBarProps) {
  const { nowMs } = data;
  const service = services.find((known) => known.service === state.service);
  const names = services.map((known) => ({
    value: known.service,
    label: known.service,
    note: `${formatNumber(known.cores)} cores`,
  }));
  if (service === undefined && state.service !== '')
    names.push({ value: state.service, label: state.service, note: '' });
  return (
    <>
      <Picker
        label="Service"
        class="main-pick"
        value={state.service}
        options={names}
        onPick={(next) =>
          setExplore({
            service: next,
            environment: '',
            version: '',
            focus: '',
            focusName: '',
            selection: null,
          })
        }
      />
      <Picker
        label="Environment"
        class="hide-s"
        value={state.environment}
        options={withAny(service?.environments ?? [], state.environment, 'All environments')}
        onPick={(environment) => setExplore({ environment })}
      />
      <Picker
        label="Version"
        class="hide-m"
        value={state.version}
        options={withAny([...(service?.versions ?? [])].reverse(), state.version, 'All versions')}
        onPick={(version) => setExplore({ version })}
      />
      <Picker
        label="Profile type"
        value={state.type}
        options={typeOptions(data.types.data, state.type)}
        onPick={(type) => setExplore({ type })}
      />
      {state.filter !== '' && (
        <span class="chip hide-s" title={state.filter}>
          <span class="v">{state.filter}</span>
          <button
            type="button"
            class="icon-btn small"
            aria-label="Remove the filter"
            onClick={() => setExplore({ filter: '' })}
          >
            <Icon name="x" />
          </button>
        </span>
      )}
      <span class="grow" />
      {state.to === 'now' && state.selection === null && <span class="live hide-m">live</span>}
      <RangePicker
        from={state.from}
        to={state.to}
        nowMs={nowMs}
        onPick={(from, to) => setExplore({ from, to, selection: null })}
      />
      <button type="button" class="btn hide-m" onClick={() => copyLink(state, nowMs)}>
        <Icon name="link" /> Copy link
      </button>
      <ShareMenu state={state} data={data} />
    </>
  );
}
