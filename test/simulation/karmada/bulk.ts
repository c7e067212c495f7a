import { randomUUID } from 'node:crypto';
import { LABELS } from '../../../service/contract.ts';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import type { Member } from '../../../service/local/karmada/member.ts';
import { NAMESPACE } from '../../../service/local/kube/kinds.ts';
import { isFields, pick, type StoredObject, textAt, timestamp } from '../../../service/local/kube/objects.ts';

interface BulkLoad {
  readonly jobsPerCluster: number;
  readonly namespace: string;
  /** Jobs are called `<prefix>-<cluster>-<number>`: unique over all clusters. */
  readonly prefix: string;
}

/** One written status: where, which, and when, as milliseconds since 1970 with fractions. */
interface WrittenChange {
  readonly cluster: string;
  readonly name: string;
  readonly at: number;
  readonly resourceVersion: string;
  readonly status: unknown;
}

/** Fills members with running RayJobs, past Karmada's controllers, and changes so many of them a second. */
export interface Bulk {
  load(load: BulkLoad): number;
  changes(perSecond: number): void;
  /** All changes since the last call. */
  taken(): WrittenChange[];
  stop(): void;
}

/** Made once and shared by all: 100,000 RayJobs of 5 kB each would otherwise be half a gigabyte of the same text. */
const SPEC = {
  backoffLimit: 100,
  entrypoint: 'python train.py',
  submissionMode: 'K8sJobMode',
  shutdownAfterJobFinishes: true,
  ttlSecondsAfterFinished: 600,
  rayClusterSpec: {
    rayVersion: '2.46.0',
    headGroupSpec: {
      rayStartParams: {},
      template: { spec: { containers: [{ name: 'ray-head', image: 'rayproject/ray:2.46.0' }] } },
    },
  },
};

/** As long as the ones that Karmada and kubectl leave on a RayJob. */
const MANAGED_FIELDS = [
  {
    manager: 'karmada-controller-manager',
    operation: 'Update',
    apiVersion: 'ray.io/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(
      Array.from({ length: 60 }, (_, i) => [`f:field-${i}`, { '.': {}, 'f:containers': {}, 'f:image': {} }]),
    ),
  },
];

const SPREAD_TICK_MS = 5;
/** Jumps around, so that no job changes twice in a short while. */
const STRIDE = 7_919;

export function createBulk(members: ReadonlyMap<string, Member>): Bulk {
  const loaded: { member: Member; namespace: string; name: string }[] = [];
  let written: WrittenChange[] = [];
  let perSecond = 0;
  let due = 0;
  let last = performance.now();
  let position = 0;

  function changeNext(): void {
    position = (position + STRIDE) % loaded.length;
    const job = loaded[position];
    const object = job?.member.server.registry.store.get(RAY_JOB, job.namespace, job.name);
    if (!job || !object) return;
    const status = nextStatus(object);
    const { metadata } = job.member.server.registry.store.put(RAY_JOB, { ...object, status });
    const at = performance.timeOrigin + performance.now();
    written.push({
      cluster: job.member.settings.name,
      name: job.name,
      at,
      resourceVersion: metadata.resourceVersion,
      status,
    });
  }

  const timer = setInterval(() => {
    const now = performance.now();
    due = loaded.length === 0 ? 0 : due + ((now - last) / 1_000) * perSecond;
    last = now;
    for (; due >= 1; due -= 1) changeNext();
  }, SPREAD_TICK_MS);

  return {
    load({ jobsPerCluster, namespace, prefix }) {
      for (const [cluster, member] of members) {
        const { registry } = member.server;
        if (!registry.store.get(NAMESPACE, undefined, namespace)) {
          registry.create(
            NAMESPACE,
            { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
            { manager: 'bulk' },
          );
        }
        for (let i = 0; i < jobsPerCluster; i += 1) {
          const name = `${prefix}-${cluster}-${String(i).padStart(5, '0')}`;
          registry.store.put(RAY_JOB, runningJob(namespace, name));
          loaded.push({ member, namespace, name });
        }
      }
      return loaded.length;
    },
    changes(wanted) {
      perSecond = wanted;
      due = 0;
    },
    taken() {
      const taken = written;
      written = [];
      return taken;
    },
    stop: () => clearInterval(timer),
  };
}

function runningJob(namespace: string, name: string): StoredObject {
  const at = timestamp();
  return {
    apiVersion: 'ray.io/v1',
    kind: 'RayJob',
    metadata: {
      name,
      namespace,
      uid: randomUUID(),
      resourceVersion: '',
      generation: 1,
      creationTimestamp: at,
      labels: { [LABELS.managedBy]: LABELS.managedByValue, [LABELS.jobId]: name, 'karmada.io/managed': 'true' },
      managedFields: MANAGED_FIELDS,
    },
    spec: SPEC,
    status: {
      jobId: `${name}-00000`,
      jobStatus: 'RUNNING',
      jobDeploymentStatus: 'Running',
      rayClusterName: `${name}-00000`,
      startTime: at,
      failed: 0,
      succeeded: 0,
      message: 'Job is currently running.',
    },
  };
}

/** Running, to be tried again, pending, running: around for ever, so that the number of active jobs stays. */
function nextStatus(job: StoredObject): object {
  const status = isFields(job.status) ? job.status : {};
  if (status.jobDeploymentStatus === 'Retrying') {
    const attempt = Number(status.failed).toString(36).padStart(5, '0');
    const rayClusterName = `${job.metadata.name}-${attempt}`;
    return {
      ...status,
      jobStatus: 'PENDING',
      jobDeploymentStatus: 'Running',
      rayClusterName,
      reason: undefined,
      message: 'Job has not started yet.',
    };
  }
  if (textAt(status, 'jobStatus') === 'PENDING')
    return { ...status, jobStatus: 'RUNNING', message: 'Job is currently running.' };
  const failed = Number(pick(status, 'failed') ?? 0) + 1;
  return {
    ...status,
    jobStatus: 'FAILED',
    jobDeploymentStatus: 'Retrying',
    reason: 'AppFailed',
    message: `attempt ${failed} failed`,
    failed,
  };
}
