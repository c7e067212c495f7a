import type { JobStatus } from '../../client/index.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Terminal } from '../terminal.ts';

interface Stateful {
  readonly status: JobStatus;
  readonly reason: string;
}

/** What a person stopped is a state of its own to a reader, though `status` has only the four that clients know. */
const STOPPED = ['Cancelled', 'Cancelling', 'Suspended', 'Suspending', 'Deleting'];

/** One word, with what stands behind it where that says more. */
export const stateOf = ({ status, reason }: Stateful): string => {
  if (STOPPED.includes(reason)) return reason;
  return reason === '' || reason === status ? status : `${status} (${reason})`;
};

export const paintState = ({ paint }: Terminal, text: string, { status, reason }: Stateful): string => {
  if (STOPPED.includes(reason)) return paint(text, 'magenta');
  const colours = { Pending: 'yellow', Running: 'blue', Succeeded: 'green', Failed: 'red' } as const;
  return paint(text, colours[status] ?? 'dim');
};

/** What a command that waits for the job ends with. */
export const exitCodeOf = ({ status, reason }: Stateful): ExitCode => {
  if (status === 'Succeeded') return EXIT.ok;
  if (reason === 'Cancelled') return EXIT.jobCancelled;
  return reason === 'DeadlineExceeded' ? EXIT.jobDeadline : EXIT.jobFailed;
};
