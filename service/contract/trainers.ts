// How the training programs of the built-in algorithms (service/trainers) end, and how they say why. No imports of code, as in contract.ts.
import type { Reason } from './reasons.ts';

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

/**
 * Ray tells the exit code of a job's program and the end of its output. The code alone would do for ours, but a container of the
 * user's may have a meaning of its own for it: the last line must say the same.
 */
export function endingOf(message: string): Ending | undefined {
  const code = /\bexit code (\d+)/.exec(message)?.[1];
  const reason = TRAINER_EXITS[Number(code)];
  const lines = [...message.matchAll(/^mlplatform: (\w+): (.+)$/gm)];
  const [, word, sentence] = lines.at(-1) ?? [];
  return reason !== undefined && word === reason && sentence !== undefined ? { reason, sentence } : undefined;
}
