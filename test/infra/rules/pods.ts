import type { KubeObject } from '../../../infra/synth/synthesize.ts';

// The fields of a pod that the rules look at. Everything may be missing: what is missing is what they report.
export interface Probe {
  httpGet?: { port: number | string };
  tcpSocket?: { port: number | string };
}
export interface Container {
  name: string;
  image?: string;
  command?: string[];
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: KeyRef; configMapKeyRef?: KeyRef } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  ports?: { name?: string; containerPort: number }[];
  resources?: Record<'requests' | 'limits', Record<string, string | number> | undefined>;
  securityContext?: Record<string, unknown> & { capabilities?: { drop?: string[]; add?: string[] } };
  startupProbe?: Probe;
  livenessProbe?: Probe;
  readinessProbe?: Probe;
  volumeMounts?: { name: string; mountPath?: string; subPath?: string; readOnly?: boolean }[];
}
interface KeyRef {
  name: string;
  key: string;
}
interface Volume extends Record<string, unknown> {
  name: string;
  secret?: { secretName: string; items?: { key: string }[]; optional?: boolean };
  configMap?: { name: string; items?: { key: string }[] };
  persistentVolumeClaim?: { claimName: string };
}
export interface PodSpec extends Record<string, unknown> {
  containers: Container[];
  initContainers?: Container[];
  volumes?: Volume[];
  serviceAccountName?: string;
  imagePullSecrets?: { name: string }[];
  securityContext?: Record<string, unknown>;
}
export interface Pod {
  /** "Deployment/web" */
  readonly owner: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly labels: Record<string, string>;
  readonly spec: PodSpec;
}

interface Template {
  metadata?: { labels?: Record<string, string> };
  spec: PodSpec;
}

/** The pods that the objects make. */
export function podsOf(objects: KubeObject[]): Pod[] {
  return objects.flatMap((object) => {
    const template = templateOf(object);
    if (!template) return [];
    const { kind, metadata } = object;
    return [
      {
        owner: `${kind}/${metadata.name}`,
        kind,
        namespace: metadata.namespace,
        labels: template.metadata?.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

function templateOf({ kind, ...object }: KubeObject): Template | undefined {
  const spec = object.spec as { template?: Template; jobTemplate?: { spec: { template: Template } } } | undefined;
  if (kind === 'CronJob') return spec?.jobTemplate?.spec.template;
  if (kind === 'Pod') return { metadata: object.metadata, spec: spec as unknown as PodSpec };
  return ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job'].includes(kind) ? spec?.template : undefined;
}

export const containersOf = ({ spec }: Pod): Container[] => [...(spec.initContainers ?? []), ...spec.containers];
