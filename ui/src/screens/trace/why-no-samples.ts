import type { TraceAgent, WaterfallAnswer, WaterfallSpan } from '@flamehouse/proto';
import { formatMicros, formatPercent, plural } from '../../format.ts';
import { formatMoment } from '../../time.ts';
import { agentOf } from './profiled.ts';
import { spanName } from './waterfall-rows.ts';

/** Why there is nothing to draw, from what is known. */
export interface Why {
  readonly title: string;
  readonly text: string;
  readonly later: boolean; // looking again may help
}

const HIT = 'No sample hit this span';
/** So many times the distance of samples: what used more CPU is missed by all of them in less than 5 % of cases. */
const MISSED_AT_MOST = 3;

export function whyNoSamples(
  span: WaterfallSpan | null,
  answer: WaterfallAnswer,
  nowMs: number,
): Why {
  if (span === null)
    return why(HIT, 'The trace is known, but this span of it was not exported here either.');
  const { service, samples, subtree } = span;
  if (samples > 0 || (subtree.samples > 0 && subtree.cpuMicros === 0)) {
    const found = plural(samples || subtree.samples, 'sample');
    return why(
      'Not on the CPU',
      `${found} found ${spanName(span)} waiting, none found it running.`,
    );
  }
  if (subtree.samples > 0)
    return why(
      'Only its children were sampled',
      `${plural(subtree.samples, 'sample')} hit spans inside it, none its own code.`,
    );
  const agent = agentOf(answer, service);
  if (agent === undefined || agent.state === 'spans') return why(HIT, missed(span, agent));
  return notSampled(agent, span, nowMs);
}

const why = (title: string, text: string, later = false): Why => ({ title, text, later });

/** Its agent was there: what that says about the span. */
function missed(span: WaterfallSpan, agent: TraceAgent | undefined): string {
  const name = spanName(span);
  const hz = agent?.sampleHz ?? 0;
  if (span.durationMicros === null || hz === 0)
    return `${span.service} was sampled at that time, and no sample is inside ${name}.`;
  const took = `${name} took ${formatMicros(span.durationMicros)}`;
  const apart = 1e6 / hz;
  const where = placeOf(span, agent);
  if (span.durationMicros < apart) {
    const most = formatPercent(span.durationMicros / apart);
    return `${took}${where}, and samples are ${formatMicros(apart)} apart: even a span that never waits is hit in only ${most} of cases.`;
  }
  const cpu = formatMicros(MISSED_AT_MOST * apart);
  const rest =
    span.durationMicros > MISSED_AT_MOST * apart
      ? `it used less than ${cpu} of CPU (95\u00a0% sure) and waited for the rest.`
      : 'it waited for most of that time, or was missed by chance.';
  return `${took}${where}. None of the samples, ${formatMicros(apart)} apart, found it running: ${rest}`;
}

/** Names of instances come from two senders; where they differ, nobody knows that the agent was in this one. */
function placeOf({ instance, service }: WaterfallSpan, agent: TraceAgent | undefined): string {
  const instances = agent?.instances ?? [];
  if (instance === '' || instances.includes(instance)) return '';
  return ` in ${instance}, while ${service} was sampled in ${instances.length === 1 ? instances[0] : plural(instances.length, 'instance')}`;
}

function notSampled(agent: TraceAgent, span: WaterfallSpan, nowMs: number): Why {
  const { service, lastSeen } = agent;
  switch (agent.state) {
    case 'no-spans':
      return why(
        `Samples of ${service} name no spans`,
        `${service} was sampled at that time, but no sample of the minutes around it names a span: FLAMEHOUSE_SPANS is off there, or its requests are too short to be hit.`,
      );
    case 'pending':
      return why(
        'Its samples are still to come',
        `The agent of ${service} sends them at the end of each window, every 15 seconds unless it is set otherwise.`,
        true,
      );
    case 'removed':
      return why(
        'Too old to tell',
        `Whether ${service} was sampled at that time is not known any more: its single windows are removed, by raw in FLAMEHOUSE_RETENTION or because the disk was nearly full.`,
      );
    default:
      return why(`${service} was not sampled`, absent(service, lastSeen, span, nowMs));
  }
}

function absent(
  service: string,
  lastSeen: number | null,
  { from }: WaterfallSpan,
  nowMs: number,
): string {
  if (lastSeen === null)
    return `No agent ever sent samples under the name ${service}. Its agent has another name (FLAMEHOUSE_SERVICE), it runs without one, or it is no process of yours.`;
  if (lastSeen <= from)
    return `No agent sampled ${service} at that time; its last samples are from ${formatMoment(lastSeen, nowMs)}.`;
  return `No agent sampled ${service} at that time; there are samples of it from other times.`;
}
