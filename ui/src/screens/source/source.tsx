import './source.css';
import { useEffect, useState } from 'preact/hooks';
import { Shell } from '../../components/shell.tsx';
import { Empty, Failed, Progress, RowsSkeleton } from '../../components/states.tsx';
import { followLink, go, location } from '../../state/location.ts';
import { parseSource, type SourceState, sourceUrl } from '../../state/source-url.ts';
import { exploreUrl } from '../../state/url.ts';
import { SourceBody } from './source-body.tsx';
import type { SourceText } from './source-text.ts';
import { SourceTopBar } from './source-top-bar.tsx';
import { useSource } from './use-source.ts';

/** Which line? */
export function SourceScreen() {
  const state = parseSource(location.value.search);
  const { nowMs, answer } = useSource(state);
  const { data, failure, stale } = answer;
  const change = (part: Partial<SourceState>): void => go(sourceUrl({ ...state, ...part }));
  const [opened, setOpened] = useState<{ file: string; text: SourceText } | null>(null);
  const name = state.name || 'a function';

  useEffect(() => {
    document.title = `${name}, source · Flamehouse`;
  }, [name]);

  const explore = exploreUrl({
    service: state.service,
    type: state.type,
    from: state.from,
    to: state.to,
    environment: state.environment,
    version: state.version,
    filter: state.filter,
  });
  return (
    <Shell
      title={`Source of ${name}`}
      bar={<SourceTopBar state={state} explore={explore} nowMs={nowMs} onChange={change} />}
    >
      {answer.loading && <Progress />}
      {state.functionId === '' || state.service === '' ? (
        <Empty
          title="No function is picked"
          actions={
            <a class="btn primary" href={explore} onClick={followLink}>
              Explore
            </a>
          }
        >
          <p>Pick a frame of a flame graph, then “Source”, or press o.</p>
        </Empty>
      ) : failure !== null && data === null ? (
        <Failed failure={failure} onRetry={answer.retry} />
      ) : data === null ? (
        <RowsSkeleton rows={12} />
      ) : data.functions.id.length === 0 ? (
        <Empty
          title={`No stack of this range goes through ${name}`}
          actions={
            <a class="btn primary" href={explore} onClick={followLink}>
              Show the flame graph
            </a>
          }
        >
          <p>Another range, version or profile type may have it.</p>
        </Empty>
      ) : (
        <SourceBody
          state={state}
          answer={data}
          kept={stale}
          text={opened?.file === data.file ? opened.text : null}
          onText={(text) => setOpened(text === null ? null : { file: data.file, text })}
          onChange={change}
        />
      )}
    </Shell>
  );
}
