import type { Extras } from '../settings/extras.ts';
import type { Image, Resources } from '../settings/fragments.ts';
import type { Connection, Readiness } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { imageReference } from './image.ts';
import { type K8s, quantities } from './k8s.ts';
import { livenessOf, type Probes } from './probes.ts';
import type { Stack } from './stack.ts';
import { type Mount, podVolume, scratch, volumeMount } from './volume.ts';
import { waitForPort, waitUntil } from './wait.ts';

export interface PodProps {
  /** Of its container. */
  readonly name: string;
  readonly serviceAccount: string;
  readonly image: Image;
  /** Numeric user and group: the kubelet can only check runAsNonRoot against a number. */
  readonly user: number;
  readonly command?: string[];
  readonly args?: string[];
  readonly env?: Record<string, EnvValue>;
  /** Variables that Kubernetes fills from fields of the pod: its name, its namespace. */
  readonly fields?: Record<string, string>;
  /** ConfigMap whose every key becomes a variable. */
  readonly envFrom?: { readonly configMap: string; readonly names: readonly string[] };
  /** Ports of the container, by name. */
  readonly ports?: Record<string, number>;
  readonly resources: Resources;
  readonly probes?: Probes;
  readonly mounts?: Mount[];
  /** Size of /tmp. */
  readonly tmpSize?: string;
  readonly talksTo?: Connection[];
  /** Seconds between "leave the Service" and SIGTERM, in which the proxies learn that this pod is going. */
  readonly preStopSeconds?: number;
  /** Seconds until SIGKILL, preStop included. */
  readonly graceSeconds?: number;
  /** What a team adds, which goes in once all is built (extras.ts): every workload can be added to. */
  readonly extras: Extras;
  /** Why the image cannot run on a read-only root, where that is so. */
  readonly writableRoot?: { readonly reason: string };
}

const WAIT_RESOURCES: Resources = {
  requests: { cpu: '10m', memory: '16Mi' },
  limits: { cpu: '100m', memory: '32Mi' },
};

/**
 * The only place where a pod is made. It meets the restricted Pod Security Standard, and more: a read-only root
 * with a scratch /tmp, bounds on every container, no ServiceAccount token, no variables of other Services.
 */
export function podSpec(stack: Stack, props: PodProps): K8s.PodSpec {
  const { images, network } = stack.settings;
  const mounts = [scratch('tmp', '/tmp', props.tmpSize), ...(props.mounts ?? [])];
  refuseSharedPaths(stack, props, mounts);
  const container = (own: Partial<K8s.Container> & { name: string }, image: Image, resources: Resources) => ({
    image: imageReference(image, images),
    imagePullPolicy: images.pullPolicy,
    resources: { requests: quantities({ ...resources.requests }), limits: quantities({ ...resources.limits }) },
    securityContext: containerSecurity(own.name === props.name && props.writableRoot !== undefined),
    ...own,
  });
  const waits = (network.initWaits ? (props.talksTo ?? []) : []).flatMap(({ readiness, to, waitSeconds }) => [
    ...(waitSeconds
      ? [container({ name: waitName(to.name), command: waitForPort(to, waitSeconds) }, images.wait, WAIT_RESOURCES)]
      : []),
    ...(readiness ? [container(readinessContainer(readiness), readiness.image, WAIT_RESOURCES)] : []),
  ]);
  return {
    serviceAccountName: props.serviceAccount,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: props.user,
      runAsGroup: props.user,
      fsGroup: props.user,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
      // For an image that listens on 80: inside the pod's own network only, and the restricted standard allows it.
      ...(Object.values(props.ports ?? {}).some((port) => port < 1024) && {
        sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }],
      }),
    },
    ...(images.pullSecrets.length > 0 && { imagePullSecrets: images.pullSecrets.map((name) => ({ name })) }),
    ...(props.graceSeconds && { terminationGracePeriodSeconds: props.graceSeconds }),
    ...(waits.length > 0 && { initContainers: waits }),
    containers: [container(mainContainer(stack, props, mounts), props.image, props.resources)],
    volumes: uniqueVolumes(mounts),
  };
}

