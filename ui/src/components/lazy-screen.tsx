import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiFailure } from '../api/client.ts';
import { Shell } from './shell.tsx';
import { Failed, Progress } from './states.tsx';

/** A screen whose code is fetched when it is first shown, so that each page loads what it needs. */
export function lazyScreen(title: string, load: () => Promise<ComponentType>): ComponentType {
  let loaded: ComponentType | null = null;
  return function LazyScreen() {
    const [Screen, setScreen] = useState<ComponentType | null>(() => loaded);
    const [failure, setFailure] = useState<ApiFailure | null>(null);
    const fetchCode = (): void => {
      setFailure(null);
      load().then(
        (screen) => {
          loaded = screen;
          setScreen(() => screen);
        },
        (cause: unknown) => setFailure(unreachable(title, cause)),
      );
    };
    useEffect(() => {
      if (loaded === null) fetchCode();
    }, []);
    if (Screen !== null) return <Screen />;
    return (
      <Shell title={title} bar={<span class="title grow">{title}</span>}>
        {failure === null ? <Progress /> : <Failed failure={failure} onRetry={fetchCode} />}
      </Shell>
    );
  };
}

const unreachable = (title: string, cause: unknown): ApiFailure =>
  new ApiFailure(
    {
      code: 'PAGE_NOT_LOADED',
      message: `The code of ${title} did not arrive`,
      help: 'Check that the server is running, and reload the page: it may have been updated.',
    },
    0,
    { cause },
  );
