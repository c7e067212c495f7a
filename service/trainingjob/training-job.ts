import { z } from 'zod';
import { type Spec, specSchema } from './schema/spec.ts';
import { type Status, statusSchema } from './schema/status.ts';

/** A TrainingJob as the API server has it, checked. */
export interface TrainingJob {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly isDeleted: boolean;
  readonly spec: Spec;
  readonly status: Status;
}

const metadata = z.object({
  name: z.string().min(1),
  namespace: z.string().min(1),
  uid: z.string().min(1),
  resourceVersion: z.string().default(''),
  generation: z.int().default(0),
  labels: z.record(z.string(), z.string()).default({}),
  annotations: z.record(z.string(), z.string()).default({}),
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
});

export type Reading =
  | { readonly job: TrainingJob }
  /** Stored before the schema knew better: shown to its owner, and nothing is made of it. */
  | { readonly identity: Omit<TrainingJob, 'spec'>; readonly problems: readonly string[] };

/**
 * Throws when it is no Kubernetes object at all. `before`: an earlier reading of this object, whose spec is the same as long as
 * the generation is; reports of progress bring a new version every second.
 */
export function readTrainingJob(
  object: { metadata?: unknown; spec?: unknown; status?: unknown },
  before?: Reading,
): Reading {
  const { creationTimestamp, deletionTimestamp, ...rest } = metadata.parse(object.metadata);
  const status = statusSchema.safeParse(object.status ?? {});
  const identity = {
    ...rest,
    createdAt: creationTimestamp,
    isDeleted: deletionTimestamp !== undefined,
    // A status that others have broken is written anew.
    status: status.success ? status.data : {},
  };
  if (before && 'job' in before && before.job.uid === identity.uid && before.job.generation === identity.generation) {
    return { job: { ...identity, spec: before.job.spec } };
  }
  const spec = specSchema.safeParse(object.spec);
  if (spec.success) return { job: { ...identity, spec: spec.data } };
  return {
    identity,
    problems: spec.error.issues.map(
      ({ path, message }) => `spec${path.map((step) => `.${String(step)}`).join('')}: ${message}`,
    ),
  };
}
