import { setTimeout as sleep } from 'node:timers/promises';
import { isFinished, type Job } from '../jobs/job.ts';
import { inPlainWords, KarmadaError } from '../karmada/errors.ts';
import type { Karmada, Member } from '../karmada/karmada.ts';
import { joinSignals } from '../signals.ts';
import { type Learn, linesOf, told } from './lines.ts';
import { createPipe, type Pipe } from './pipe.ts';
import { Runs } from './runs.ts';
import {
  isProgram,
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

interface FollowOptions {
  readonly karmada: Karmada;
  /** The job as it is now; undefined when it was deleted. */
  readonly current: () => Promise<Job | undefined>;
  readonly signal: AbortSignal;
  readonly onSource?: (source: LogSource) => void;
  readonly runs?: Runs;
  /** Of which containers how much has been read already. */
  readonly read?: ReadonlyMap<string, ReadUpTo>;
  readonly pollMs?: number;
  readonly learn?: Learn | undefined;
}

/** The last stamp that was read, and how many lines have it. */
export interface ReadUpTo {
  readonly at: string;
  readonly lines: number;
}

/** How often new pods, and the end of the job, are looked for. */
const POLL_MS = 2000;
/** The pods of a Ray cluster outlive the job by minutes with nothing more to say; the last lines come through within this. */
const LAST_LINES_MS = 2000;
/** A caller who reads slowly slows the members down instead of filling our memory. */
const MAX_WAITING_LINES = 1000;

/**
 * Lines of all selected containers as they are written, of those that are there and those that come later, until the job has ended.
 * A cluster that is out of reach is tried again; what was written meanwhile follows then.
 */
export async function* followLogs(
  job: Job,
  query: LogQuery,
  options: FollowOptions,
): AsyncGenerator<string, void, void> {
  const pipe = createPipe<string>(MAX_WAITING_LINES);
  // Whatever is asked of the members for this caller ends when the caller does.
  const end = new AbortController();
  const { release, signal } = joinSignals(options.signal, end.signal);
  const following = new Following(query, pipe, { ...options, signal });
  const done = following.run(job).finally(() => pipe.close());
  // Awaited below; until then a failure must not count as unhandled.
  done.catch(() => undefined);
  try {
    yield* pipe;
    await done;
  } finally {
    end.abort();
    release();
    await done.catch(() => undefined);
  }
}

class Following {
  readonly #query: LogQuery;
  readonly #pipe: Pipe<string>;
  readonly #options: FollowOptions;
  readonly #runs: Runs;
  readonly #readers = new Map<string, Promise<void>>();
  /** What the caller has been told of each cluster or container that cannot be read, so as to tell it once. */
  readonly #troubles = new Map<string, string>();

  constructor(query: LogQuery, pipe: Pipe<string>, options: FollowOptions) {
    this.#query = query;
    this.#pipe = pipe;
    this.#options = options;
    this.#runs = options.runs ?? new Runs([]);
  }

  async run(first: Job): Promise<void> {
    const { current, signal, pollMs = POLL_MS } = this.#options;
    let job: Job | undefined = first;
    try {
      while (job && !signal.aborted) {
        await this.#look(job);
        if (isFinished(job.status)) {
          await Promise.race([Promise.all(this.#readers.values()), sleep(LAST_LINES_MS, undefined, { signal })]);
          return;
        }
        await sleep(pollMs, undefined, { signal });
        job = await current();
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Starts a reader for each container that is new. */
  async #look(job: Job): Promise<void> {
    const { karmada, signal } = this.#options;
    const clusters = job.clusters.filter(
      (cluster) => this.#query.cluster === undefined || this.#query.cluster === cluster,
    );
    await Promise.all(
      clusters.map(async (cluster) => {
        const member = karmada.member(cluster);
        const found = await this.#try(cluster, () => sourcesIn(member, job, { signal, timeoutMs: MEMBER_TIMEOUT_MS }));
        if (found) this.#runs.see(cluster, found);
        for (const source of found ?? []) this.#start(member, job, source);
      }),
    );
  }

  #start(member: Member, job: Job, source: LogSource): void {
    const key = keyOf(source);
    const { run } = this.#query;
    const isOfRun = run === undefined || run === this.#runs.of(source);
    if (!isOfRun || !isSelected(source, this.#query)) return;
    if (this.#readers.has(key) || this.#readers.size >= MAX_SOURCES) return;
    this.#options.onSource?.(source);
    this.#readers.set(key, this.#read(member, job, source));
  }

  /** Until the container has ended. A stream that broke is taken up where it broke. */
  async #read(member: Member, job: Job, source: LogSource): Promise<void> {
    const { signal, pollMs = POLL_MS } = this.#options;
    const prefix = prefixOf(job, this.#query, source);
    const pod = { namespace: job.namespace, name: source.pod, container: source.container };
    const { tailLines, sinceSeconds, timestamps } = this.#query;
    const isWhole = tailLines === undefined && sinceSeconds === undefined;
    const learn = isProgram(source) ? this.#options.learn?.(job, source, isWhole) : undefined;
    const read = createPlace(this.#options.read?.get(keyOf(source)));
    while (!signal.aborted) {
      const from = read.secondsAgo();
      const ended = await this.#try(`${source.cluster}/${source.pod}`, async () => {
        const where = from === undefined ? { tailLines, sinceSeconds } : { sinceSeconds: from };
        const chunks = await member.logs(
          pod,
          { follow: true, timestamps: true, ...where, ...(source.isPrevious ? { previous: true } : {}) },
          { signal, timeoutMs: MEMBER_TIMEOUT_MS },
        );
        read.resume();
        for await (const line of linesOf(chunks)) {
          learn?.(line);
          if (read.isNew(line.at) && !(await this.#pipe.push(told(prefix, line, timestamps)))) return true;
        }
        return true;
      });
      if (ended) return;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** undefined: not now. What will not go away by waiting is told to the caller; what is not there any more needs no word. */
  async #try<T>(what: string, ask: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await ask();
      this.#troubles.delete(what);
      return answer;
    } catch (error) {
      if (!(error instanceof KarmadaError)) {
        if (this.#options.signal.aborted) return undefined;
        throw error;
      }
      if (isWorthALine(error) && this.#troubles.get(what) !== error.failure) {
        this.#troubles.set(what, error.failure);
        await this.#pipe.push(told('', note(`${what} cannot be read now: ${inPlainWords(error)}`)));
      }
      return undefined;
    }
  }
}

/** How far a container's output has been read, by the kubelet's stamps, so that a second stream goes on behind the first. */
function createPlace(upTo: ReadUpTo = { at: '', lines: 0 }) {
  let last = upTo.at;
  /** Lines of that very stamp that were read. */
  let count = upTo.lines;
  let skip = 0;
  return {
    secondsAgo(): number | undefined {
      if (last === '') return undefined;
      // A little more than needed: clocks differ, and what comes twice is left out.
      return Math.max(1, Math.ceil((Date.now() - Date.parse(last)) / 1000) + 30);
    },
    resume(): void {
      skip = count;
    },
    isNew(at: string): boolean {
      if (at !== '' && last !== '' && isBefore(at, last)) return false;
      if (at !== last) {
        last = at;
        count = 0;
        skip = 0;
      }
      if (skip > 0) {
        skip -= 1;
        return false;
      }
      count += 1;
      return true;
    },
  };
}

/** Stamps of one kubelet have nine digits of a second each, so that text compares as time; of others milliseconds must do. */
const isBefore = (a: string, b: string): boolean => (a.length === b.length ? a < b : Date.parse(a) < Date.parse(b));
