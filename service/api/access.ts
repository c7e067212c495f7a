import { type Identity, mayIn, namespacesOf } from '../auth/identity.ts';
import type { Job } from '../jobs/job.ts';
import type { Store } from '../store/store.ts';
import { notFound, Problem } from './problem.ts';

/** The job, for a caller who may see its namespace; others learn nothing, not even that it exists. */
export async function visibleJob(store: Store, id: string, caller: Identity): Promise<Job> {
  const job = await store.jobs.get(id);
  if (!job || !mayIn(caller, 'viewer', job.namespace)) throw notFound(`job ${id}`);
  return job;
}

/** The job, for a caller who may act on it. */
export async function ownJob(store: Store, id: string, caller: Identity): Promise<Job> {
  const job = await visibleJob(store, id, caller);
  requireSubmitter(caller, job.namespace);
  return job;
}

export function requireSubmitter(caller: Identity, namespace: string): void {
  if (mayIn(caller, 'submitter', namespace)) return;
  throw new Problem(403, `${caller.name} lacks the role submitter in namespace ${namespace}`);
}

/** Those of the wanted namespaces that the caller may see; undefined when that is all there are. */
export function visibleNamespaces(
  caller: Identity,
  wanted: readonly string[] | undefined,
): readonly string[] | undefined {
  const visible = namespacesOf(caller, 'viewer');
  if (visible === null) return wanted;
  return wanted === undefined ? visible : wanted.filter((name) => visible.includes(name));
}
