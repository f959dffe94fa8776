import type { Deploy, DeployVerdict } from '@flamehouse/proto';
import type { StorageLog } from '../ingest/pipeline.ts';
import type { DeployStore, StoredDeploy } from '../storage/deploy-store.ts';
import { deployAnswer } from './deploy-answer.ts';
import {
  sendWebhook,
  type WebhookMessage,
  type WebhookOptions,
  type WebhookOutcome,
} from './webhook.ts';

export interface NotifierOptions extends WebhookOptions {
  readonly store: DeployStore;
  readonly uiUrl: string | null; // null: messages hold no link
  readonly log: StorageLog;
  readonly sharedAs: string | null; // name of this server where others use the store too; else null
}

const HOUR_MS = 3_600_000;
/** News of yesterday is no alarm: what could not be sent by then is left. */
const NEWS_MS = HOUR_MS;
/** A receiver that is away holds up so many messages at most; later ones wait for the next round. */
const UNDER_WAY_MAX = 20;
/** By then all servers see the same verdict, also when two took one look in the same moment. */
const AGREED_MS = 10_000;
/** Longer than all attempts of a message: whoever took the look is gone. */
const LEFT_MS = 10 * 60_000;

/**
 * Sends verdicts that somebody should hear of, each once.
 *
 * What was sent is stored, so after a kill the rest is sent; a message that was sent in that moment
 * comes twice, with the same delivery. Of several servers on one store that one sends whose verdict is
 * stored, and another one in its place when it has not for LEFT_MS.
 */
export class Notifier {
  readonly outcomes: Record<WebhookOutcome, number> = {
    sent: 0,
    refused: 0,
    failed: 0,
    stopped: 0,
  };
  private readonly options: NotifierOptions;
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(options: NotifierOptions) {
    this.options = options;
  }

  /** Start to send what is new. Resolves when it is known what that is; sending goes on by itself. */
  async tick(): Promise<void> {
    const { store, now } = this.options;
    const since = now() - NEWS_MS;
    const fresh = (await store.listSince(since - 24 * HOUR_MS)).filter(
      (deploy) =>
        (deploy.judgement?.verdict.judgedAt ?? 0) >= since && isNews(deploy) && this.isOurs(deploy),
    );
    if (fresh.length === 0) return;
    const told = await store.listNotices(since);
    for (const deploy of fresh) {
      const key = `${deploy.entry.id} ${deploy.judgement!.verdict.version}`;
      if (told.has(key) || this.underWay.has(key)) continue;
      if (this.underWay.size >= UNDER_WAY_MAX) return;
      const sending = this.send(deploy).finally(() => this.underWay.delete(key));
      this.underWay.set(key, sending);
    }
  }

  /** Give up what waits for another attempt; the next start takes it up. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.drained();
  }

  /** Resolves when nothing is under way any more. */
  async drained(): Promise<void> {
    await Promise.all(this.underWay.values());
  }

  private isOurs({ judgement }: StoredDeploy): boolean {
    const { sharedAs, now } = this.options;
    if (sharedAs === null || judgement === null) return true;
    const ageMs = now() - judgement.verdict.judgedAt;
    return ageMs >= (judgement.judgedBy === sharedAs ? AGREED_MS : LEFT_MS);
  }

  private async send({ entry, judgement }: StoredDeploy): Promise<void> {
    const { store, uiUrl, now, log } = this.options;
    const { version } = judgement!.verdict;
    const message = messageOf(deployAnswer({ entry, judgement }, null), uiUrl);
    const outcome = await sendWebhook(message, this.options, this.stopping.signal);
    this.outcomes[outcome]++;
    if (outcome === 'stopped') return;
    if (outcome !== 'sent') log.error({ deploy: entry.id, outcome }, 'a webhook was not delivered');
    await store.saveNotice(entry.id, version, { outcome, at: now() }).catch((error: unknown) => {
      log.error({ err: error, deploy: entry.id }, 'a webhook may be delivered again');
    });
  }
}

/** What somebody should hear of: an alarm, its end, and what was found in the end. */
export function isNews({ entry, judgement }: StoredDeploy): boolean {
  if (entry.kind === 'restart' || entry.expected || judgement === null) return false;
  const { status, state, looks } = judgement.verdict;
  if (state === 'more' || state === 'less') return status !== 'judging';
  if (status === 'settled') return state === 'no-change';
  const before = looks.at(-2)?.state;
  return before === 'more' || before === 'less';
}

/** JSON that Slack shows by its `text`, with the whole deploy beside it for programs. */
export function messageOf(deploy: Deploy, uiUrl: string | null): WebhookMessage {
  const verdict = deploy.verdict!;
  const link = uiUrl === null ? null : `${uiUrl}/deploys/${deploy.id}`;
  const text = [
    `${escapeSlack(deploy.service)} in ${escapeSlack(deploy.environment)}: ${headline(verdict)}`,
    escapeSlack(verdict.sentence),
    escapeSlack(verdict.cause),
    link === null ? '' : `<${link}|Open the comparison>`,
  ];
  const event = `deploy.${verdict.status}`;
  return {
    event,
    delivery: `${deploy.id}-${verdict.version}`,
    body: JSON.stringify({
      text: text.filter((line) => line !== '').join('\n'),
      event,
      link,
      deploy,
    }),
  };
}

function headline({ status, state }: DeployVerdict): string {
  const words = { more: 'more CPU', less: 'less CPU', 'no-change': 'no change' } as const;
  const found = state === null || state === 'not-enough-data' ? 'no longer sure' : words[state];
  return `*${status === 'likely' ? 'likely ' : ''}${found}*`;
}

/** Source  https://api.slack.com/reference/surfaces/formatting#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
