import type { TraceAgent, WaterfallAnswer } from '@flamehouse/proto';

export const agentOf = ({ agents }: WaterfallAnswer, service: string): TraceAgent | undefined =>
  agents.find((one) => one.service === service);

/** Whether a sample could have been inside of spans of a service: its agent was there, and its samples name spans. */
export function isProfiled(answer: WaterfallAnswer, service: string): boolean {
  if (agentOf(answer, service)?.state === 'spans') return true;
  return answer.spans.some((one) => one.service === service && one.samples > 0);
}
