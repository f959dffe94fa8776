import { parseProfileType, type ServiceSummary } from '@flamehouse/proto';
import { useEffect } from 'preact/hooks';
import { useServices } from '../../api/use-services.ts';
import { Shell } from '../../components/shell.tsx';
import { Failed } from '../../components/states.tsx';
import { measureOf } from '../../format.ts';
import { exploreState, setExplore } from '../../state/location.ts';
import { ExploreBody } from './explore-body.tsx';
import { NoService } from './nothing.tsx';
import { ExploreTopBar } from './top-bar.tsx';
import { useExploreData } from './use-explore-data.ts';

/** Where does the CPU (or the memory) of one service go? */
export function ExploreScreen() {
  const state = exploreState.value;
  const services = useServices();
  const known = services.data ?? [];
  const data = useExploreData(state);
  const { title } = measureOf(parseProfileType(state.type));
  const first = state.service === '' ? busiest(known) : undefined;

  useEffect(() => {
    if (first !== undefined) setExplore({ service: first }, 'replace');
  }, [first]);
  useEffect(() => {
    document.title = `${state.service || 'Explore'}, ${title} · Flamehouse`;
  }, [state.service, title]);

  const bar = <ExploreTopBar state={state} services={known} data={data} />;
  if (state.service !== '') {
    return (
      <Shell title={`${title} of ${state.service}`} bar={bar}>
        <ExploreBody state={state} data={data} services={known} />
      </Shell>
    );
  }
  return (
    <Shell title="Explore" bar={<span class="title grow">Explore</span>}>
      {services.failure !== null && services.data === null && (
        <Failed failure={services.failure} onRetry={services.retry} />
      )}
      {services.data?.length === 0 && <NoService />}
    </Shell>
  );
}

const busiest = (services: readonly ServiceSummary[]): string | undefined =>
  [...services].sort((a, b) => b.cores - a.cores)[0]?.service;
