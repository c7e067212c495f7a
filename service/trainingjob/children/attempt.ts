import type { TrainingJob } from '../training-job.ts';

export const POD_SECURITY = ['restricted', 'baseline', 'privileged'] as const;
/**
 * restricted: pods run as a user of ours without privileges. baseline: as the image's own user. privileged:
 * drivers may lock memory.
 */
export type PodSecurity = (typeof POD_SECURITY)[number];

/** What the operator of the cluster sets for all jobs. */
export interface Surroundings {
  readonly podSecurity: PodSecurity;
  /** https://host:port of the progress endpoint; undefined: none, and the pods get no token. */
  readonly progressUrl: string | undefined;
  /** The authority that signed the endpoint's certificate. */
  readonly progressAuthority: string;
  /** Workers get their nodes together or not at all, by a PodGroup of Kubernetes. */
  readonly podGroups?: boolean;
}

/** All workers of a job, once. The same attempt makes the same objects, whoever makes them and however often. */
export interface Attempt extends Surroundings {
  readonly job: TrainingJob;
  /** From 1. */
  readonly number: number;
  readonly resumeFrom: string | undefined;
  /** What is left of the deadline. */
  readonly deadlineSeconds: number | undefined;
}
