import type { Logger } from 'pino';
import type { JobKind } from '../jobs/job.ts';
import { progressCells } from '../jobs/progress.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { WatchEvent } from '../kube/kube.ts';
import type { Clock } from './clock.ts';
import type { Health } from './health.ts';
import type { KnownJobs } from './known-jobs.ts';
import type { Progress } from './progress.ts';
import { progressIn, toldAgain } from './rows.ts';
import type { Writer } from './writer.ts';

/** Servers send a bookmark about once a minute; a watch that says nothing for longer is taken for dead. */
const IDLE_TIMEOUT_MS = 90_000;
/** One that ends sooner, without a word, brought nothing. */
const SHORT_LIVED_MS = 500;
/** After so many of those in a row the query takes over, and its next answer starts a new watch. */
const MAX_FRUITLESS = 3;
const RESUME_AFTER_MS = 20;
/** Cut for no longer than this, it still counts: resumed, it tells every step, while the query would tell only the last. */
const GAP_MS = 1_000;

export interface WatchOptions {
  readonly karmada: Karmada;
  readonly known: KnownJobs;
  readonly health: Pick<Health, 'heard'>;
  readonly writer: Pick<Writer, 'add' | 'flushSoon'>;
  readonly progress: Pick<Progress, 'heard'>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Standing {
  readonly ending: AbortController;
  /** Whether the cluster has accepted the watch. */
  isOpen: boolean;
  /** When it was cut, in elapsed milliseconds. */
  cutAt: number;
}

/** One watch per cluster and kind in use. Each starts where a query's answer ended, and resumes where it was cut. */
export class Watches {
  readonly #options: WatchOptions;
  readonly #standing = new Map<string, Map<JobKind, Standing>>();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** All up to this version has just been seen. */
  begin(cluster: string, kind: JobKind, resourceVersion: string): void {
    const watches = this.#standing.get(cluster) ?? new Map<JobKind, Standing>();
    this.#standing.set(cluster, watches);
    if (watches.has(kind)) return;
    const standing: Standing = { ending: new AbortController(), isOpen: false, cutAt: Number.NEGATIVE_INFINITY };
    watches.set(kind, standing);
    void this.#run(cluster, kind, resourceVersion, standing).finally(() => {
      if (watches.get(kind) === standing) watches.delete(kind);
    });
  }

  /** Whether watches stand for all of these kinds. */
  tell(cluster: string, kinds: readonly JobKind[]): boolean {
    return kinds.every((kind) => {
      const standing = this.#standing.get(cluster)?.get(kind);
      return standing && (standing.isOpen || this.#options.clock.elapsed() - standing.cutAt < GAP_MS);
    });
  }

  /** The cluster is no longer ours, or does not answer. */
  end(cluster: string): void {
    for (const { ending } of this.#standing.get(cluster)?.values() ?? []) ending.abort();
    this.#standing.delete(cluster);
  }

  stop(): void {
    for (const cluster of [...this.#standing.keys()]) this.end(cluster);
  }

  async #run(cluster: string, kind: JobKind, from: string, standing: Standing): Promise<void> {
    const { clock, health } = this.#options;
    const { signal } = standing.ending;
    let version = from;
    let fruitless = 0;
    while (!signal.aborted && fruitless < MAX_FRUITLESS) {
      const startedAt = clock.elapsed();
      const before = version;
      try {
        for await (const event of this.#events(cluster, kind, version, standing)) {
          version = event.object.metadata.resourceVersion ?? version;
          health.heard(cluster);
          if (event.type !== 'BOOKMARK') this.#hear(cluster, kind, event);
        }
      } catch (error) {
        if (!this.#mayResume(error, cluster, signal)) return;
      } finally {
        if (standing.isOpen) standing.cutAt = clock.elapsed();
        standing.isOpen = false;
      }
      fruitless = version !== before || clock.elapsed() - startedAt >= SHORT_LIVED_MS ? 0 : fruitless + 1;
      await clock.sleep(RESUME_AFTER_MS * (0.5 + Math.random()), signal);
    }
  }

  #hear(cluster: string, kind: JobKind, { type, object }: WatchEvent): void {
    const { known, progress, writer } = this.#options;
    const row = known.row(cluster, kind, object.metadata.name);
    if (!row) return;
    const version = Number(object.metadata.resourceVersion ?? -1);
    const news = type === 'DELETED' ? undefined : progressIn(row, progressCells(object), version);
    if (news) progress.heard(row.job, cluster, news);
    // A look confirms that it is gone, and for how long.
    if (type === 'DELETED') known.unsettle(cluster);
    const observation = type === 'DELETED' ? undefined : toldAgain(row, object);
    if (!observation) return;
    writer.add(observation);
    writer.flushSoon();
  }

  #events(cluster: string, kind: JobKind, resourceVersion: string, standing: Standing): AsyncIterable<WatchEvent> {
    const opened = (): void => {
      standing.isOpen = true;
    };
    const options = { signal: standing.ending.signal, idleTimeoutMs: IDLE_TIMEOUT_MS, opened };
    return this.#options.karmada.member(cluster).watch(kind, resourceVersion, options);
  }

  /** Cut off or fallen silent: yes. Expired: no, only a look tells what was missed. */
  #mayResume(error: unknown, cluster: string, signal: AbortSignal): boolean {
    if (signal.aborted) return false;
    this.#options.log.debug({ err: error, cluster }, 'Watch ended');
    const mayResume =
      error instanceof KarmadaError && (error.failure === 'unavailable' || error.failure === 'memberUnavailable');
    if (!mayResume) this.#options.known.unsettle(cluster);
    return mayResume;
  }
}
