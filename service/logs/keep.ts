import { isFinished, type Job } from '../jobs/job.ts';
import { KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import { joinSignals } from '../signals.ts';
import type { KeptLog, LogStore } from '../store/store.ts';
import { isProgram, type LogSource, MEMBER_TIMEOUT_MS, sourcesIn } from './sources.ts';

export interface LogKeeper {
  readonly store: Pick<LogStore, 'keep' | 'kept'>;
  readonly karmada: Karmada;
  /** Of each job; 0 keeps nothing. */
  readonly keepBytes: number;
}

/** Of each job: the driver, the head and the first workers. */
const MAX_KEPT_SOURCES = 20;
/** A container that the job's end finds still writing gets this long to write its last lines. */
const LAST_LINES_MS = 3000;
/** No line is shorter than its stamp, so that many lines surely fill the room: more need not be sent. */
const STAMP_BYTES = 31;

/**
 * Puts the end of the output of each of the job's containers into the store, unless something is there. Called by dispatch under
 * its claim of the job, before the pods go, so that of two replicas one does it. Rejects when a cluster cannot be asked.
 */
export async function keepLogs({ store, karmada, keepBytes }: LogKeeper, job: Job, signal: AbortSignal): Promise<void> {
  if (keepBytes === 0 || (await store.kept(job.id)).length > 0) return;
  const logs: Tail[] = [];
  for (const cluster of job.clusters) {
    const member = karmada.member(cluster);
    const sources = await sourcesIn(member, job, { signal, timeoutMs: MEMBER_TIMEOUT_MS });
    for (const source of sources.slice(0, Math.ceil(MAX_KEPT_SOURCES / job.clusters.length))) {
      const tail = await tailOf(member, job, source, keepBytes, signal);
      if (tail) logs.push(tail);
    }
  }
  await store.keep(job.id, fitted(logs, keepBytes));
}

interface Tail {
  readonly source: LogSource;
  readonly bytes: Buffer;
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
  const patience = new AbortController();
  const waits = isFinished(job.status) && !source.ended && isProgram(source);
  const timer = setTimeout(() => patience.abort(), LAST_LINES_MS);
  const ring = createRing(most);
  const until = joinSignals(signal, waits ? patience.signal : undefined);
  try {
    const chunks = await member.logs(
      { namespace: job.namespace, name: source.pod, container: source.container },
      { timestamps: true, tailLines: Math.ceil(most / STAMP_BYTES), follow: waits },
      { signal: until.signal, timeoutMs: MEMBER_TIMEOUT_MS },
    );
    for await (const chunk of chunks) ring.add(Buffer.from(chunk));
  } catch (error) {
    const isOver = patience.signal.aborted && !signal.aborted;
    const isGone = error instanceof KarmadaError && (error.failure === 'missing' || error.failure === 'notReady');
    if (!isOver && !isGone) throw error;
  } finally {
    clearTimeout(timer);
    until.release();
  }
  const { bytes, droppedBytes } = ring.content();
  return bytes.length > 0 ? { source, bytes, droppedBytes } : undefined;
}

/** The last so many bytes of a stream. */
function createRing(most: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  let droppedBytes = 0;
  return {
    add(chunk: Buffer): void {
      chunks.push(chunk);
      size += chunk.length;
      for (let first = chunks[0]; first && size - first.length >= most; first = chunks[0]) {
        chunks.shift();
        size -= first.length;
        droppedBytes += first.length;
      }
    },
    content: () => ({ bytes: Buffer.concat(chunks), droppedBytes }),
  };
}

/** All of the short logs and the ends of the long ones: room that one leaves over goes to the others. */
function fitted(logs: readonly Tail[], room: number): KeptLog[] {
  let left = room;
  return [...logs]
    .sort((a, b) => a.bytes.length - b.bytes.length)
    .map((log, index) => {
      const kept = lastLines(log.bytes, Math.floor(left / (logs.length - index)));
      left -= kept.length;
      return {
        cluster: log.source.cluster,
        pod: log.source.pod,
        container: log.source.container,
        // PostgreSQL stores no NUL.
        text: kept.toString('utf8').replaceAll('\0', ''),
        droppedBytes: log.droppedBytes + log.bytes.length - kept.length,
      };
    });
}

/** Whole lines, if there is one that fits. */
function lastLines(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  const end = bytes.subarray(bytes.length - most);
  const firstBreak = end.indexOf('\n');
  return firstBreak >= 0 && firstBreak < end.length - 1 ? end.subarray(firstBreak + 1) : end;
}
