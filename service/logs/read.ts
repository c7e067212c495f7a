import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { KeptLog, Store } from '../store/store.ts';
import { followLogs } from './follow.ts';
import { linesOf, stamped } from './lines.ts';
import {
  inReadingOrder,
  isSelected,
  keyOf,
  type LogQuery,
  type LogSource,
  MAX_SOURCES,
  MEMBER_TIMEOUT_MS,
  note,
  prefixOf,
  sourcesIn,
} from './sources.ts';

interface LogReader {
  readonly store: { readonly jobs: Pick<Store['jobs'], 'get'>; readonly logs: Pick<Store['logs'], 'kept'> };
  readonly karmada: Karmada;
}

interface JobLogs {
  /** From the pods, from what was kept of them, or nowhere: nothing has been written yet, or nothing was kept. */
  readonly from: 'pods' | 'kept' | 'none';
  /** Each with its line end. Reading them is what asks the members; leaving off ends that. */
  readonly lines: AsyncIterable<string>;
}

/** The output of a job: of containers that are still there from their pods, of the others what was kept at the job's end. */
export async function readLogs(
  reader: LogReader,
  job: Job,
  query: LogQuery & { readonly follow?: boolean },
  signal: AbortSignal,
): Promise<JobLogs> {
  if (query.follow && !isFinished(job.status)) return { from: 'pods', lines: followed(reader, job, query, signal) };
  const { from, sources, failure } = await sourcesNow(reader, job, query, signal);
  if (sources.length === 0 && failure) throw failure;
  return { from, lines: written(reader, job, query, sources, signal) };
}

/** A job may end, and its pods go, between two looks; dispatch keeps their output within this. */
const UNTIL_KEPT_MS = 5000;

/** To the end of the job, and after that the output of containers that were too quick to be followed. */
async function* followed(reader: LogReader, job: Job, query: LogQuery, signal: AbortSignal) {
  const seen = new Set<string>();
  const current = () => reader.store.jobs.get(job.id);
  yield* followLogs(job, query, {
    karmada: reader.karmada,
    signal,
    current,
    onSource: (source) => seen.add(keyOf(source)),
  });
  const ended = await current();
  const deadline = Date.now() + UNTIL_KEPT_MS;
  while (ended && isFinished(ended.status) && !signal.aborted) {
    const { sources } = await sourcesNow(reader, ended, query, signal);
    const missed = sources.filter((source) => !seen.has(keyOf(source)));
    yield* written(reader, ended, query, missed, signal);
    if (sources.length > 0 || seen.size > 0 || Date.now() > deadline) return;
    await sleep(250, undefined, { signal }).catch(() => undefined);
  }
}

async function sourcesNow(reader: LogReader, job: Job, query: LogQuery, signal: AbortSignal) {
  const { live, failure } = await liveSources(reader.karmada, job, query, signal);
  const all = isFinished(job.status) ? await reader.store.logs.kept(job.id) : [];
  const alive = new Set(live.map(keyOf));
  const kept = all.filter((log) => isSelected(log, query) && !alive.has(keyOf(log)));
  const sources = inReadingOrder<LogSource | KeptLog>([...live, ...kept]).slice(0, MAX_SOURCES);
  const from: JobLogs['from'] = live.length > 0 ? 'pods' : kept.length > 0 ? 'kept' : 'none';
  return { from, sources, failure };
}

/** What of the clusters answers; the failure of one that does not matters only if nothing else is there. */
async function liveSources(karmada: Karmada, job: Job, query: LogQuery, signal: AbortSignal) {
  const clusters = job.clusters.filter((cluster) => query.cluster === undefined || query.cluster === cluster);
  let failure: KarmadaError | undefined;
  const found = await Promise.all(
    clusters.map((cluster) =>
      sourcesIn(karmada.member(cluster), job, { signal, timeoutMs: MEMBER_TIMEOUT_MS }).catch((error: unknown) => {
        if (!(error instanceof KarmadaError)) throw error;
        failure = error;
        return [];
      }),
    ),
  );
  return { live: found.flat().filter((source) => isSelected(source, query)), failure };
}

async function* written(
  { karmada }: Pick<LogReader, 'karmada'>,
  job: Job,
  query: LogQuery,
  sources: readonly (LogSource | KeptLog)[],
  signal: AbortSignal,
) {
  for (const source of sources) {
    const prefix = prefixOf(job, query, source);
    const lines = 'text' in source ? keptLines(source, query) : liveLines(karmada, job, query, source, signal);
    for await (const line of lines) yield `${prefix}${line}`;
  }
}

async function* liveLines(
  karmada: Karmada,
  job: Job,
  { tailLines, sinceSeconds }: LogQuery,
  source: LogSource,
  signal: AbortSignal,
) {
  try {
    const chunks = await karmada
      .member(source.cluster)
      .logs(
        { namespace: job.namespace, name: source.pod, container: source.container },
        { tailLines, sinceSeconds, timestamps: true },
        { signal, timeoutMs: MEMBER_TIMEOUT_MS },
      );
    for await (const line of linesOf(chunks)) yield `${line.text}\n`;
  } catch (error) {
    // The answer has begun: only words among the lines can still say what is wrong.
    if (!(error instanceof KarmadaError)) throw error;
    if (error.failure !== 'notReady' && error.failure !== 'missing')
      yield note(`${source.cluster}/${source.pod} cannot be read: ${error.message}`);
  }
}

function* keptLines({ text, droppedBytes }: KeptLog, { tailLines, sinceSeconds }: LogQuery) {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const since = sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : Date.now() - sinceSeconds * 1000;
  const recent = lines.map(stamped).filter(({ at }) => at === '' || Date.parse(at) >= since);
  const last = tailLines === undefined ? recent : recent.slice(recent.length - Math.min(tailLines, recent.length));
  if (droppedBytes > 0 && last.length === lines.length) yield note('what was written before this was not kept');
  for (const line of last) yield `${line.text}\n`;
}
