import { setImmediate as roundOfTheLoop } from 'node:timers/promises';
import { isFinished, type Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import type { ContainerName } from '../kube/kube.ts';
import { joinSignals } from '../signals.ts';
import type { KeptLog, LogStore } from '../store/store.ts';
import { type Learn, type Line, stamped } from './lines.ts';
import { Runs } from './runs.ts';
import { isProgram, keyOf, type LogSource, MEMBER_TIMEOUT_MS, sourcesIn } from './sources.ts';
import { readTail } from './tail.ts';

export interface LogKeeper {
  readonly store: Pick<LogStore, 'keep' | 'kept' | 'isComplete'>;
  readonly karmada: Karmada;
  /** Of each job; 0 keeps nothing. */
  readonly keepBytes: number;
  readonly learn?: Learn | undefined;
}

/** Of each job and look: the driver, the head and the first workers. */
const MAX_KEPT_SOURCES = 20;
/** Of all runs together; a container that is started again a thousand times must not fill the table. The latest stay. */
const MAX_KEPT_LOGS = 100;
/** Of a container that runs: what it has written since it was last read is mostly less, and what was kept before stays. */
const SO_FAR_BYTES = 64 * 1024;
/** A container that the job's end finds still writing gets this long to write its last lines. */
const LAST_LINES_MS = 3000;
/** Of those lines: a container that writes more than that is not waited for. */
const MAX_FOLLOWED_BYTES = 1024 * 1024;

/**
 * Puts the end of the output of each of the job's containers into the store, beside what is there of them and of earlier runs. Called
 * by dispatch under its claim of the job, before the pods go, so that of two replicas one does it. That is the last time, unless the
 * job is only suspended, or between two attempts, and comes back. Rejects when a cluster cannot be asked.
 */
export async function keepLogs(keeper: LogKeeper, job: Job, signal: AbortSignal): Promise<void> {
  if (keeper.keepBytes === 0 || (await keeper.store.isComplete(job.id))) return;
  const comesBack = !isFinished(job.status) && (job.wanted === 'suspend' || Boolean(job.recovery?.lost));
  const when = comesBack ? 'beforeSuspension' : 'last';
  await keep(keeper, job, signal, { when, most: keeper.keepBytes, isWanted: () => true });
}

/** What the program of a running job has written since the last time. */
export async function keepLogsSoFar(keeper: LogKeeper, job: Job, signal: AbortSignal): Promise<void> {
  if (keeper.keepBytes === 0) return;
  const most = Math.min(SO_FAR_BYTES, keeper.keepBytes);
  await keep(keeper, job, signal, { when: 'soFar', most, isWanted: isProgram });
}

interface Wanted {
  readonly when: 'soFar' | 'beforeSuspension' | 'last';
  /** Bytes of one container. */
  readonly most: number;
  isWanted(source: LogSource): boolean;
}

async function keep(
  { store, karmada, keepBytes, learn }: LogKeeper,
  job: Job,
  signal: AbortSignal,
  { when, most, isWanted }: Wanted,
): Promise<void> {
  const kept = await store.kept(job.id);
  const runs = new Runs(kept);
  let logs = kept.map(tailKept);
  for (const cluster of job.clusters) {
    const member = karmada.member(cluster);
    const sources = await sourcesIn(member, job, { signal, timeoutMs: MEMBER_TIMEOUT_MS });
    runs.see(cluster, sources);
    const wanted = sources.filter(isWanted).slice(0, Math.ceil(MAX_KEPT_SOURCES / job.clusters.length));
    for (const source of wanted) {
      const tail = await tailOf(member, job, { ...source, run: runs.of(source) }, most, signal);
      // At once, or twenty containers would be held in full for the sake of one's room.
      if (tail) logs = fitted(withTail(logs, tail), keepBytes);
      if (tail && learn && isProgram(source)) await learnFrom(tail, learn(job, source, tail.droppedBytes === 0));
    }
  }
  const latest = logs.sort((a, b) => a.source.run - b.source.run || a.source.restart - b.source.restart);
  await store.keep(job.id, latest.slice(-MAX_KEPT_LOGS).map(keptLog), when);
}

/** Some milliseconds' work; a MiB may have tens of thousands. */
const LINES_AT_ONCE = 300;

async function learnFrom({ bytes }: Tail, read: (line: Line) => void): Promise<void> {
  const lines = bytes.toString('utf8').split('\n');
  for (const [place, line] of lines.entries()) {
    read(stamped(line));
    if (place % LINES_AT_ONCE === 0) await roundOfTheLoop();
  }
}

type NamedSource = Pick<LogSource, 'cluster' | 'pod' | 'container' | 'restart'> & { readonly run: number };

interface Tail {
  readonly source: NamedSource;
  readonly bytes: Buffer;
  /** At least so many. */
  readonly droppedBytes: number;
}

/** undefined: the container never wrote, or has gone meanwhile. */
async function tailOf(
  member: Member,
  job: Job,
  source: LogSource & NamedSource,
  most: number,
  signal: AbortSignal,
): Promise<Tail | undefined> {
  const options = { signal, timeoutMs: MEMBER_TIMEOUT_MS };
  const pod = { namespace: job.namespace, name: source.pod, container: source.container };
  const previous = source.isPrevious ? { previous: true } : {};
  try {
    if (isFinished(job.status) && !source.ended && isProgram(source)) await untilEnded(member, pod, signal);
    const { bytes, isCut } = await readTail(async (query) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await member.logs(pod, { ...query, ...previous, timestamps: true }, options))
        chunks.push(chunk);
      return Buffer.concat(chunks);
    }, most);
    return bytes.length > 0 ? { source, bytes, droppedBytes: isCut ? 1 : 0 } : undefined;
  } catch (error) {
    if (error instanceof KarmadaError && (error.failure === 'missing' || error.failure === 'notReady'))
      return undefined;
    throw error;
  }
}

