import type { FunctionsAnswer, ServiceSummary } from '@flamehouse/proto';
import { Empty, FlameSkeleton, RowsSkeleton } from '../../components/states.tsx';
import { displayName } from '../../flame/labels.ts';
import { closeNames } from '../../flame/search.ts';
import type { Measure } from '../../format.ts';
import { followLink, setExplore } from '../../state/location.ts';
import { EXPLORE_DEFAULTS, type ExploreState } from '../../state/url.ts';
import { formatAgo, formatRange, type Range } from '../../time.ts';

/** Nothing has reported yet, so there is nothing to choose from. */
export function NoService() {
  return (
    <Empty
      title="No service has reported yet"
      actions={
        <a class="btn primary" href="/" onClick={followLink}>
          Show how to send the first profile
        </a>
      }
    >
      <p>Explore opens with the first service that sends a profile.</p>
    </Empty>
  );
}

interface NoSamplesProps {
  readonly state: ExploreState;
  readonly range: Range;
  readonly nowMs: number;
  readonly services: readonly ServiceSummary[];
  readonly measure: Measure;
}

const AROUND_MS = 1_800_000;

/** Says what is missing, where the data is, and goes there. */
export function NoSamples({ state, range, nowMs, services, measure }: NoSamplesProps) {
  const service = services.find((known) => known.service === state.service);
  if (service === undefined && services.length > 0)
    return <UnknownService state={state} services={services} />;
  const filters = [
    state.environment && `environment = ${state.environment}`,
    state.version && `version = ${state.version}`,
    state.filter,
  ].filter(Boolean);
  const outside =
    service !== undefined && (service.lastSeen < range.from || service.lastSeen >= range.to);
  const goThere = (): void => {
    const { lastSeen } = service!;
    setExplore({
      from: String(lastSeen - AROUND_MS),
      to: String(lastSeen + 60_000),
      selection: null,
    });
  };
  return (
    <Empty
      title={`No ${measure.title === 'CPU' ? 'CPU' : `“${measure.title}”`} samples from ${formatRange(range, nowMs)}`}
      actions={
        <>
          {outside && (
            <button type="button" class="btn primary" onClick={goThere}>
              Show{' '}
              {formatRange(
                { from: service.lastSeen - AROUND_MS, to: service.lastSeen + 60_000 },
                nowMs,
              )}
            </button>
          )}
          {filters.length > 0 && (
            <button
              type="button"
              class={outside ? 'btn' : 'btn primary'}
              onClick={() => setExplore({ environment: '', version: '', filter: '' })}
            >
              Remove the filter
            </button>
          )}
          {!outside && filters.length === 0 && state.type !== EXPLORE_DEFAULTS.type && (
            <button
              type="button"
              class="btn primary"
              onClick={() => setExplore({ type: EXPLORE_DEFAULTS.type })}
            >
              Show CPU
            </button>
          )}
        </>
      }
    >
      {service !== undefined && (
        <p>
          {state.service} last reported {formatAgo(service.lastSeen, nowMs)}.
        </p>
      )}
      {filters.length > 0 && (
        <p>
          Filter: <span class="mono">{filters.join(', ')}</span>
        </p>
      )}
    </Empty>
  );
}

function UnknownService({ state, services }: Pick<NoSamplesProps, 'state' | 'services'>) {
  return (
    <Empty
      title={`No service is called ${state.service}`}
      actions={services.slice(0, 4).map(({ service }) => (
        <button
          type="button"
          class="btn"
          key={service}
          onClick={() => setExplore({ ...EXPLORE_DEFAULTS, service })}
        >
          {service}
        </button>
      ))}
    >
      <p>These report to this server:</p>
    </Empty>
  );
}

/** Why the table is empty under a search, and which names are near. */
export function NoFunctions(props: {
  readonly functions: FunctionsAnswer;
  readonly search: string;
  readonly problem: string | null;
  readonly onPick: (name: string) => void;
}) {
  if (props.problem !== null) return <>This is not an expression: {props.problem}.</>;
  const close = closeNames(props.functions.functions.name, props.search);
  return (
    <>
      Nothing is called “{props.search}”.
      {close.length > 0 && ' Close: '}
      {close.map((name, i) => (
        <span key={name}>
          {i > 0 && ', '}
          <button type="button" class="link mono" onClick={() => props.onPick(name)}>
            {displayName(name)}
          </button>
        </span>
      ))}
    </>
  );
}

/** Grey shapes of what comes. */
export const FirstLoad = {
  Sentence: ({ failed }: { readonly failed: boolean }) =>
    failed ? null : (
      <section class="hotpath" aria-hidden="true">
        <div class="grow skel-say">
          <div class="skel" style={{ width: '420px', maxWidth: '80%', height: '20px' }} />
          <div class="skel" style={{ width: '560px', maxWidth: '90%', height: '12px' }} />
        </div>
      </section>
    ),
  Flame: FlameSkeleton,
  Table: () => <RowsSkeleton rows={12} />,
};
