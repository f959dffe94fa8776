import { Icon } from '../../components/icon.tsx';
import { displayName } from '../../flame/labels.ts';
import { exploreState, followLink } from '../../state/location.ts';
import type { ExploreState } from '../../state/url.ts';
import { tracesScreen } from '../traces/state.ts';

/**
 * The address of traces that a function used CPU in, for what Explore shows; null where samples have
 * no spans: memory has none, and a group of functions is no function.
 */
export function exampleTraces(
  state: ExploreState,
  functionId: string,
  name: string,
): string | null {
  const timed = state.type === 'cpu' || state.type === 'wall';
  const grouped = state.steps.some(({ step }) => step.does === 'group');
  if (!timed || grouped || functionId === '') return null;
  const { service, environment, version, selection } = state;
  const from = selection === null ? state.from : String(selection.from);
  const to = selection === null ? state.to : String(selection.to);
  return tracesScreen.url({
    service,
    environment,
    version,
    from,
    to,
    functionId,
    functionName: displayName(name),
  });
}

/** From a function to requests that it ran in. */
export function TracesLink(props: { readonly functionId: string; readonly name: string }) {
  const url = exampleTraces(exploreState.value, props.functionId, props.name);
  if (url === null) return null;
  return (
    <a class="btn hide-m" href={url} onClick={followLink}>
      <Icon name="traces" /> Traces
    </a>
  );
}
