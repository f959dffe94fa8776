import type { DiffStores } from '../compare/run-diff.ts';
import type { StorageLog } from '../ingest/pipeline.ts';
import type { DeployStore, Judgement, StoredDeploy } from '../storage/deploy-store.ts';
import type { Progress } from './deploy-answer.ts';
import type { DeployBook } from './deploy-book.ts';
import type { DeployEntry } from './entry.ts';
import { endOfLook, looksDue, MINUTES_WANTED, minutesOfHead, nextLookAt } from './looks-due.ts';
import { sidesOf } from './sides.ts';
import { takeLook } from './take-look.ts';
import { closedVerdict } from './verdict-of.ts';

export interface DeployWatchOptions {
  readonly store: DeployStore;
  readonly book: DeployBook;
  readonly stores: DiffStores;
  readonly now: () => number;
  readonly log: StorageLog;
  readonly sharedAs: string | null; // name of this server where others use the store too; else null
  /** Does what has to follow each round, such as telling others of verdicts. */
  readonly after: readonly (() => Promise<void>)[];
}

const EVERY_MS = 15_000;
const DAY_MS = 86_400_000;
/** Whoever has had no kept minutes for long is asked less often: a part of its age, up to so long. */
const ASK_PART = 1 / 40;
const ASK_MS_MAX = 10 * 60_000;

/**
 * Finds deploys and judges them, one after the other, as minutes arrive.
 *
 * What was judged is in the store and nowhere else: after a kill, the next round takes the looks that
 * have no verdict, from the same minutes. Several servers on one ClickHouse may all judge: a look is
 * numbered, and whoever stores its number first has taken it.
 */
export class DeployWatch {
  private readonly options: DeployWatchOptions;
  private readonly progress = new Map<string, Progress>();
  private readonly askedAt = new Map<string, number>();
  private timer: NodeJS.Timeout | null = null;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: DeployWatchOptions) {
    this.options = options;
  }

  start(): void {
    this.timer = setTimeout(() => {
      void this.tick().finally(() => {
        if (!this.stopped) this.start();
      });
    }, EVERY_MS);
    this.timer.unref();
  }

  /** Resolves when the round that runs is over; a look under way is finished. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    await this.round;
  }

  progressOf(id: string): Progress | null {
    return this.progress.get(id) ?? null;
  }

  /** One round. It never rejects: what fails is logged and done again in the next. */
  tick(): Promise<void> {
    this.round = this.round.then(() => this.runRound());
    return this.round;
  }

  private async runRound(): Promise<void> {
    const { store, book, now, log, after } = this.options;
    const steps = [
      () => book.detect(),
      async () => {
        const open = (await store.listSince(now() - 2 * DAY_MS)).filter(isOpen);
        this.forgetOthers(open);
        for (const deploy of open) {
          if (this.stopped) return;
          await this.judge(deploy);
        }
      },
      ...after,
    ];
    for (const step of steps) {
      if (this.stopped) return;
      await step().catch((error: unknown) => {
        log.error({ err: error }, 'deploys could not be judged; the next round tries again');
      });
    }
  }

  /** Take every look that is due, in order. */
  private async judge({ entry, judgement }: StoredDeploy): Promise<void> {
    const { stores, now } = this.options;
    const { id, at } = entry;
    const asked = this.askedAt.get(id) ?? 0;
    if (now() - asked < Math.min((now() - at) * ASK_PART, ASK_MS_MAX)) return;
    this.askedAt.set(id, now());
    const head = await stores.comparisons.listMinutes(sidesOf(entry, now()).head.selection);
    const minutes = Math.min(minutesOfHead(head), MINUTES_WANTED);
    let before: Judgement | null = judgement;
    for (const look of looksDue(minutes, before?.verdict.looks ?? [])) {
      const until = endOfLook(head, look);
      if (until === null || this.stopped) break;
      before = await takeLook({ entry, minutes: look, until, before, nowMs: now() }, stores);
      if (!(await this.save(entry, before)) || before.verdict.status === 'settled') return;
    }
    const taken = before?.verdict.looks ?? [];
    this.progress.set(id, {
      minutes,
      nextLookAt: nextLookAt({ at, minutes, taken, nowMs: now() }),
    });
    if (now() - at > DAY_MS) await this.close({ entry, judgement: before });
  }

  /** No more minutes count for a deploy of yesterday. */
  private async close({ entry, judgement }: StoredDeploy): Promise<void> {
    const { now } = this.options;
    const verdict = closedVerdict(judgement?.verdict ?? null, entry.version, now());
    const nothing = { line: null, baseSelector: null, headSelector: null };
    await this.save(entry, { ...(judgement ?? nothing), verdict });
  }

  /** False when another server was faster: what it stored stands, and the next round goes on from there. */
  private async save(entry: DeployEntry, judgement: Judgement): Promise<boolean> {
    const { store, sharedAs } = this.options;
    const stored = (await store.get(entry.id))?.judgement?.verdict.version ?? 0;
    if (stored >= judgement.verdict.version) return false;
    const signed = sharedAs === null ? judgement : { ...judgement, judgedBy: sharedAs };
    await store.saveJudgement(entry, signed);
    return true;
  }

  private forgetOthers(open: readonly StoredDeploy[]): void {
    const ids = new Set(open.map(({ entry }) => entry.id));
    for (const map of [this.progress, this.askedAt]) {
      for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
    }
  }
}

function isOpen({ entry, judgement }: StoredDeploy): boolean {
  return (
    entry.kind !== 'first' && entry.baseVersion !== null && judgement?.verdict.status !== 'settled'
  );
}
