import { MAX_SPARK } from '../jobs/curve.ts';
import { leastOf, type SeenProgress, type TrainingProgress } from '../jobs/progress.ts';
import type { Utilisation } from '../jobs/utilisation.ts';
import type { Queries } from './database.ts';
import type { Notices } from './notices.ts';
import { json, statement } from './statement.ts';
import type { Lease, ProgressEntry, ProgressNews, ProgressStore, Reporter } from './store.ts';
import { type StoredUtilisation, utilisationOf } from './utilisation.ts';

const saveProgress = statement('save-progress');
const progressOfJobs = statement('progress-of-jobs');
const reportersAmong = statement('reporters');

/** What an earlier version wrote, or what a list leaves out, is missing. */
type StoredProgress = Omit<TrainingProgress, 'step' | 'metrics'> & Partial<Pick<TrainingProgress, 'step' | 'metrics'>>;

/** Cluster, time and what was told. */
type StoredRow = readonly [string, string, StoredProgress];

/** Of each cluster; null: of none. */
export type StoredProgresses = readonly StoredRow[] | null;

/** The part of a query that reads what a list shows of it beside a job's row: of a page's rows alone, each by its key. */
export const LISTED_OF_JOB = "(select '[' || string_agg(told, ',') || ']' from job_listed where job_id = id) as listed";

/** Of what that reads, null where nothing was told: the progress and the use in the clusters that the job is in, and the loss so far. */
export function listedOfRow(
  listed: string | null,
  clusters: readonly string[],
): {
  readonly progress: SeenProgress | null;
  readonly spark: number[] | null;
  readonly utilisation: Utilisation | null;
} {
  if (listed === null) return { progress: null, spark: null, utilisation: null };
  const rows = JSON.parse(listed) as (StoredRow | StoredUtilisation | readonly ['', number[]])[];
  let progress: SeenProgress | null = null;
  let spark: number[] = [];
  const used: StoredUtilisation[] = [];
  for (const row of rows) {
    if (row.length === 2) spark = row[1];
    else if (row.length === 7) used.push(row);
    else if (clusters.includes(row[0])) progress = leastOf(progress, seenOf(row));
  }
  return { progress, spark: sparkOf(spark, progress?.loss ?? null), utilisation: utilisationOf(used, clusters) };
}

/** What was merged is a little old, and has four digits: the latest is at the end. */
function sparkOf(merged: number[], loss: number | null): number[] | null {
  const last = merged.at(-1);
  if (loss !== null) {
    const isSame = last !== undefined && Math.abs(last - loss) <= Math.abs(loss) / 1000;
    if (isSame || merged.length >= MAX_SPARK) merged.pop();
    merged.push(loss);
  }
  return merged.length === 0 ? null : merged;
}

/** Of the clusters that the job is in: what it had come to in one that it has left tells nothing any more. */
export const progressOfRow = (stored: StoredProgresses | undefined, clusters: readonly string[]): SeenProgress | null =>
  (stored ?? [])
    .filter(([cluster]) => clusters.includes(cluster))
    .map(seenOf)
    .reduce(leastOf, null);

/** Of what was just parsed, the very object: to copy it takes twice as long as to parse it, and a page has a thousand. */
function seenOf([cluster, at, stored]: StoredRow): SeenProgress {
  const { loss, metrics = loss === null ? {} : { loss }, step = null } = stored;
  return Object.assign(stored, { step, metrics, cluster, at: new Date(at) });
}

/** PostgreSQL takes payloads below 8,000 bytes. */
const MAX_PAYLOAD = 7_900;

interface Saved {
  readonly jobId: string;
  readonly namespace: string;
  readonly clusters: readonly string[];
  readonly cluster: string;
  readonly at: Date;
  readonly progress: TrainingProgress;
}

/** Of a job that runs in several clusters what is told is of all of them. */
async function newsOf(database: Queries, saved: readonly Saved[]): Promise<ProgressNews[]> {
  const several = new Map(saved.filter(({ clusters }) => clusters.length > 1).map((each) => [each.jobId, each]));
  const news = saved
    .filter(({ jobId }) => !several.has(jobId))
    .map(({ jobId, namespace, cluster, at, progress }) => ({
      jobId,
      namespace,
      progress: { ...progress, cluster, at },
    }));
  if (several.size === 0) return news;
  const rows = await database.query<{ jobId: string; progress: StoredProgresses }>(progressOfJobs, [
    [...several.keys()],
  ]);
  for (const row of rows) {
    const { clusters = [], namespace = '' } = several.get(row.jobId) ?? {};
    const progress = progressOfRow(row.progress, clusters);
    if (progress) news.push({ jobId: row.jobId, namespace, progress });
  }
  return news;
}

export function createProgressStore(database: Queries, notices: Notices): ProgressStore {
  return {
    async save(entries: readonly ProgressEntry[], leases: readonly Lease[]) {
      if (entries.length === 0) return;
      const saved = await database.query<Saved>(saveProgress, [json(entries), json(leases)]);
      const payloads = payloadsOf(await newsOf(database, saved));
      // Whoever does not hear it finds it when the job is read.
      if (payloads.length > 0)
        await database.queryText(
          'telling progress',
          "select pg_notify('mlp_progress', payload) from unnest($1::text[]) payload",
          [payloads],
        );
    },
    async reporters(jobIds) {
      type Row = Omit<Reporter, 'progress'> & { readonly jobId: string; readonly progress: StoredProgresses };
      const rows = await database.query<Row>(reportersAmong, [jobIds]);
      return new Map(
        rows.map(({ jobId, progress, ...reporter }) => [
          jobId,
          { ...reporter, progress: progressOfRow(progress, reporter.clusters) },
        ]),
      );
    },
    onProgress: (listener) => notices.listen('mlp_progress', (payload) => listener(newsIn(payload))),
  };
}

/** As many in one notice as fit. */
function payloadsOf(news: readonly ProgressNews[]): string[] {
  const payloads: string[] = [];
  let together: string[] = [];
  let bytes = 2;
  for (const each of news) {
    const text = JSON.stringify(each);
    const length = Buffer.byteLength(text) + 1;
    if (bytes + length > MAX_PAYLOAD && together.length > 0) {
      payloads.push(`[${together.join()}]`);
      together = [];
      bytes = 2;
    }
    if (length > MAX_PAYLOAD) continue;
    together.push(text);
    bytes += length;
  }
  return together.length > 0 ? [...payloads, `[${together.join()}]`] : payloads;
}

type AsText = Omit<ProgressNews, 'progress'> & {
  readonly progress: Omit<SeenProgress, 'at'> & { readonly at: string };
};

/** Empty for the wake-up after a reconnection, and for what another version writes. */
function newsIn(payload: string): ProgressNews[] {
  if (payload === '') return [];
  try {
    const news = JSON.parse(payload) as readonly AsText[];
    return news.map(({ progress, ...each }) => ({ ...each, progress: { ...progress, at: new Date(progress.at) } }));
  } catch {
    return [];
  }
}
