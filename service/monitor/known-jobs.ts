import { isFinished, JOB_KINDS, type JobKind } from '../jobs/job.ts';
import { NO_CELLS, type StateCells } from '../jobs/state/index.ts';
import type { MonitoredJob } from '../store/store.ts';

/** One job on one cluster. 100,000 of these fit in memory, so there is nothing here that is not compared or decided by. */
export interface KnownRow {
  readonly cluster: string;
  job: MonitoredJob;
  /** State columns that were last acted on. Empty: none yet, so whatever the cluster shows counts as changed. */
  columns: StateCells;
  /** Of the newest object seen, so that a watch that repeats itself is not believed; -1 when none was. */
  resourceVersion: number;
  /** How far it was when last heard, as printed; and of which version that was. */
  progress: string;
  progressVersion: number;
  /** Number of the last answer of the cluster that showed it. */
  shownIn: number;
  /** In elapsed milliseconds: an object that could not be read rests until then. */
  readAgainAt: number;
  /** Set while a cluster that answers does not show it. */
  gone: Gone | null;
}

interface Gone {
  /** When a GET first confirmed it; null while none has. In elapsed milliseconds, like the next. */
  confirmedAt: number | null;
  checkAt: number;
}

type RowsByKind = Readonly<Record<JobKind, Map<string, KnownRow>>>;

/**
 * The unfinished jobs on the clusters that this replica owns. Loaded once per cluster, then kept in line by what the store says
 * has changed; a job that comes with an older version than the known one changes nothing.
 */
export class KnownJobs {
  readonly #jobs = new Map<string, MonitoredJob>();
  readonly #clusters = new Map<string, RowsByKind>();
  readonly #unsettled = new Set<string>();

  get size(): number {
    return this.#jobs.size;
  }

  /** A job has one for each of its clusters. */
  get rowCount(): number {
    let count = 0;
    for (const rows of this.#clusters.values()) for (const kind of JOB_KINDS) count += rows[kind].size;
    return count;
  }

  /** From now on jobs on this cluster are remembered. */
  remember(cluster: string): void {
    if (!this.#clusters.has(cluster))
      this.#clusters.set(cluster, { RayJob: new Map(), Job: new Map(), TrainingJob: new Map() });
  }

  forget(cluster: string): void {
    const rows = this.#clusters.get(cluster);
    this.#clusters.delete(cluster);
    this.#unsettled.delete(cluster);
    for (const kind of JOB_KINDS) {
      for (const { job } of rows?.[kind].values() ?? []) if (!this.#isHere(job)) this.#jobs.delete(job.id);
    }
  }

  /** Takes over what the store says of a job. A cluster on which it is new to us is unsettled by it. */
  put(job: MonitoredJob): void {
    const known = this.#jobs.get(job.id);
    if (known && known.version > job.version) return;
    for (const cluster of known?.clusters ?? []) {
      // Another attempt has another object: the one before is no longer looked for.
      if (isFinished(job.status) || !job.clusters.includes(cluster) || known?.objectName !== job.objectName) {
        this.#clusters.get(cluster)?.[job.kind].delete(known?.objectName ?? job.objectName);
      }
    }
    if (isFinished(job.status) || !this.#isHere(job)) {
      this.#jobs.delete(job.id);
      return;
    }
    this.#jobs.set(job.id, job);
    for (const cluster of job.clusters) this.#place(job, cluster);
  }

  /** The row was deleted from the store. */
  remove(jobId: string): void {
    const job = this.#jobs.get(jobId);
    if (!job) return;
    for (const cluster of job.clusters) this.#clusters.get(cluster)?.[job.kind].delete(job.objectName);
    this.#jobs.delete(jobId);
  }

  /** Those that are to be deleted. */
  leaving(): string[] {
    return [...this.#jobs.values()].flatMap(({ id, wanted }) => (wanted === 'delete' ? [id] : []));
  }

  job(jobId: string): MonitoredJob | undefined {
    return this.#jobs.get(jobId);
  }

  /** Names of objects are unique across namespaces, so a Table row's name is enough. */
  row(cluster: string, kind: JobKind, objectName: string): KnownRow | undefined {
    return this.#clusters.get(cluster)?.[kind].get(objectName);
  }

  rows(cluster: string, kind: JobKind): ReadonlyMap<string, KnownRow> {
    return this.#clusters.get(cluster)?.[kind] ?? new Map();
  }

  *allRows(cluster: string): Iterable<KnownRow> {
    for (const kind of JOB_KINDS) yield* this.rows(cluster, kind).values();
  }

  kindsInUse(cluster: string): JobKind[] {
    return JOB_KINDS.filter((kind) => this.rows(cluster, kind).size > 0);
  }

  /** What was seen of it did not reach the store: the next answer counts as changed again. */
  distrust(jobId: string, cluster: string): void {
    const job = this.#jobs.get(jobId);
    const row = job && this.row(cluster, job.kind, job.objectName);
    if (!row) return;
    row.columns = NO_CELLS;
    row.resourceVersion = -1;
    this.unsettle(cluster);
  }

  /** Its objects may come back with older versions than those that were seen. */
  distrustVersions(cluster: string): void {
    for (const row of this.allRows(cluster)) {
      row.resourceVersion = -1;
      row.progressVersion = -1;
    }
  }

  /** Something of it is still to be seen: it must be looked at, even if nothing in it moves and a watch stands. */
  unsettle(cluster: string): void {
    if (this.#clusters.has(cluster)) this.#unsettled.add(cluster);
  }

  /** To be called before it is looked at, so that what comes meanwhile is looked for by the next look. */
  settle(cluster: string): void {
    this.#unsettled.delete(cluster);
  }

  isUnsettled(cluster: string): boolean {
    return this.#unsettled.has(cluster);
  }

  #isHere(job: MonitoredJob): boolean {
    return job.clusters.some((cluster) => this.#clusters.has(cluster));
  }

  #place(job: MonitoredJob, cluster: string): void {
    const rows = this.#clusters.get(cluster)?.[job.kind];
    if (!rows) return;
    const row = rows.get(job.objectName);
    if (row) {
      row.job = job;
      return;
    }
    const columns = job.clusterStates[cluster]?.columns ?? NO_CELLS;
    rows.set(job.objectName, {
      cluster,
      job,
      columns,
      resourceVersion: -1,
      progress: '',
      progressVersion: -1,
      shownIn: 0,
      readAgainAt: 0,
      gone: null,
    });
    // A watch, or a version, may have told of it before it was known here.
    this.unsettle(cluster);
  }
}
