import type { Deploy, DeployVerdict, EndpointVerdict } from '@flamehouse/proto';
import { useState } from 'preact/hooks';
import { ApiFailure, apiUrl, postJson } from '../../api/client.ts';
import { Icon } from '../../components/icon.tsx';
import { Glyph, KIND_OF_STATE } from '../../components/verdict-chip.tsx';
import { displayName } from '../../flame/labels.ts';
import { formatBytes, formatMicros, formatPercent, plural, sayChange } from '../../format.ts';
import { deploysUrl } from '../../state/deploys-url.ts';
import { followLink } from '../../state/location.ts';
import { copyText, showToast } from '../../state/toast.ts';
import { formatMinute } from '../../time.ts';
import { sayPoints, sayRange } from '../compare/size-words.ts';
import { DeployChart } from './deploy-line.tsx';
import { compareOf, memorySentence } from './deploy-words.ts';

interface DrawerProps {
  readonly deploy: Deploy;
  readonly onChanged: (deploy: Deploy) => void;
}

const ORIGINS_MAX = 5;
const ENDPOINTS_MAX = 5;

/** What explains a verdict, and what can be done about it. */
export function DeployDrawer({ deploy, onChanged }: DrawerProps) {
  const { verdict } = deploy;
  const memory = memorySentence(deploy);
  return (
    <div class="drawer-grid">
      <div>
        <DeployChart deploy={deploy} />
        <Facts deploy={deploy} />
      </div>
      <div>
        {memory !== null && <p class="sentence">{memory}</p>}
        {verdict !== null && <p class={memory === null ? 'sentence' : ''}>{verdict.sentence}</p>}
        {verdict !== null && verdict.cause !== '' && <p class="soft">{verdict.cause}</p>}
        {verdict !== null && verdict.origins.length > 0 && <Origins verdict={verdict} />}
        <Actions deploy={deploy} onChanged={onChanged} />
      </div>
      <div>
        {verdict !== null && verdict.endpoints.length > 0 && (
          <Endpoints endpoints={verdict.endpoints} />
        )}
        {verdict !== null && <Memory verdict={verdict} />}
        {verdict !== null && verdict.looks.length > 0 && <Looks verdict={verdict} />}
      </div>
    </div>
  );
}

function Facts({ deploy }: { readonly deploy: Deploy }) {
  const { baseVersion, kind, rollout, revision, url, environment } = deploy;
  const before =
    kind === 'mark'
      ? 'Marked by CI, the version unchanged'
      : baseVersion === null
        ? 'First version'
        : `${kind === 'return' ? 'Came back after' : 'After'} ${baseVersion}`;
  return (
    <p class="facts-line">
      {before}
      {rollout === 'overlap' && ', both ran at the same time'}
      {environment !== '' && ` · ${environment}`}
      {revision !== null && (
        <>
          {' · '}
          <span class="mono">{revision.slice(0, 12)}</span>
        </>
      )}
      {url !== null && (
        <>
          {' · '}
          <a class="link said" href={url} target="_blank" rel="noreferrer">
            its CI run
          </a>
        </>
      )}
    </p>
  );
}

function Origins({ verdict }: { readonly verdict: DeployVerdict }) {
  return (
    <>
      <h2>Functions that explain it</h2>
      <div class="kv">
        {verdict.origins.slice(0, ORIGINS_MAX).map(({ id, name, file, kind, effect, state }) => {
          const way = effect.value > 0 ? 'more' : 'less';
          return (
            <>
              <span class="f" key={id} title={`${name} · ${file}`}>
                <span class={`mark ${way}`}>
                  <Glyph name={way} />
                </span>
                {displayName(name)} <span class="muted">{file || kind}</span>
              </span>
              <b class={`t-${way}`}>{sayPoints(effect.value)}</b>
              <span class="soft">
                {state === 'same' ? sayRange(effect.low, effect.high) : state}
              </span>
            </>
          );
        })}
      </div>
    </>
  );
}

function Endpoints({ endpoints }: { readonly endpoints: readonly EndpointVerdict[] }) {
  return (
    <>
      <h2>CPU per request, by endpoint</h2>
      <div class="kv">
        {endpoints.slice(0, ENDPOINTS_MAX).map((one) => {
          const way = KIND_OF_STATE[one.state];
          return (
            <>
              <span class="f" key={one.endpoint} title={one.endpoint}>
                <span class={`mark ${way}`}>
                  <Glyph name={way} />
                </span>
                {one.endpoint}
              </span>
              <b class={way === 'more' || way === 'less' ? `t-${way}` : 'soft'}>
                {one.state === 'not-enough-data' ? 'too few' : sayChange(one.effect.value)}
              </b>
              <span class="soft">
                {formatMicros(one.baseMicros)} → {formatMicros(one.headMicros)}
              </span>
            </>
          );
        })}
      </div>
    </>
  );
}

function Memory({ verdict: { memory } }: { readonly verdict: DeployVerdict }) {
  if (memory === null || memory.state === 'not-enough-data') return null;
  const { effect, growth } = memory;
  const grows = growth !== null && growth.state === 'more';
  return (
    <>
      <h2>Live heap of an instance</h2>
      <p>
        {formatBytes(memory.baseBytes)} → {formatBytes(memory.headBytes)}, {sayChange(effect.value)}{' '}
        ({sayChange(effect.low)} … {sayChange(effect.high)})
        {grows && `, and grows by ${formatBytes(growth.bytesPerHour.value)} an hour`}
      </p>
    </>
  );
}

function Looks({ verdict }: { readonly verdict: DeployVerdict }) {
  const words = {
    more: 'more',
    less: 'less',
    'no-change': 'no change',
    'not-enough-data': 'too few',
  };
  return (
    <>
      <h2>Looks at it</h2>
      <ul class="looks">
        {verdict.looks.map((look) => (
          <li key={look.minutes}>
            {look.minutes} min, {formatMinute(look.at)}: {words[look.state]}
            {look.state === 'not-enough-data'
              ? ''
              : `, ${sayChange(look.effect.value)}; would have seen ${formatPercent(look.smallestChange)}`}
          </li>
        ))}
      </ul>
      <p class="muted">
        {verdict.status === 'settled'
          ? `Settled after ${plural(Math.round(verdict.minutes), 'kept minute')}.`
          : `${Math.round(verdict.minutes)} of ${verdict.minutesWanted} kept minutes.`}
      </p>
    </>
  );
}

function Actions({ deploy, onChanged }: DrawerProps) {
  const [busy, setBusy] = useState(false);
  const compare = compareOf(deploy);
  const mark = async (): Promise<void> => {
    setBusy(true);
    try {
      const expected = !deploy.expected;
      onChanged(await postJson<Deploy>(apiUrl(`deploys/${deploy.id}/expected`), { expected }));
      showToast(expected ? 'Marked as expected' : 'No longer expected');
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      showToast(`${error.message}. ${error.help}`);
    } finally {
      setBusy(false);
    }
  };
  const link = `${window.location.origin}${deploysUrl({ open: deploy.id })}`;
  return (
    <div class="row-flex acts">
      {compare !== null && (
        <a class="btn primary" href={compare} onClick={followLink}>
          Compare
        </a>
      )}
      {deploy.verdict !== null && (
        <button type="button" class="btn" disabled={busy} onClick={mark}>
          {deploy.expected ? 'Not expected' : 'Mark expected'}
        </button>
      )}
      <button type="button" class="btn ghost" onClick={() => copyText(link, 'Link copied')}>
        <Icon name="link" /> Copy link
      </button>
    </div>
  );
}
