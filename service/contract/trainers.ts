// What service and infra know of the training programs of the built-in algorithms (service/trainers): in which images they are, how
// they end, and how they say why. No imports of code, as in contract.ts.
import type { Reason } from './reasons.ts';

/** The images of infra/images/trainer.Dockerfile. TensorFlow is apart; the one for GPUs has what trains on them alone, too. */
export const TRAINER_VARIANTS = ['cpu', 'tensorflow', 'gpu'] as const;
export type TrainerVariant = (typeof TRAINER_VARIANTS)[number];
/** Their references, as far as there are any. */
export type TrainerImages = Readonly<Partial<Record<TrainerVariant, string | undefined>>>;

/** Of Ray in all of them: service/trainers/pyproject.toml pins it, and a test compares both. */
export const TRAINER_RAY_VERSION = '2.60.0';

/** Their exit codes, which are those of sysexits.h. mlplatform/errors.py has the same, and a test compares both. */
export const TRAINER_EXITS: Readonly<Record<number, Reason>> = {
  64: 'UserError',
  65: 'DataError',
  75: 'TemporaryFailure',
  143: 'Interrupted',
};

interface Ending {
  readonly reason: Reason;
  /** For people: which field, which value, what to do. */
  readonly sentence: string;
}

/** 128 and SIGKILL. Mostly the kernel's, for want of memory. */
export const EXIT_KILLED = 137;
/** 128 and SIGTERM: it was asked to end. */
export const EXIT_TERMINATED = 143;
/** sysexits.h: try again later. */
export const EXIT_TEMPORARY = 75;

/** As Ray and Kubernetes write it: "failed with exit code 75". */
export function exitCodeIn(message: string): number | undefined {
  const code = /\bexit code (\d{1,3})\b/.exec(message)?.[1];
  return code === undefined ? undefined : Number(code);
}

/**
 * Ray tells the exit code of a job's program and the end of its output. The code alone would do for ours, but a container of the
 * user's may have a meaning of its own for it: the last line must say the same.
 */
export function endingOf(message: string): Ending | undefined {
  const reason = TRAINER_EXITS[exitCodeIn(message) ?? 0];
  const lines = [...message.matchAll(/^mlplatform: (\w+): (.+)$/gm)];
  const [, word, sentence] = lines.at(-1) ?? [];
  return reason !== undefined && word === reason && sentence !== undefined ? { reason, sentence } : undefined;
}
