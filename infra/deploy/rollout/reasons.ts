import { eventsIn, explainPod, warningsAbout } from '../../../service/kube/pods/explain.ts';
import { isWell } from '../../../service/kube/pods/pod.ts';
import type { Target } from '../target.ts';
import { matching, ofNewVersion, podsIn } from './pods.ts';
import type { Workload } from './progress.ts';

/** Why the pods of a workload do not come up, as far as the cluster knows. */
export async function reasonsFor(target: Target, workload: Workload): Promise<string[]> {
  const { kube } = target.management;
  const labels = workload.spec?.selector?.matchLabels;
  const [all, events] = await Promise.all([podsIn(target), eventsIn(kube, target.namespace)]);
  const pods = labels ? ofNewVersion(matching(all, labels), workload.status?.updateRevision) : [];
  // Without a pod it is the ReplicaSet or the workload itself that was refused one (quota, admission).
  if (pods.length === 0) return warningsAbout(events, (name) => name.startsWith(workload.metadata.name));
  const reasons = await Promise.all(
    pods.filter((pod) => !isWell(pod)).map((pod) => explainPod(kube, pod, events, { signal: target.signal })),
  );
  return reasons.flat();
}
