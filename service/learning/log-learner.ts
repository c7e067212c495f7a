import type { Logger } from 'pino';
import { isFinished, type Job } from '../jobs/job.ts';
import { createLineReader, type LineReader } from './log-lines.ts';
import { TrainingMemory } from './memory.ts';
import type { Reporters } from './reporters.ts';

/** A line that a job's program wrote, with the kubelet's stamp. */
interface ProgramLine {
  readonly at: string;
  readonly text: string;
}

interface Place {
  readonly cluster: string;
  readonly pod: string;
}

interface LogLearner {
  /**
   * Lines of one container as they come. Begun at its first line, or else it counts from where what was read before is met: who reads
   * all of it tells more. Where nobody has for some time, as of a log too long to be read whole, the end of it counts alone.
   */
  open(job: Job, place: Place, isFromStart: boolean): (line: ProgramLine) => void;
  /** That they have ended. */
  end(jobIds: readonly string[]): void;
  /** How many jobs it holds something of. */
  remembered(): number;
}

/** Pods of one job say the same, each for itself: one of them is listened to, and another when it has fallen silent for so long. */
const SILENT_MS = 120_000;
/** Who reads all of a log, as somebody who follows it, is never so late. Shorter than the pause between two looks at its end. */
const NOT_READ_WHOLE_MS = 30_000;
const MAX_JOBS = 10_000;

interface Reading {
  readonly objectName: string;
  pod: string;
  readonly reader: LineReader;
  /** The stamp of the last line that was read of its log, by whomever. */
  upTo: string;
  /** What was told is taken one after the other. */
  last: Promise<unknown>;
}

/** Learns from the logs that the hub reads anyway how far a training is, where nobody else tells. */
export function createLogLearner({ reporters, log }: { reporters: Pick<Reporters, 'take'>; log: Logger }): LogLearner {
  const jobs = new TrainingMemory<Reading>(MAX_JOBS);

  function readingOf({ id, objectName, status }: Job, pod: string, at: number): Reading {
    const before = jobs.get(id);
    // Another attempt writes from its beginning, however soon it follows, and whatever clock its cluster has.
    const known = before?.objectName === objectName ? before : undefined;
    const fresh = (): Reading => ({
      objectName,
      pod,
      reader: createLineReader(),
      upTo: known?.upTo ?? '',
      last: before?.last ?? Promise.resolve(),
    });
    const hasChanged = known !== undefined && known.pod !== pod && at - Date.parse(known.upTo) > SILENT_MS;
    const reading = known === undefined || hasChanged ? fresh() : known;
    jobs.put(id, reading);
    if (isFinished(status)) jobs.end([id]);
    return reading;
  }

  return {
    end: (jobIds) => jobs.end(jobIds),
    remembered: () => jobs.size,
    open(job, { cluster, pod }, isFromStart) {
      const isToldElsewhere = job.kind === 'TrainingJob' || job.clusters[0] !== cluster;
      if (isToldElsewhere) return () => undefined;
      let isMet = isFromStart;
      return ({ at: stamp, text }) => {
        const at = Date.parse(stamp);
        if (Number.isNaN(at)) return;
        const reading = readingOf(job, pod, at);
        if (reading.pod !== pod) return;
        if (!isLater(stamp, reading.upTo)) {
          isMet = true;
          return;
        }
        isMet ||= at - heardUntil(reading, job) > NOT_READ_WHOLE_MS;
        if (!isMet) return;
        reading.upTo = ownText(stamp);
        const told = reading.reader.read(text);
        if (!told) return;
        const report = { ...told, time: new Date(at) };
        reading.last = reading.last
          .then(() => reporters.take(job.id, job.objectName, report, 'log'))
          .catch((error: unknown) => log.debug({ err: error, job: job.id }, 'What a log tells could not be taken'));
      };
    },
  };
}

const heardUntil = ({ upTo }: Reading, { startedAt }: Job): number =>
  upTo === '' ? (startedAt?.getTime() ?? Number.POSITIVE_INFINITY) : Date.parse(upTo);

/** A kubelet's stamps have nine digits of a second, so that text compares as time; of others milliseconds must do. */
const isLater = (stamp: string, than: string): boolean =>
  than === '' || (stamp.length === than.length ? stamp > than : Date.parse(stamp) > Date.parse(than));

/** A part of a text keeps the whole of it in memory: what is remembered of a log would be the log, up to a MiB of it for each job. */
const ownText = (text: string): string => Buffer.from(text).toString();
