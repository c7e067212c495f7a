import { forTheRun } from '../for-the-run.ts';

/** Built once a run: several workers, and programs that they start, would otherwise all build it in a fresh clone. */
export const builtPage = async (): Promise<void> => {
  await forTheRun('page');
};
