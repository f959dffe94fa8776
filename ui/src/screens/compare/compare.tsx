import type { ServiceSummary } from '@flamehouse/proto';
import { useEffect, useMemo } from 'preact/hooks';
import { useServices } from '../../api/use-services.ts';
import { Shell } from '../../components/shell.tsx';
import { Failed } from '../../components/states.tsx';
import { compareState, setCompare } from '../../state/location.ts';
import { CompareBody } from './compare-body.tsx';
import { lastTwo, NoServices, NoSides, SameSides } from './nothing.tsx';
import { sideWords } from './side-picker.tsx';
import { CompareTopBar } from './top-bar.tsx';
import { sameSides, useCompareData } from './use-compare-data.ts';

/** What changed between two versions, times or services, and is it real? */
export function CompareScreen() {
  const state = compareState.value;
  const services = useServices();
  const known = services.data ?? [];
  const service = known.find((one) => one.service === state.service);
  const data = useCompareData(state);
  const nowMs = useMemo(() => Date.now(), [state.a.selector, state.b.selector, data.diff.loadedAt]);
  useDefaults(known, service);
  const chosen = state.a.selector !== '' && state.b.selector !== '';
  const title = chosen
    ? `${state.service}: ${sideWords(state.b, nowMs).title} against ${sideWords(state.a, nowMs).title}`
    : 'Compare';
  useEffect(() => {
    document.title = `${title} · Flamehouse`;
  }, [title]);

  const bar =
    state.service === '' ? (
      <span class="title grow">Compare</span>
    ) : (
      <CompareTopBar state={state} services={known} diff={data.diff.data} nowMs={nowMs} />
    );
  return (
    <Shell title={title} bar={bar}>
      {state.service === '' ? (
        <>
          {services.failure !== null && services.data === null && (
            <Failed failure={services.failure} onRetry={services.retry} />
          )}
          {services.data?.length === 0 && <NoServices />}
        </>
      ) : !chosen ? (
        services.data !== null && lastTwo(service) === null && <NoSides service={service} />
      ) : sameSides(state) ? (
        <SameSides state={state} service={service} />
      ) : (
        <CompareBody state={state} data={data} nowMs={nowMs} />
      )}
    </Shell>
  );
}

/** Without a service the one that last had a deploy, without sides its last two versions. */
function useDefaults(known: readonly ServiceSummary[], service: ServiceSummary | undefined): void {
  const state = compareState.value;
  const first = state.service === '' ? lastDeployed(known) : undefined;
  useEffect(() => {
    if (first !== undefined) setCompare({ service: first }, 'replace');
  }, [first]);
  const empty = state.a.selector === '' && state.b.selector === '';
  const sides = empty ? lastTwo(service) : null;
  useEffect(() => {
    if (sides !== null) setCompare(sides, 'replace');
  }, [sides?.a.selector, sides?.b.selector]);
}

const lastDeployed = (services: readonly ServiceSummary[]): string | undefined =>
  [...services].sort((a, b) => (b.lastDeploy?.at ?? 0) - (a.lastDeploy?.at ?? 0))[0]?.service;
