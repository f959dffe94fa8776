import { useEffect } from 'preact/hooks';
import { Shell } from './components/shell.tsx';
import { Empty } from './components/states.tsx';
import { TokenDialog } from './components/token-dialog.tsx';
import { ExploreScreen } from './screens/explore/explore.tsx';
import { ServicesScreen } from './screens/services/services.tsx';
import { followLink, location } from './state/location.ts';

function Screen() {
  const path = location.value.path.replace(/(.)\/$/, '$1');
  if (path === '/') return <ServicesScreen />;
  if (path === '/explore') return <ExploreScreen />;
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
