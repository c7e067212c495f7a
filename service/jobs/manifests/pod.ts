import { GPU } from '../../contract/quantity.ts';
import { RESULTS_DIRECTORY } from '../environment.ts';
import { CREDENTIAL_VARIABLES } from '../platform-variables.ts';
import { type JobSpec, labelsOf, type ManifestSettings, type ReportAddress } from './manifest.ts';
import { reportVariables, reportVolume } from './reports.ts';
import { claimName } from './volume.ts';

export interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly secretKeyRef: { readonly name: string; readonly key: string; readonly optional: boolean };
  };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly env: readonly Variable[];
  readonly resources: Resources;
  readonly mountsResults: boolean;
  /** It trains, and may tell how far it is. */
  readonly reports: ReportAddress | null;
  readonly workdir?: FirstStep | null;
}

/** Fills a volume before the container starts, which then starts there. */
export interface FirstStep {
  readonly container: Readonly<Record<string, unknown>>;
  readonly volume: { readonly name: string; readonly emptyDir: { readonly sizeLimit: string } };
  readonly mount: { readonly name: string; readonly mountPath: string };
}

/** Requests equal limits: a training pod gets what it asked for and no more. */
export interface Resources {
  readonly cpuCores: number;
  readonly memoryGiB: number;
  readonly gpuCount: number;
}

/** All pods of a job are made here: they carry its labels, mount its volume and meet the restricted Pod Security Standard. */
export function podTemplate(
  job: JobSpec,
  { mountsResults, reports, resources, env, workdir = null, ...container }: Container,
  restartPolicy?: 'Never',
) {
  const volumes = [
    ...(mountsResults ? [{ name: 'results', persistentVolumeClaim: { claimName: claimName(job) } }] : []),
    ...(reports ? [reportVolume(job).volume] : []),
    ...(workdir ? [workdir.volume] : []),
  ];
  const volumeMounts = [
    ...(mountsResults ? [{ name: 'results', mountPath: RESULTS_DIRECTORY }] : []),
    ...(reports ? [reportVolume(job).mount] : []),
    ...(workdir ? [workdir.mount] : []),
  ];
  return {
    metadata: { labels: labelsOf(job), annotations: { 'sidecar.istio.io/inject': 'false' } },
    spec: {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      ...(restartPolicy ? { restartPolicy } : {}),
      securityContext: {
        // User and group "ray" and "users" of the Ray images. Images of a user's own run under them, too.
        runAsNonRoot: true,
        runAsUser: 1000,
        runAsGroup: 100,
        fsGroup: 100,
        fsGroupChangePolicy: 'OnRootMismatch',
        seccompProfile: { type: 'RuntimeDefault' },
      },
      // Nodes with GPUs are commonly kept free for pods that need them.
      ...(resources.gpuCount > 0 ? { tolerations: [{ key: GPU, operator: 'Exists', effect: 'NoSchedule' }] } : {}),
      ...(workdir ? { initContainers: [{ ...workdir.container, ...limited(resources) }] } : {}),
      containers: [
        {
          ...container,
          ...(workdir ? { workingDir: workdir.mount.mountPath } : {}),
          env: [...env, ...plainVariables(reportVariables(job, reports))],
          ...limited(resources),
          ...(volumeMounts.length > 0 ? { volumeMounts } : {}),
        },
      ],
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

const limited = (resources: Resources) => ({
  resources: quantities(resources),
  // Not read-only: Ray writes sessions to /tmp/ray, and training programs write caches to the home directory.
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
});

export function quantities({ cpuCores, memoryGiB, gpuCount }: Resources) {
  const amounts = {
    cpu: Number.isInteger(cpuCores) ? String(cpuCores) : `${Math.round(cpuCores * 1000)}m`,
    memory: Number.isInteger(memoryGiB) ? `${memoryGiB}Gi` : `${Math.round(memoryGiB * 1024)}Mi`,
    ...(gpuCount > 0 ? { [GPU]: String(gpuCount) } : {}),
  };
  return { requests: amounts, limits: amounts };
}

/** Optional: a job that needs no object storage runs in a namespace without the Secret. */
export const credentialVariables = (job: JobSpec, settings: ManifestSettings): Variable[] =>
  CREDENTIAL_VARIABLES.map((name) => ({
    name,
    valueFrom: {
      secretKeyRef: { name: job.request.credentialsSecret ?? settings.credentialsSecret, key: name, optional: true },
    },
  }));

/** Kubernetes replaces $(NAME) in a value; a doubled $ is a plain one. */
export const plainVariables = (values: Readonly<Record<string, string>>): Variable[] =>
  Object.entries(values).map(([name, value]) => ({ name, value: value.replaceAll('$', '$$$$') }));
