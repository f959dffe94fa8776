import { useEffect } from 'preact/hooks';
import { lazyScreen } from './components/lazy-screen.tsx';
import { Shell } from './components/shell.tsx';
import { Empty } from './components/states.tsx';
import { TokenDialog } from './components/token-dialog.tsx';
import { parseTrace } from './screens/trace/address.ts';
import { followLink, location } from './state/location.ts';

const Services = lazyScreen('Services', () =>
  import('./screens/services/services.tsx').then(({ ServicesScreen }) => ServicesScreen),
);
const Explore = lazyScreen('Explore', () =>
  import('./screens/explore/explore.tsx').then(({ ExploreScreen }) => ExploreScreen),
);
const Compare = lazyScreen('Compare', () =>
  import('./screens/compare/compare.tsx').then(({ CompareScreen }) => CompareScreen),
);
const Deploys = lazyScreen('Deploys', () =>
  import('./screens/deploys/deploys.tsx').then(({ DeploysScreen }) => DeploysScreen),
);
const Traces = lazyScreen('Traces', () =>
  import('./screens/traces/traces.tsx').then(({ TracesScreen }) => TracesScreen),
);
const Trace = lazyScreen('Trace', () =>
  import('./screens/trace/trace.tsx').then(({ TraceScreen }) => TraceScreen),
);
const Endpoints = lazyScreen('Endpoints', () =>
  import('./screens/endpoints/endpoints.tsx').then(({ EndpointsScreen }) => EndpointsScreen),
);
const Stalls = lazyScreen('Stalls', () =>
  import('./screens/stalls/stalls.tsx').then(({ StallsScreen }) => StallsScreen),
);
const Server = lazyScreen('Server', () =>
  import('./screens/server/server.tsx').then(({ ServerScreen }) => ServerScreen),
);
const Source = lazyScreen('Source', () =>
  import('./screens/source/source.tsx').then(({ SourceScreen }) => SourceScreen),
);

function Screen() {
  const path = location.value.path.replace(/(.)\/$/, '$1');
  if (path === '/') return <Services />;
  if (path === '/explore') return <Explore />;
  if (path === '/compare') return <Compare />;
  if (/^\/deploys(\/[0-9a-f]{16})?$/.test(path)) return <Deploys />;
  if (path === '/traces') return <Traces />;
  if (parseTrace(path, '') !== null) return <Trace />;
  if (path === '/endpoints') return <Endpoints />;
  if (path === '/stalls') return <Stalls />;
  if (path === '/server') return <Server />;
  if (path === '/source') return <Source />;
  return <NotFound path={path} />;
}

function NotFound({ path }: { readonly path: string }) {
  useEffect(() => {
    document.title = 'Not found · Flamehouse';
  }, []);
  return (
    <Shell title="Not found" bar={<span class="title grow">Not found</span>}>
      <Empty
        title={`There is no page at ${path}`}
        actions={
          <a class="btn primary" href="/" onClick={followLink}>
            Show services
          </a>
        }
      />
    </Shell>
  );
}

export function App() {
  return (
    <>
      <Screen />
      <TokenDialog />
    </>
  );
}
