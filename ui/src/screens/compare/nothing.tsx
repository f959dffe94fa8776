import type { ServiceSummary } from '@flamehouse/proto';
import { Empty } from '../../components/states.tsx';
import { type CompareState, formatSide, NO_SIDE } from '../../state/compare-url.ts';
import { followLink, setCompare } from '../../state/location.ts';
import { exploreUrl } from '../../state/url.ts';

const side = (version: string, from = '', to = '') => ({
  ...NO_SIDE,
  selector: formatSide({ version, from, to }),
});

/** The last two versions of a service; null when it has not had two. */
export function lastTwo(service: ServiceSummary | undefined): Pick<CompareState, 'a' | 'b'> | null {
  const [base, head] = service?.versions.slice(-2) ?? [];
  if (base === undefined || head === undefined) return null;
  return { a: side(base), b: side(head) };
}

/** The hour before against the last one: what is left where nothing else tells two sides apart. */
const LAST_HOURS: Pick<CompareState, 'a' | 'b'> = {
  a: side('', 'now-2h', 'now-1h'),
  b: side('', 'now-1h', 'now'),
};

const HoursButton = () => (
  <button type="button" class="btn primary" onClick={() => setCompare(LAST_HOURS)}>
    Compare the last hour with the one before
  </button>
);

/** A side is missing: one version alone has nothing to stand against. */
export function NoSides({ service }: { readonly service: ServiceSummary | undefined }) {
  const [only] = service?.versions ?? [];
  return (
    <Empty
      title={
        only === undefined
          ? 'Choose what to compare'
          : `${service!.service} has run one version, ${only}`
      }
      actions={<HoursButton />}
    >
      <p>
        Two versions are compared here as soon as a second one reports. Two times can be compared
        now: choose them under A and B.
      </p>
    </Empty>
  );
}

/** Both sides are the same minutes: every difference would be zero. */
export function SameSides({
  state,
  service,
}: {
  readonly state: CompareState;
  readonly service: ServiceSummary | undefined;
}) {
  const other = lastTwo(service);
  return (
    <Empty
      title="Both sides are the same selection"
      actions={
        <>
          {other !== null && (
            <button type="button" class="btn primary" onClick={() => setCompare(other)}>
              Compare the last two versions
            </button>
          )}
          <HoursButton />
        </>
      }
    >
      <p>
        A and B are both <span class="mono">{state.a.selector}</span>. Choose another version or
        another time for one of them.
      </p>
    </Empty>
  );
}

export function NoServices() {
  return (
    <Empty
      title="No service has reported yet"
      actions={
        <a class="btn primary" href="/" onClick={followLink}>
          Start the first one
        </a>
      }
    >
      <p>Two versions can be compared once a service has run both under the agent.</p>
    </Empty>
  );
}

/** Neither side has minutes that can be compared: where their profiles are, and what is needed. */
export function NoMinutes({ state }: { readonly state: CompareState }) {
  return (
    <Empty
      title="There is nothing to draw yet"
      actions={
        <a class="btn primary" href={exploreUrl({ service: state.service })} onClick={followLink}>
          Show {state.service} in Explore
        </a>
      }
    >
      <p>
        Minutes count when they are complete, from the third of each process on, and those of a
        service that serves requests when it served 30. Without times of their own, both sides are
        looked for in the last 24 hours.
      </p>
    </Empty>
  );
}
