import {
  type DiffAnswer,
  type DiffSide,
  formatCount,
  formatPercent,
  minutesEach,
  type ServiceSummary,
} from '@flamehouse/proto';
import type { ApiClient } from './api-client.ts';

const NAMES_MAX = 8;

/** What is still missing, for whoever watches a job that waits. */
export function progressOf(answer: DiffAnswer, leftMs: number): string {
  return `waiting, ${timeText(leftMs)} left: ${missing(answer)}`;
}

function missing({ base, head, verdict, smallestChange }: DiffAnswer): string {
  const both = (text: (side: DiffSide) => string) =>
    `${head.name} has ${text(head)}, ${base.name} has ${text(base)}`;
  switch (verdict.shortage) {
    case 'ticks':
      return `${both(({ busyTicks }) => `${formatCount(busyTicks)} samples`)}; 600 are needed`;
    case 'requests':
      return both(({ requests }) => `${formatCount(requests)} requests`);
    case 'smallest-change':
      return `a change of ${formatPercent(smallestChange)} would be seen by now; 10 % is wanted`;
    case 'direction':
      return 'either half of the functions may have changed';
    default:
      return `${both((side) => minutesText(minutesEach(side)))}; 2 of each process are needed`;
  }
}

function minutesText(count: number): string {
  return `${count} complete minute${count === 1 ? '' : 's'}`;
}

function timeText(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Which sides name a service or version that the server has never seen, and what it knows instead. */
export async function hintsOf(client: ApiClient, answer: DiffAnswer): Promise<string[]> {
  const empty = [answer.base, answer.head].filter(({ instances }) => instances === 0);
  if (empty.length === 0) return [];
  const services = await client.get<ServiceSummary[]>('/api/v1/services', new URLSearchParams());
  return [...new Set(empty.flatMap((side) => hintOf(side, services)))];
}

function hintOf(side: DiffSide, services: readonly ServiceSummary[]): string[] {
  const service = services.find(({ service: name }) => name === side.service);
  if (service === undefined) {
    return [
      `no service is called ${side.service}; known are ${listed(services.map((s) => s.service))}`,
    ];
  }
  const version = /^version:([^@]+)/.exec(side.selector)?.[1];
  if (version === undefined || service.versions.includes(version)) return [];
  return [`${side.service} has no version ${version}; it has ${listed(service.versions)}`];
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const more = names.length - NAMES_MAX;
  return names.slice(0, NAMES_MAX).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
