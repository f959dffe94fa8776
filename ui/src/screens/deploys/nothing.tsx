import { Command, Empty } from '../../components/states.tsx';
import { DEPLOYS_DEFAULTS, type DeploysState } from '../../state/deploys-url.ts';
import { setDeploys } from '../../state/location.ts';

/** No deploy at all: how they appear by themselves, and how CI says more about one. */
export function NoDeploys({ service }: { readonly service: string }) {
  const { origin } = window.location;
  const standard = origin === 'http://127.0.0.1:4040' || origin === 'http://localhost:4040';
  const server = standard ? '' : ` --server ${origin}`;
  return (
    <>
      <div class="page-head">
        <div class="grow">
          <h1>No deploy yet.</h1>
          <p>
            A deploy appears here by itself when another version of a service takes over, and is
            judged as its minutes arrive: first after about five, settled after about seventeen.
          </p>
        </div>
      </div>
      <div class="steps">
        <section>
          <h2>Nothing to set up</h2>
          <p>
            The agent takes the version from package.json, from OpenTelemetry or from the commit
            that CI names. Or say it:
          </p>
          <Command
            text={'FLAMEHOUSE_VERSION=1.1.0 node --require @flamehouse/agent/register app.js'}
          />
        </section>
        <section>
          <h2>Mark a deploy from CI</h2>
          <p>
            Adds commit, author and address. A mark with the version unchanged compares what runs
            before and after it: a flag, a configuration, a data migration.
          </p>
          <Command
            text={`flamehouse deploys mark --service ${service || 'my-service'} --environment production --version "$GITHUB_SHA"${server}`}
          />
        </section>
      </div>
    </>
  );
}

/** Deploys there are, but none that the filters keep. */
export function NothingFound({ state }: { readonly state: DeploysState }) {
  const { service, environment, tab, search, from, to } = DEPLOYS_DEFAULTS;
  const filtered = [
    state.service && `of ${state.service}`,
    state.environment && `in ${state.environment}`,
    state.search && `with “${state.search}”`,
  ].filter(Boolean);
  return (
    <Empty
      title={`No deploy ${filtered.join(' ')} in this range`}
      actions={
        <>
          {filtered.length > 0 && (
            <button
              type="button"
              class="btn primary"
              onClick={() => setDeploys({ service, environment, tab, search })}
            >
              Show all deploys
            </button>
          )}
          {state.from !== 'now-30d' && (
            <button
              type="button"
              class={filtered.length > 0 ? 'btn' : 'btn primary'}
              onClick={() => setDeploys({ from: 'now-30d', to })}
            >
              Show the last 30 d
            </button>
          )}
          {state.from !== from && (
            <button type="button" class="btn" onClick={() => setDeploys({ from, to })}>
              Show the last 7 d
            </button>
          )}
        </>
      }
    />
  );
}
