import type { ServiceSummary } from '@flamehouse/proto';
import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Query } from '../../api/use-query.ts';
import { useServices } from '../../api/use-services.ts';
import { Picker } from '../../components/picker.tsx';
import { RangePicker } from '../../components/range-picker.tsx';
import { Shell } from '../../components/shell.tsx';
import { Empty, Failed } from '../../components/states.tsx';
import { formatNumber } from '../../format.ts';
import { followLink } from '../../state/location.ts';
import { queryCodec } from '../../state/query-codec.ts';
import type { Times } from './place.ts';
import { PLACE_FIELDS, type Place, placeOf } from './place-fields.ts';

/** The three looks at requests; each opens with what was chosen in the last. */
const TABS = [
  { path: '/traces', label: 'Traces' },
  { path: '/endpoints', label: 'Endpoints' },
  { path: '/stalls', label: 'Stalls' },
] as const;

const placeCodec = queryCodec<Place>(PLACE_FIELDS);

/** An address of one of the three screens for a place. */
export const placeUrl = (path: (typeof TABS)[number]['path'], place: Place): string =>
  `${path}${placeCodec.format(placeOf(place))}`;

interface FrameProps {
  readonly path: (typeof TABS)[number]['path'];
  readonly place: Place;
  readonly times: Times;
  readonly onPlace: (part: Partial<Place>, how?: 'push' | 'replace') => void;
  readonly children: ComponentChildren;
}

/** Top bar and tabs around traces, endpoints and stalls; without a service it takes the busiest. */
export function RequestsFrame({ path, place, times, onPlace, children }: FrameProps) {
  const services = useServices();
  const known = services.data ?? [];
  const { label } = TABS.find((tab) => tab.path === path)!;
  const first =
    place.service === '' ? [...known].sort((a, b) => b.cores - a.cores)[0]?.service : undefined;
  useEffect(() => {
    if (first !== undefined) onPlace({ service: first }, 'replace');
  }, [first]);
  useEffect(() => {
    document.title = `${place.service === '' ? '' : `${place.service}, `}${label} · Flamehouse`;
  }, [place.service, label]);
  return (
    <Shell
      title={label}
      bar={<Bar place={place} services={known} times={times} onPlace={onPlace} label={label} />}
    >
      <nav class="tabs" aria-label="Looks at requests">
        {TABS.map((tab) => (
          <a
            key={tab.path}
            href={placeUrl(tab.path, place)}
            aria-current={tab.path === path ? 'page' : undefined}
            onClick={followLink}
          >
            {tab.label}
          </a>
        ))}
      </nav>
      {place.service === '' ? <NoPlace services={services} label={label} /> : children}
    </Shell>
  );
}

const withAny = (values: readonly string[], current: string, any: string) => [
  { value: '', label: any },
  ...[...new Set([...values, current])]
    .filter((value) => value !== '')
    .map((value) => ({ value, label: value })),
];

function Bar(props: {
  readonly place: Place;
  readonly services: readonly ServiceSummary[];
  readonly times: Times;
  readonly label: string;
  readonly onPlace: FrameProps['onPlace'];
}) {
  const { place, services, times, onPlace } = props;
  if (place.service === '') return <span class="title grow">{props.label}</span>;
  const service = services.find((known) => known.service === place.service);
  const names = services.map((known) => ({
    value: known.service,
    label: known.service,
    note: `${formatNumber(known.cores)} cores`,
  }));
  if (service === undefined) names.push({ value: place.service, label: place.service, note: '' });
  return (
    <>
      <Picker
        label="Service"
        class="main-pick"
        value={place.service}
        options={names}
        onPick={(next) => onPlace({ service: next, environment: '', version: '' })}
      />
      <Picker
        label="Environment"
        class="hide-s"
        value={place.environment}
        options={withAny(service?.environments ?? [], place.environment, 'All environments')}
        onPick={(environment) => onPlace({ environment })}
      />
      <Picker
        label="Version"
        class="hide-s"
        value={place.version}
        options={withAny([...(service?.versions ?? [])].reverse(), place.version, 'All versions')}
        onPick={(version) => onPlace({ version })}
      />
      <span class="grow" />
      {place.to === 'now' && <span class="live hide-m">live</span>}
      <RangePicker
        from={place.from}
        to={place.to}
        nowMs={times.nowMs}
        onPick={(from, to) => onPlace({ from, to })}
      />
    </>
  );
}

function NoPlace(props: {
  readonly services: Query<readonly ServiceSummary[]>;
  readonly label: string;
}) {
  const { services } = props;
  if (services.failure !== null && services.data === null)
    return <Failed failure={services.failure} onRetry={services.retry} />;
  if (services.data === null || services.data.length > 0) return null;
  return (
    <Empty
      title="No service has reported yet"
      actions={
        <a class="btn primary" href="/" onClick={followLink}>
          Show how to send the first profile
        </a>
      }
    >
      <p>{props.label} are shown from the first service that runs with the agent.</p>
    </Empty>
  );
}
