import { isFinished, type Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import type { ContainerName } from '../kube/kube.ts';
import { joinSignals } from '../signals.ts';
import type { KeptLog, LogStore } from '../store/store.ts';
import { isProgram, type LogSource, MEMBER_TIMEOUT_MS, sourcesIn } from './sources.ts';
import { readTail } from './tail.ts';

interface LogKeeper {
  readonly store: Pick<LogStore, 'keep' | 'kept'>;
  readonly karmada: Karmada;
  /** Of each job; 0 keeps nothing. */
  readonly keepBytes: number;
}

/** Of each job: the driver, the head and the first workers. */
const MAX_KEPT_SOURCES = 20;
/** A container that the job's end finds still writing gets this long to write its last lines. */
const LAST_LINES_MS = 3000;
/** Of those lines: a container that writes more than that is not waited for. */
const MAX_FOLLOWED_BYTES = 1024 * 1024;

/**
 * Puts the end of the output of each of the job's containers into the store, unless something is there. Called by dispatch under
 * its claim of the job, before the pods go, so that of two replicas one does it. Rejects when a cluster cannot be asked.
 */
export async function keepLogs({ store, karmada, keepBytes }: LogKeeper, job: Job, signal: AbortSignal): Promise<void> {
  if (keepBytes === 0 || (await store.kept(job.id)).length > 0) return;
  let logs: Tail[] = [];
  for (const cluster of job.clusters) {
    const member = karmada.member(cluster);
    const sources = await sourcesIn(member, job, { signal, timeoutMs: MEMBER_TIMEOUT_MS });
    for (const source of sources.slice(0, Math.ceil(MAX_KEPT_SOURCES / job.clusters.length))) {
      const tail = await tailOf(member, job, source, keepBytes, signal);
      // At once, or twenty containers would be held in full for the sake of one's room.
      if (tail) logs = fitted([...logs, tail], keepBytes);
    }
  }
  await store.keep(job.id, logs.map(keptLog));
}

interface Tail {
  readonly source: LogSource;
  readonly bytes: Buffer;
  /** At least so many. */
  readonly droppedBytes: number;
}

/** undefined: the container never wrote, or has gone meanwhile. */
async function tailOf(
  member: Member,
  job: Job,
  source: LogSource,
  most: number,
  signal: AbortSignal,
): Promise<Tail | undefined> {
  const options = { signal, timeoutMs: MEMBER_TIMEOUT_MS };
  const pod = { namespace: job.namespace, name: source.pod, container: source.container };
  try {
    if (isFinished(job.status) && !source.ended && isProgram(source)) await untilEnded(member, pod, signal);
    const { bytes, isCut } = await readTail(async (query) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of await member.logs(pod, { ...query, timestamps: true }, options)) chunks.push(chunk);
      return Buffer.concat(chunks);
    }, most);
    return bytes.length > 0 ? { source, bytes, droppedBytes: isCut ? 1 : 0 } : undefined;
  } catch (error) {
    if (error instanceof KarmadaError && (error.failure === 'missing' || error.failure === 'notReady'))
      return undefined;
    throw error;
  }
}

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
  // PostgreSQL stores no NUL.
  text: bytes.toString('utf8').replaceAll('\0', ''),
  droppedBytes,
});

/** Whole lines, if there is one that fits. */
function lastLines(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  const end = bytes.subarray(bytes.length - most);
  const firstBreak = end.indexOf('\n');
  return firstBreak >= 0 && firstBreak < end.length - 1 ? end.subarray(firstBreak + 1) : end;
}
