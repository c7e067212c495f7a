import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Job } from '../jobs/job.ts';
import { inPlainWords, KarmadaError } from '../karmada/errors.ts';
import type { Karmada } from '../karmada/karmada.ts';
import type { KeptLog, Store } from '../store/store.ts';
import { followLogs, type ReadUpTo } from './follow.ts';
import { type Learn, type Line, linesOf, stamped, told } from './lines.ts';
import { Runs } from './runs.ts';
import {
  inReadingOrder,
  isSelected,
  isWorthALine,
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
  readonly learn?: Learn | undefined;
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
  const kept = await reader.store.logs.kept(job.id);
  const runs = new Runs(kept);
  const isPast = query.run !== undefined && query.run < runs.latest;
  const before: (LogSource | KeptLog)[] = kept.length > 0 ? (await sourcesNow(reader, job, query, signal)).sources : [];
  const earlier = before.filter((source): source is KeptLog => 'text' in source);
  yield* written(reader, job, query, isPast ? before : earlier, signal);
  if (isPast && before.length > 0) return;
  for (const source of earlier) seen.add(keyOf(source));
  yield* followLogs(job, query, {
    karmada: reader.karmada,
    signal,
    current,
    runs,
    read: new Map(earlier.map((log) => [keyOf(log), endOf(log)])),
    onSource: (source) => seen.add(keyOf(source)),
    learn: reader.learn,
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
  const { answers, failure, silent } = await liveSources(reader.karmada, job, query, signal);
  const all = await reader.store.logs.kept(job.id);
  const runs = new Runs(all);
  for (const [cluster, found] of answers) runs.see(cluster, found);
  const isWanted = (source: LogSource | KeptLog) =>
    isSelected(source, query) && (query.run === undefined || query.run === runs.of(source));
  const live = answers.flatMap(([, found]) => found).filter(isWanted);
  const alive = new Set(live.map(keyOf));
  const kept = all.filter((log) => isWanted(log) && !alive.has(keyOf(log)));
  const inOrder = inReadingOrder<LogSource | KeptLog>([...live, ...kept], (source) => runs.of(source));
  const sources = inOrder.slice(-MAX_SOURCES);
  const from: JobLogs['from'] = live.length > 0 ? 'pods' : kept.length > 0 ? 'kept' : 'none';
  return { from, sources, runs, live, failure, silent };
}

/** What of the clusters answers; the failure of one that does not matters only if nothing else is there. */
async function liveSources(karmada: Karmada, job: Job, query: LogQuery, signal: AbortSignal) {
  const clusters = job.clusters.filter((cluster) => query.cluster === undefined || query.cluster === cluster);
  let failure: KarmadaError | undefined;
  const silent: string[] = [];
  const answers = await Promise.all(
    clusters.map(async (cluster): Promise<[string, LogSource[]][]> => {
      try {
        const options = { signal, timeoutMs: MEMBER_TIMEOUT_MS };
        return [[cluster, await sourcesIn(karmada.member(cluster), job, options)]];
      } catch (error) {
        if (!(error instanceof KarmadaError)) throw error;
        failure = error;
        silent.push(cluster);
        return [];
      }
    }),
  );
  return { answers: answers.flat(), failure, silent };
}

/** A run of a job, as far as its output can be read. */
interface LogRun {
  readonly run: number;
  readonly pods: readonly string[];
  /** Whether its pods are still there; else it is what was kept of it. */
  readonly live: boolean;
}

/** Which runs of the job have output, and whose clusters do not tell. */
export async function logRuns(
  reader: LogReader,
  job: Job,
  signal: AbortSignal,
): Promise<{ runs: LogRun[]; unreachable: string[] }> {
  const { sources, live, runs, silent } = await sourcesNow(reader, job, {}, signal);
  const alive = new Set(live.map((source) => runs.of(source)));
  const numbers = [...new Set(sources.map((source) => runs.of(source)))].sort((a, b) => a - b);
  return {
    runs: numbers.map((run) => ({
      run,
      pods: [...new Set(sources.flatMap((source) => (runs.of(source) === run ? [source.pod] : [])))],
      live: alive.has(run),
    })),
    unreachable: silent,
  };
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
    for await (const line of lines) yield told(prefix, line, query.timestamps);
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
        { tailLines, sinceSeconds, timestamps: true, ...(source.isPrevious ? { previous: true } : {}) },
        { signal, timeoutMs: MEMBER_TIMEOUT_MS },
      );
    yield* linesOf(chunks);
  } catch (error) {
    // The answer has begun: only words among the lines can still say what is wrong.
    if (!(error instanceof KarmadaError)) throw error;
    if (isWorthALine(error)) yield note(`${source.cluster}/${source.pod} cannot be read: ${inPlainWords(error)}`);
  }
}

/** How far a log that was kept goes: its last stamp, and the lines that have it. */
function endOf({ text }: KeptLog): ReadUpTo {
  const lines = text.split('\n').filter((line) => line !== '');
  const at = stamped(lines.at(-1) ?? '').at;
  return { at, lines: lines.filter((line) => stamped(line).at === at).length };
}

const NOT_KEPT = 'what was written before this was not kept';

/** One line after another: of a megabyte of short ones, all at once would hold up every other caller. */
function* keptLines({ text, droppedBytes }: KeptLog, { tailLines, sinceSeconds }: LogQuery) {
  const since = sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : Date.now() - sinceSeconds * 1000;
  const isRecent = ({ at }: Line) => at === '' || Date.parse(at) >= since;
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  if (text === '') {
    if (droppedBytes > 0) yield note(NOT_KEPT);
    return;
  }
  const endOf = (start: number) => {
    const found = text.indexOf('\n', start);
    return found === -1 || found > end ? end : found;
  };
  let first = 0;
  if (tailLines !== undefined) {
    first = end + 1;
    for (let wanted = tailLines; wanted > 0 && first > 0; ) {
      const start = first < 2 ? 0 : text.lastIndexOf('\n', first - 2) + 1;
      if (isRecent(stamped(text.slice(start, first - 1)))) wanted--;
      first = start;
    }
  }
  const isWhole = first === 0 && isRecent(stamped(text.slice(0, endOf(0))));
  if (droppedBytes > 0 && isWhole) yield note(NOT_KEPT);
  for (let start = first; start <= end; start = endOf(start) + 1) {
    const line = stamped(text.slice(start, endOf(start)));
    if (isRecent(line)) yield line;
  }
}
