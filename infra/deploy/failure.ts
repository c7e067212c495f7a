/** A step failed for a reason that the user can do something about. */
export class StepFailure extends Error {
  override name = 'StepFailure';
}

/** The command line, or a file that it names, is wrong. */
export class UsageError extends Error {
  override name = 'UsageError';
}
