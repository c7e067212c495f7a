import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { type Container, containersOf, type Pod, podsOf } from './pods.ts';

// Rules of others that our manifests break on purpose. docs/scanners.md says why; a test holds that page to these.

type Finds = (objects: readonly KubeObject[]) => readonly unknown[];

const pods =
  (breaks: (pod: Pod) => boolean): Finds =>
  (objects) =>
    podsOf([...objects]).filter(breaks);

const containers =
  (breaks: (container: Container, pod: Pod) => boolean): Finds =>
  (objects) =>
    podsOf([...objects]).flatMap((pod) => containersOf(pod).filter((container) => breaks(container, pod)));

const kind =
  (wanted: string, breaks: (object: KubeObject, spec: Fields) => boolean): Finds =>
  (objects) =>
    objects.filter((object) => object.kind === wanted && breaks(object, (object.spec ?? {}) as Fields));

// biome-ignore lint/suspicious/noExplicitAny: they look into objects of any kind, as the scanners do.
type Fields = Record<string, any>;

const LONG_RUNNING = ['Deployment', 'StatefulSet'];
const HIGH_ID = 10_000;
const PRIVILEGED_PORT = 1024;
const isPrivileged = ({ ports = [] }: Container): boolean =>
  ports.some(({ containerPort }) => containerPort < PRIVILEGED_PORT);

const ephemeralStorage = containers(({ resources }) => resources?.requests?.['ephemeral-storage'] === undefined);
const requestsBelow = (name: 'cpu' | 'memory'): Finds =>
  containers(({ resources }) => resources?.requests?.[name] !== resources?.limits?.[name]);
const noAntiAffinity = kind('Deployment', (_, { replicas = 1, template }) => replicas > 1 && !template.spec.affinity);
const fewReplicas = kind('Deployment', (_, { replicas }) => replicas === 1);
const opensNodes = kind('Service', (_, { type }) => type === 'NodePort');

const latest = containers(({ image = '' }) => image.endsWith(':latest'));
const notIsolated: Finds = (objects) =>
  objects.some(({ kind }) => kind === 'NetworkPolicy') ? [] : podsOf([...objects]);

/** By scanner and rule. */
export const NOT_FOLLOWED: Readonly<Record<string, Finds>> = {
  'kube-score container-image-pull-policy': containers(
    (container) => (container as Fields).imagePullPolicy !== 'Always',
  ),
  'kube-score container-image-tag': latest,
  'kube-score pod-networkpolicy': notIsolated,
  'kube-score container-ephemeral-storage-request-and-limit': ephemeralStorage,
  'kube-score container-security-context-user-group-id': pods(
    ({ spec }) => Number(spec.securityContext?.runAsUser) < HIGH_ID,
  ),
  'kube-score pod-probes-identical': containers(
    ({ livenessProbe, readinessProbe }) =>
      livenessProbe !== undefined && isDeepStrictEqual(place(livenessProbe), place(readinessProbe)),
  ),
  'kube-score deployment-has-host-podantiaffinity': noAntiAffinity,
  'kube-score deployment-replicas': fewReplicas,
  'kube-score deployment-has-poddisruptionbudget': (objects) =>
    kind('Deployment', ({ metadata }, { replicas = 1 }) => replicas > 1 && !hasBudget(objects, metadata.name))(objects),
  'kube-score service-type': opensNodes,
  'kube-score container-cpu-requests-equal-limits': requestsBelow('cpu'),
  'kube-score container-memory-requests-equal-limits': requestsBelow('memory'),
  'kube-score container-resource-requests-equal-limits': requestsBelow('cpu'),
  'kube-linter latest-tag': latest,
  'kube-linter non-isolated-pod': notIsolated,
  'kube-linter no-anti-affinity': noAntiAffinity,
  'kube-linter minimum-three-replicas': fewReplicas,
  'kube-linter no-rolling-update-strategy': kind('Deployment', (_, { strategy }) => strategy.type === 'Recreate'),
  'kube-linter exposed-services': opensNodes,
  'kube-linter privileged-ports': containers(isPrivileged),
  'kube-linter unsafe-sysctls': pods(({ spec }) => spec.securityContext?.sysctls !== undefined),
  'kube-linter read-secret-from-env-var': containers(({ env = [] }) =>
    env.some(({ valueFrom }) => valueFrom?.secretKeyRef),
  ),
  'kube-linter image-not-pinned-by-digest': containers(({ image = '' }) => !image.includes('@sha256:')),
  'kube-linter init-container-security-gap': pods(({ spec }) =>
    (spec.initContainers ?? []).some(({ securityContext }) => securityContext?.runAsNonRoot === undefined),
  ),
  'kube-linter unset-ephemeral-storage-requirements': ephemeralStorage,
  'kube-linter job-ttl-seconds-after-finished': kind('Job', (_, spec) => spec.ttlSecondsAfterFinished === undefined),
  'kube-linter priority-class-name': pods(({ spec }) => spec.priorityClassName === undefined),
  'kube-linter no-node-affinity': pods(({ kind, spec }) => LONG_RUNNING.includes(kind) && spec.affinity === undefined),
  'kube-linter dnsconfig-options': pods(({ spec }) => spec.dnsConfig === undefined),
  'kube-linter required-label-owner': (objects) => objects.filter(({ metadata }) => !metadata.labels?.owner),
  'kube-linter required-annotation-email': (objects) => objects.filter(({ metadata }) => !metadata.annotations?.email),
  'kube-linter access-to-create-pods': (objects) => objects.filter((object) => grants(object, ['pods', 'jobs'])),
  'Trivy KSV117': containers(isPrivileged),
};

const place = (probe: Fields | undefined): Fields =>
  Object.fromEntries(['exec', 'httpGet', 'tcpSocket', 'grpc'].map((how) => [how, probe?.[how]]));

const hasBudget = (objects: readonly KubeObject[], name: string): boolean =>
  objects.some(({ kind, metadata }) => kind === 'PodDisruptionBudget' && metadata.name === name);

const grants = ({ rules = [] }: Fields, resources: readonly string[]): boolean =>
  rules.some(
    (rule: Fields) =>
      rule.verbs?.includes('create') && rule.resources?.some((each: string) => resources.includes(each)),
  );
