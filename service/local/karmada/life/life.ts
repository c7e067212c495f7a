import { JOB } from '../../kube/job-kind.ts';
import { PERSISTENT_VOLUME_CLAIM, POD } from '../../kube/kinds.ts';
import { pick, type StoredObject } from '../../kube/objects.ts';
import { RAY_JOB } from '../kinds.ts';
import type { Member } from '../member.ts';
import { createBatchJobLife } from './batch-job.ts';
import { createLifeClock } from './clock.ts';
import { createIndexedJobLife, isIndexed } from './indexed-job.ts';
import { createPods } from './pods.ts';
import { createRayJobLife } from './ray-job.ts';
import { latestOf } from './status.ts';
import type { Trainings } from './training.ts';
import { createWorkers } from './workers.ts';

const BIND_SECONDS = 0.5;

/** Everything that makes objects in a member move by themselves. Without it, tests and benches write the statuses. */
export function startLife(
  member: Member,
  speed: number,
  programs?: (simulated: Trainings) => Trainings,
): { stop(): void } {
  const clock = createLifeClock(speed);
  const pods = createPods(member);
  const rayJobs = createRayJobLife(member, pods, clock, programs);
  const batchJobs = createBatchJobLife(member, pods, clock);
  const indexedJobs = createIndexedJobLife(member, pods, createWorkers(member, pods, clock), clock);
  const { registry } = member.server;
  const stop = registry.store.onChange(({ type, resource, object }) => {
    if (type === 'DELETED') {
      clock.cancel(object.metadata.uid);
      if (resource === POD) {
        indexedJobs.podGone(object);
        rayJobs.podGone(object);
      }
      if (resource === JOB) indexedJobs.gone(object);
      return;
    }
    // Events are told one after the other: by now the object may be further than this one says.
    const now = latestOf(registry, resource, object);
    if (!now) return;
    if (resource === RAY_JOB) rayJobs.look(now);
    else if (resource === JOB) (isIndexed(now) ? indexedJobs : batchJobs).look(now);
    else if (resource === POD) indexedJobs.podChanged(now);
    else if (resource === PERSISTENT_VOLUME_CLAIM && type === 'ADDED') {
      clock.later(now.metadata.uid, BIND_SECONDS, () => bind(member, now));
    }
  });
  return {
    stop() {
      stop();
      clock.stop();
    },
  };
}

/** As a storage class that binds at once would. */
function bind({ server: { registry } }: Member, claim: StoredObject): void {
  const { namespace, name, uid } = claim.metadata;
  const now = registry.store.get(PERSISTENT_VOLUME_CLAIM, namespace, name);
  if (now?.metadata.uid !== uid) return;
  const spec = { ...(now.spec as object), volumeName: `pvc-${uid}` };
  registry.store.put(PERSISTENT_VOLUME_CLAIM, { ...now, spec });
  registry.setStatus(PERSISTENT_VOLUME_CLAIM, namespace, name, {
    phase: 'Bound',
    accessModes: pick(claim, 'spec', 'accessModes'),
    capacity: { storage: pick(claim, 'spec', 'resources', 'requests', 'storage') },
  });
}
