/** What the command ends with: a script tells by it what happened, without reading words. Told by `mlp help exit-codes`. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  jobFailed: 3,
  jobCancelled: 4,
  jobDeadline: 5,
  waitedInVain: 6,
  notFound: 7,
  refused: 8,
  unauthorised: 9,
  away: 10,
  detached: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES: readonly (readonly [ExitCode, string])[] = [
  [EXIT.ok, 'Done. Of a job that is waited for: it has succeeded.'],
  [EXIT.unexpected, 'Something that is no other of these.'],
  [EXIT.usage, 'The command line or a file is wrong; nothing was asked of the service.'],
  [EXIT.jobFailed, 'The job has failed.'],
  [EXIT.jobCancelled, 'The job was cancelled or deleted.'],
  [EXIT.jobDeadline, 'The job was ended by its own time limit.'],
  [EXIT.waitedInVain, 'What was waited for did not happen within --timeout.'],
  [EXIT.notFound, 'There is no such job, cluster or algorithm.'],
  [EXIT.refused, 'The service refused: a field is wrong, or the state of the job does not allow it.'],
  [EXIT.unauthorised, 'Not signed in, or not allowed to.'],
  [EXIT.away, 'The service does not answer, is too busy, or failed itself.'],
  [EXIT.detached, 'Ctrl-C. What was watched goes on.'],
];
