import type { JobStatus } from './types.ts';

export const isFinished = ({ status }: { readonly status: JobStatus }): boolean =>
  status === 'Succeeded' || status === 'Failed';
