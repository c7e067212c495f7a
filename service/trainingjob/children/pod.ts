import {
  CONFIG_DIRECTORY,
  CONTAINER,
  configName,
  GPU,
  LABELS,
  labelsOf,
  PROGRESS,
  podGroupName,
  serviceName,
} from '../names.ts';
import type { Spec } from '../schema/spec.ts';
import type { Attempt, PodSecurity } from './attempt.ts';
import { checkpointMount, checkpointVolume } from './checkpoints.ts';
import { commandOf } from './command.ts';
import { masterPortOf, variablesOf } from './environment.ts';
import { hasPodGroup } from './pod-group.ts';

/** A projected token that the kubelet renews at four fifths of its life. */
const TOKEN_SECONDS = 3600;
const RDMA = 'rdma/hca';

/** Time to write a last checkpoint after SIGTERM. */
const GRACE_SECONDS = 60;

export function podTemplate(attempt: Attempt) {
  const { job, number, podSecurity, progressUrl } = attempt;
  const { spec } = job;
  const { scheduling, numWorkers } = spec;
  return {
    metadata: {
      labels: { ...inherited(job.labels), ...labelsOf(job.name), [LABELS.attempt]: String(number) },
      annotations: { 'sidecar.istio.io/inject': 'false', ...scrapeAnnotations(spec) },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: GRACE_SECONDS,
      ...(numWorkers > 1 ? { subdomain: serviceName(job.name) } : {}),
      ...(hasPodGroup(attempt) ? { schedulingGroup: { podGroupName: podGroupName(job.name, number) } } : {}),
      ...POD_CONTEXT[podSecurity],
      ...(scheduling?.priority === undefined ? {} : { priorityClassName: scheduling.priority }),
      ...(scheduling?.nodeSelector === undefined ? {} : { nodeSelector: scheduling.nodeSelector }),
      ...(scheduling?.affinity === undefined ? {} : { affinity: scheduling.affinity }),
      tolerations: tolerationsOf(spec),
      containers: [
        {
          name: CONTAINER,
          image: spec.image,
          command: commandOf(spec),
          ...(spec.args === undefined ? {} : { args: spec.args }),
          env: variablesOf(attempt),
          ...portsOf(spec),
          resources: resourcesOf(spec),
          ...containerContext(podSecurity, spec),
          volumeMounts: [
            { name: 'config', mountPath: CONFIG_DIRECTORY, readOnly: true },
            ...(progressUrl === undefined ? [] : [{ name: 'progress', mountPath: PROGRESS.directory, readOnly: true }]),
            // Workers of one node exchange tensors through shared memory, of which a container has 64 MiB by default.
            { name: 'shared-memory', mountPath: '/dev/shm' },
            ...checkpointMount(job),
          ],
        },
      ],
      volumes: [
        { name: 'config', configMap: { name: configName(job.name) } },
        ...(progressUrl === undefined ? [] : [progressVolume(job.name)]),
        { name: 'shared-memory', emptyDir: { medium: 'Memory' } },
        ...checkpointVolume(job),
      ],
    },
  };
}

/** What teams select pods by; Kubernetes' own labels of a Job are not theirs to set. */
const inherited = (labels: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(labels).filter(
      ([label]) => !/^(batch\.kubernetes\.io\/|kueue\.|job-name$|controller-uid$)/.test(label),
    ),
  );

/** Only the restricted standard asks for a user that is not root, whom images commonly do not know. */
const POD_CONTEXT: Record<PodSecurity, object> = {
  restricted: {
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    },
  },
  baseline: { securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
  privileged: {},
};

function containerContext(podSecurity: PodSecurity, spec: Spec) {
  if (podSecurity === 'restricted') {
    return { securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } } };
  }
  // Drivers of RDMA cards pin the memory that they send from.
  const locksMemory = podSecurity === 'privileged' && spec.networking?.rdmaEnabled;
  return locksMemory ? { securityContext: { capabilities: { add: ['IPC_LOCK'] } } } : {};
}

/** Nodes with GPUs are commonly kept free for pods that need them. */
function tolerationsOf({ gpusPerWorker, scheduling }: Spec) {
  const own = gpusPerWorker > 0 ? [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }] : [];
  return [...own, ...(scheduling?.tolerations ?? [])];
}

function resourcesOf({ gpusPerWorker, networking, resources }: Spec) {
  const devices = {
    ...(gpusPerWorker > 0 ? { [GPU]: String(gpusPerWorker) } : {}),
    ...(networking?.rdmaEnabled ? { [RDMA]: '1' } : {}),
  };
  return { requests: { ...resources.requests, ...devices }, limits: { ...resources.limits, ...devices } };
}

function portsOf({ monitoring, numWorkers, ...spec }: Spec) {
  const ports = [
    ...(numWorkers > 1 ? [{ name: 'master', containerPort: masterPortOf({ ...spec, monitoring, numWorkers }) }] : []),
    ...(monitoring?.enabled && monitoring.metricsPort !== undefined
      ? [{ name: 'metrics', containerPort: monitoring.metricsPort }]
      : []),
  ];
  return ports.length > 0 ? { ports } : {};
}

function scrapeAnnotations({ monitoring }: Spec): Record<string, string> {
  if (!monitoring?.enabled || monitoring.metricsPort === undefined) return {};
  return { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(monitoring.metricsPort) };
}

const progressVolume = (name: string) => ({
  name: 'progress',
  projected: {
    sources: [
      {
        serviceAccountToken: { audience: PROGRESS.audience, expirationSeconds: TOKEN_SECONDS, path: PROGRESS.token },
      },
      { configMap: { name: configName(name), items: [{ key: PROGRESS.authority, path: PROGRESS.authority }] } },
    ],
  },
});