const waitName = (what: string): string => `wait-for-${what}`;

const readinessContainer = ({ env, name, probe, seconds, what }: Readiness) => ({
  name: waitName(name),
  command: waitUntil(what, seconds, probe),
  env: variables(env),
});

function mainContainer(stack: Stack, props: PodProps, mounts: Mount[]): Partial<K8s.Container> & { name: string } {
  const { probes } = props;
  return {
    name: props.name,
    ...(props.command && { command: props.command }),
    ...(props.args && { args: props.args }),
    ...(props.envFrom && { envFrom: [{ configMapRef: { name: props.envFrom.configMap } }] }),
    env: environment(stack, props),
    ...(props.ports && {
      ports: Object.entries(props.ports).map(([name, containerPort]) => ({ name, containerPort, protocol: 'TCP' })),
    }),
    ...(probes && {
      startupProbe: probes.startup,
      livenessProbe: livenessOf(probes),
      readinessProbe: probes.readiness,
    }),
    ...(props.preStopSeconds && {
      lifecycle: { preStop: { exec: { command: ['sleep', String(props.preStopSeconds)] } } },
    }),
    volumeMounts: mounts.map(volumeMount),
  };
}

function environment(stack: Stack, props: PodProps): K8s.EnvVar[] {
  const places = (props.talksTo ?? []).map(({ to, env }) => env?.(to) ?? {});
  const own: Record<string, EnvValue> = Object.assign({}, ...places, props.env);
  for (const [name, value] of Object.entries(props.extras.pod.extraEnv ?? {}).sort()) {
    if (!Object.hasOwn({ ...own, ...props.fields }, name) && !props.envFrom?.names.includes(name)) continue;
    const allowed = 'a variable that is not set already; what that one is made of has settings of its own';
    stack.mistakes.push({ path: `${extrasOf(stack, props)}.extraEnv.${name}`, value, allowed });
  }
  const fields = Object.entries(props.fields ?? {}).map(([name, fieldPath]) => ({
    name,
    valueFrom: { fieldRef: { fieldPath } },
  }));
  return [...variables(own), ...fields];
}

function variables(env: Record<string, EnvValue>): K8s.EnvVar[] {
  return Object.entries(env).map(([name, value]) =>
    typeof value === 'string'
      ? { name, value }
      : { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } },
  );
}

function containerSecurity(writableRoot: boolean): K8s.SecurityContext {
  return {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: !writableRoot,
    capabilities: { drop: ['ALL'] },
  };
}

/** For the containers that an operator makes: what the restricted standard asks of one, where the pod is not ours. */
export const restrictedContainer = () => ({
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
});

function refuseSharedPaths(stack: Stack, props: PodProps, mounts: Mount[]): void {
  const own = mounts.map(({ path }) => path);
  (props.extras.pod.extraVolumes ?? []).forEach(({ mountPath }, index) => {
    if (mountPath === undefined || !own.includes(mountPath)) return;
    const path = `${extrasOf(stack, props)}.extraVolumes.${index}.mountPath`;
    stack.mistakes.push({ path, value: mountPath, allowed: 'a path at which nothing else is mounted' });
  });
}

/** What the settings add to this pod, by its path. */
const extrasOf = (stack: Stack, { extras, name }: PodProps): string => `${stack.pathOf(extras) ?? name}.pod`;

/** Two mounts of one volume (two files of a ConfigMap) name it once. */
function uniqueVolumes(mounts: Mount[]): K8s.Volume[] {
  return [...new Map(mounts.map((mount) => [mount.name, podVolume(mount)])).values()];
}

/** Spread over zones and nodes where there are several; a new version's pods are counted apart from the old one's. */
export function spread(labels: Record<string, string>): K8s.TopologySpreadConstraint[] {
  return ['topology.kubernetes.io/zone', 'kubernetes.io/hostname'].map((topologyKey) => ({
    maxSkew: 1,
    topologyKey,
    whenUnsatisfiable: 'ScheduleAnyway',
    labelSelector: { matchLabels: labels },
    matchLabelKeys: ['pod-template-hash'],
  }));
}
