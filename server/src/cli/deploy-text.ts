import { type Deploy, type DeployVerdict, formatPercent } from '@flamehouse/proto';

const KINDS: Readonly<Record<Deploy['kind'], string>> = {
  first: 'the first version',
  new: 'took over',
  return: 'came back',
  mark: 'marked by CI, version unchanged',
};

/** One deploy on one line: time, place, state, and what it says. */
export function deployLine(deploy: Deploy): string {
  const { id, at, service, environment, version, verdict } = deploy;
  const said = verdict === null ? `${version} is ${KINDS.first}.` : verdict.sentence;
  return `${timeText(at)}  ${id}  ${service} ${environment}  ${stateText(verdict)}  ${said}\n`;
}

/** One deploy with everything that was found. */
export function deployText(deploy: Deploy): string {
  const { at, service, environment, version, baseVersion, kind, rollout, verdict } = deploy;
  const beside = rollout === 'overlap' ? `, beside ${baseVersion}` : '';
  return [
    `${service} ${version} in ${environment}: ${KINDS[kind]} ${timeText(at)}${beside} (${deploy.id})\n`,
    ...[deploy.revision, deploy.author, deploy.url]
      .filter((one) => one !== null)
      .map((one) => `  ${one}\n`),
    ...(verdict === null ? [] : verdictLines(verdict)),
    deploy.expected ? 'This change is expected.\n' : '',
  ].join('');
}

function verdictLines(verdict: DeployVerdict): string[] {
  const { sentence, cause, endpoints, memory, looks, minutes, minutesWanted, nextLookAt } = verdict;
  return [
    `\n${stateText(verdict)}: ${sentence}\n`,
    cause === '' ? '' : `${cause}\n`,
    ...endpoints.map(
      ({ endpoint, state, effect }) =>
        `  ${signed(effect.value).padStart(8)}  ${endpoint} (${state})\n`,
    ),
    memory === null
      ? ''
      : `live heap: ${memory.state}, ${signed(memory.effect.value)} per instance\n`,
    ...looks.map(
      ({ minutes: at, state, effect }) =>
        `look at ${at} minutes: ${state}, ${signed(effect.value)}\n`,
    ),
    nextLookAt === null
      ? ''
      : `${Math.round(minutes)} of ${minutesWanted} minutes; next look about ${timeText(nextLookAt)}\n`,
  ];
}

function stateText(verdict: DeployVerdict | null): string {
  if (verdict === null) return '-';
  const { state, status } = verdict;
  return state === null || status === 'judging'
    ? 'judging'
    : `${status === 'likely' ? 'likely ' : ''}${state}`;
}

function signed(share: number): string {
  return share > 0 ? `+${formatPercent(share)}` : formatPercent(share);
}

function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
