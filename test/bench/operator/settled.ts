import { JOB } from '../../../service/local/kube/job-kind.ts';
import { CONFIG_MAP, POD } from '../../../service/local/kube/kinds.ts';
import { pick, type StoredObject, timestamp } from '../../../service/local/kube/objects.ts';
import type { Registry } from '../../../service/local/kube/registry.ts';
import {
  childrenOf,
  decide,
  readBatchJob,
  readPod,
  readTrainingJob,
  type Surroundings,
  type TrainingJob,
} from '../../../service/trainingjob/index.ts';
import { TRAINING_JOB } from '../../service/operator/cluster.ts';

// A cluster in which all is as it should be: TrainingJobs that run, with all their objects, and nothing to be done.

const SURROUNDINGS: Surroundings = { podSecurity: 'restricted', progressUrl: undefined, progressAuthority: '' };
const NAMESPACE = 'ml';
const USER = { manager: 'kubectl' };

export const draftOf = (name: string) => ({
  apiVersion: 'ml.example.com/v1',
  kind: 'TrainingJob',
  metadata: { name, namespace: NAMESPACE },
  spec: { model: 'bert', dataset: 'squad', gpusPerWorker: 0, hyperparameters: { epochs: 10 }, checkpoint: {} },
});

/** Returns its pod. */
export function addRunningJob(registry: Registry, name: string): StoredObject {
  const created = read(registry.create(TRAINING_JOB, draftOf(name), USER));
  const { configMap, job } = childrenOf({
    ...SURROUNDINGS,
    job: created,
    number: 1,
    resumeFrom: undefined,
    deadlineSeconds: undefined,
  });
  registry.create(CONFIG_MAP, configMap, USER);
  const batchJob = registry.create(JOB, job, USER);
  registry.setStatus(JOB, NAMESPACE, batchJob.metadata.name, { startTime: timestamp(), active: 1, ready: 1 });
  const pod = registry.create(POD, podOf(batchJob), USER);
  registry.setStatus(POD, NAMESPACE, pod.metadata.name, { phase: 'Running' });
  const seen = {
    batchJob: readBatchJob(registry.read(JOB, NAMESPACE, batchJob.metadata.name)),
    pods: [readPod(registry.read(POD, NAMESPACE, pod.metadata.name))],
  };
  const first = decide(created, { batchJob: undefined, pods: [] }, new Date());
  const { status } = decide({ ...created, status: first.status }, seen, new Date());
  registry.setStatus(TRAINING_JOB, NAMESPACE, name, JSON.parse(JSON.stringify(status)));
  return pod;
}

function read(object: StoredObject): TrainingJob {
  const reading = readTrainingJob(object);
  if ('problems' in reading) throw new Error(reading.problems.join('; '));
  return reading.job;
}

const podOf = (job: StoredObject) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${job.metadata.name}-0`,
    namespace: NAMESPACE,
    labels: pick(job, 'spec', 'template', 'metadata', 'labels') as Record<string, string>,
    annotations: { 'batch.kubernetes.io/job-completion-index': '0' },
    ownerReferences: [
      { apiVersion: 'batch/v1', kind: 'Job', name: job.metadata.name, uid: job.metadata.uid, controller: true },
    ],
  },
  spec: { ...(pick(job, 'spec', 'template', 'spec') as object), nodeName: 'node-1' },
});
