import { KINDS } from '../contract.ts';

/** The kind that carries the job in the members, by the runtime that is asked for. */
export const KIND_OF_RUNTIME = { ray: 'RayJob', job: 'Job', trainingjob: 'TrainingJob' } as const;
export const RUNTIMES = ['ray', 'job', 'trainingjob'] as const satisfies readonly (keyof typeof KIND_OF_RUNTIME)[];
export type JobKind = (typeof KIND_OF_RUNTIME)[keyof typeof KIND_OF_RUNTIME];
export const JOB_KINDS = Object.values(KIND_OF_RUNTIME);

/** Each of them as API servers know it. */
export const WORKLOADS = {
  RayJob: KINDS.rayJob,
  Job: KINDS.job,
  TrainingJob: KINDS.trainingJob,
} as const satisfies Record<JobKind, { readonly kind: JobKind }>;