const NEWLINE = 0x0a;

/** Until the container ends; what it writes is read afterwards. */
async function untilEnded(member: Member, pod: ContainerName, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.timeout(LAST_LINES_MS);
  const until = joinSignals(signal, patience);
  try {
    const query = { follow: true, tailLines: 1, limitBytes: MAX_FOLLOWED_BYTES };
    const chunks = await member.logs(pod, query, { signal: until.signal, timeoutMs: MEMBER_TIMEOUT_MS });
    for await (const _ of chunks);
  } catch (error) {
    if (!patience.aborted || signal.aborted) throw error;
  } finally {
    until.release();
  }
}

/** What was kept of the same container goes on with what is new. */
function withTail(logs: readonly Tail[], tail: Tail): Tail[] {
  const key = keyOf(tail.source);
  const before = logs.find(({ source }) => keyOf(source) === key);
  const others = logs.filter((log) => log !== before);
  return [...others, before ? continued(before, tail) : tail];
}

/** Lines have stamps, so that the last one that was kept is found again; where it is not, there was more in between than was read. */
function continued(before: Tail, { source, bytes, droppedBytes }: Tail): Tail {
  const lastLine = lastLineOf(before.bytes);
  const at = lastLine.length === 0 ? -1 : bytes.lastIndexOf(lastLine);
  if (at < 0) return { source, bytes, droppedBytes: Math.max(1, before.droppedBytes + droppedBytes) };
  const news = bytes.subarray(at + lastLine.length);
  return { source, bytes: Buffer.concat([before.bytes, news]), droppedBytes: before.droppedBytes };
}

function lastLineOf(bytes: Buffer): Buffer {
  const end = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
  return bytes.subarray(bytes.lastIndexOf(NEWLINE, end - 1) + 1);
}

/** All of the short logs and the ends of the long ones: room that one leaves over goes to the others. */
function fitted(logs: readonly Tail[], room: number): Tail[] {
  let left = room;
  return [...logs]
    .sort((a, b) => a.bytes.length - b.bytes.length)
    .map((log, index) => {
      const kept = lastLines(log.bytes, Math.floor(left / (logs.length - index)));
      left -= kept.length;
      if (kept.length === log.bytes.length) return log;
      // A copy: a part of it would hold on to all of it.
      const droppedBytes = log.droppedBytes + log.bytes.length - kept.length;
      return { source: log.source, bytes: Buffer.from(kept), droppedBytes };
    });
}

const keptLog = ({ source, bytes, droppedBytes }: Tail): KeptLog => ({
  cluster: source.cluster,
  pod: source.pod,
  container: source.container,
  restart: source.restart,
  run: source.run,
  // PostgreSQL stores no NUL.
  text: bytes.toString('utf8').replaceAll('\0', ''),
  droppedBytes,
});

const tailKept = ({ text, droppedBytes, ...source }: KeptLog): Tail => ({
  source,
  bytes: Buffer.from(text),
  droppedBytes,
});

/** Whole lines, if there is one that fits. */
function lastLines(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  const end = bytes.subarray(bytes.length - most);
  const firstBreak = end.indexOf('\n');
  return firstBreak >= 0 && firstBreak < end.length - 1 ? end.subarray(firstBreak + 1) : end;
}
