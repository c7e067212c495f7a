import { JOB } from '../../kube/job-kind.ts';
import { POD } from '../../kube/kinds.ts';
import { isFields, listAt, pick, type StoredObject, textAt, timestamp } from '../../kube/objects.ts';
import type { Member } from '../member.ts';
import { ownerOf, type Pods, randomSuffix } from './pods.ts';
import { changeStatus, firstContainer } from './status.ts';

const OPERATOR = { manager: 'kuberay-operator' };

/** The batch Job by which KubeRay submits a RayJob: of the RayJob's name, with one pod that holds the driver's output. */
interface Submitter {
  create(job: StoredObject): void;
  say(job: StoredObject, lines: readonly string[]): void;
  end(job: StoredObject, exitCode: number): void;
  remove(job: StoredObject): void;
}

export function createSubmitter(member: Member, pods: Pods): Submitter {
  const { registry } = member.server;

  const batchJob = ({ metadata }: StoredObject): StoredObject | undefined =>
    registry.store.get(JOB, metadata.namespace, metadata.name);

  const podOf = ({ metadata }: StoredObject): StoredObject | undefined =>
    registry.store
      .list(POD, metadata.namespace)
      .find((pod) => pod.metadata.labels?.['job-name'] === metadata.name && !pod.metadata.deletionTimestamp);

  return {
    create(job) {
      if (batchJob(job)) return;
      const { name, namespace = 'default' } = job.metadata;
      const labels = {
        'ray.io/originated-from-cr-name': name,
        'ray.io/originated-from-crd': 'RayJob',
        'app.kubernetes.io/created-by': 'kuberay-operator',
      };
      const submitter = registry.create(
        JOB,
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name, namespace, labels, ownerReferences: [ownerOf(job)] },
          spec: {
            backoffLimit: 2,
            template: { metadata: { labels: { ...inheritedLabels(job), ...labels } }, spec: podSpec(job) },
          },
        },
        OPERATOR,
      );
      const podName = { namespace, name: `${name}-${randomSuffix()}` };
      const podLabels = pick(submitter, 'spec', 'template', 'metadata', 'labels');
      pods.create({
        ...podName,
        labels: podLabels as Record<string, string>,
        owner: ownerOf(submitter),
        spec: pick(submitter, 'spec', 'template', 'spec'),
      });
      pods.place(podName);
      pods.run(podName);
      changeStatus(registry, JOB, submitter, { active: 1, ready: 1, startTime: timestamp() });
    },

    say(job, lines) {
      const pod = podOf(job);
      if (!pod) return;
      for (const line of lines) member.logs.write(pod, firstContainer(pod), line);
    },

    end(job, exitCode) {
      const pod = podOf(job);
      if (pod) pods.finish({ namespace: job.metadata.namespace ?? 'default', name: pod.metadata.name }, exitCode);
      const submitter = batchJob(job);
      if (!submitter) return;
      const at = timestamp();
      changeStatus(registry, JOB, submitter, {
        active: undefined,
        ready: 0,
        ...(exitCode === 0 ? { succeeded: 1, completionTime: at } : { failed: 1 }),
        conditions: [{ type: exitCode === 0 ? 'Complete' : 'Failed', status: 'True', lastTransitionTime: at }],
      });
    },

    remove(job) {
      const submitter = batchJob(job);
      if (submitter) registry.delete(JOB, submitter.metadata.namespace, submitter.metadata.name);
    },
  };
}

/** The operator takes the user's pod template as it is, with its labels: the job's id is among them. */
const inheritedLabels = (job: StoredObject): object => {
  const labels = pick(job, 'spec', 'submitterPodTemplate', 'metadata', 'labels');
  return isFields(labels) ? labels : {};
};

/** The user's template, or what the operator makes of the head's image. */
function podSpec(job: StoredObject): object {
  const template = pick(job, 'spec', 'submitterPodTemplate', 'spec');
  if (isFields(template)) return { restartPolicy: 'Never', ...template };
  const head = listAt(job, 'spec', 'rayClusterSpec', 'headGroupSpec', 'template', 'spec', 'containers')[0];
  const image = textAt(head, 'image') ?? 'rayproject/ray';
  return {
    restartPolicy: 'Never',
    containers: [{ name: 'ray-job-submitter', image, command: ['ray', 'job', 'submit'] }],
  };
}
