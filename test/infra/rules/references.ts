import { isDeepStrictEqual } from 'node:util';
import { broughtByUser } from '../../../infra/constructs/created-at-deploy.ts';
import type { KubeObject } from '../../../infra/synth/synthesize.ts';
import { own, type Subject, title } from '../subjects.ts';
import { type Container, containersOf, type Pod, podsOf } from './pods.ts';

/** A thing that an object names, and who names it. */
interface Reference {
  readonly by: string;
  readonly kind: string;
  readonly name: string;
  readonly key?: string;
}

/** Each name in a manifest is that of an object beside it, or is on the list of things created at deploy. */
export function referencesResolve(subject: Subject): string[] {
  const objects = [...own(subject), ...ofForeignCharts(subject)];
  const missing = [...podReferences(objects), ...otherReferences(objects)].filter(
    (reference) => !isThere(reference, objects, subject),
  );
  return [
    ...missing.map(
      ({ by, key, kind, name }) =>
        `${by}: there is no ${kind}/${name}${key === undefined ? '' : ` with the key ${key}`}`,
    ),
    ...selectorBreaches(objects),
    ...headlessBreaches(objects),
    ...unusedList(subject),
  ];
}

/** Services that charts of other makers bring. */
const ofForeignCharts = ({ definition, settings }: Subject): KubeObject[] =>
  (definition.foreignCharts?.(settings) ?? []).flatMap(({ install, services = {} }) =>
    Object.entries(install === 'none' ? {} : services).map(([name, port]) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      // Its pods are the chart's.
      spec: { ports: [{ name: 'http', port }] },
    })),
  );

function isThere({ key, kind, name }: Reference, objects: KubeObject[], { definition, settings }: Subject): boolean {
  const object = objects.find((each) => each.kind === kind && each.metadata.name === name);
  if (object) return key === undefined || key in ((object.data as object | undefined) ?? {});
  const listed = definition.createdAtDeploy(settings).filter((each) => each.kind === kind && each.name === name);
  return listed.some(({ keys }) => key === undefined || keys.length === 0 || keys.includes(key));
}

function podReferences(objects: KubeObject[]): Reference[] {
  return podsOf(objects).flatMap((pod) => {
    const at = (kind: string, name: string, key?: string): Reference => ({
      by: pod.owner,
      kind,
      name,
      ...(key !== undefined && { key }),
    });
    const { imagePullSecrets = [], serviceAccountName, volumes = [] } = pod.spec;
    return [
      ...(serviceAccountName ? [at('ServiceAccount', serviceAccountName)] : []),
      ...imagePullSecrets.map(({ name }) => at('Secret', name)),
      ...volumes.flatMap(({ configMap, persistentVolumeClaim, secret }) => [
        ...(secret && !secret.optional
          ? [
              at('Secret', secret.secretName),
              ...(secret.items ?? []).map(({ key }) => at('Secret', secret.secretName, key)),
            ]
          : []),
        ...(configMap
          ? [
              at('ConfigMap', configMap.name),
              ...(configMap.items ?? []).map(({ key }) => at('ConfigMap', configMap.name, key)),
            ]
          : []),
        ...(persistentVolumeClaim ? [at('PersistentVolumeClaim', persistentVolumeClaim.claimName)] : []),
      ]),
      ...containersOf(pod).flatMap(({ env = [], envFrom = [] }) => [
        ...env.flatMap(({ valueFrom }) => [
          ...(valueFrom?.secretKeyRef ? [at('Secret', valueFrom.secretKeyRef.name, valueFrom.secretKeyRef.key)] : []),
          ...(valueFrom?.configMapKeyRef
            ? [at('ConfigMap', valueFrom.configMapKeyRef.name, valueFrom.configMapKeyRef.key)]
            : []),
        ]),
        ...envFrom.flatMap(({ configMapRef, secretRef }) => [
          ...(configMapRef ? [at('ConfigMap', configMapRef.name)] : []),
          ...(secretRef ? [at('Secret', secretRef.name)] : []),
        ]),
      ]),
    ];
  });
}

interface IngressSpec {
  tls?: { secretName: string }[];
  rules: { http: { paths: { backend: { service: { name: string } } }[] } }[];
}

function otherReferences(objects: KubeObject[]): Reference[] {
  return objects.flatMap((object): Reference[] => {
    const by = title(object);
    if (object.kind === 'HorizontalPodAutoscaler') {
      const { scaleTargetRef } = object.spec as { scaleTargetRef: { kind: string; name: string } };
      return [{ by, kind: scaleTargetRef.kind, name: scaleTargetRef.name }];
    }
    if (object.kind === 'StatefulSet')
      return [{ by, kind: 'Service', name: (object.spec as { serviceName: string }).serviceName }];
    if (object.kind === 'HTTPRoute') return backendsOf(object).map(({ name }) => ({ by, kind: 'Service', name }));
    if (object.kind !== 'Ingress') return [];
    const { rules, tls = [] } = object.spec as IngressSpec;
    return [
      ...tls.map(({ secretName }) => ({ by, kind: 'Secret', name: secretName })),
      ...rules.flatMap(({ http }) =>
        http.paths.map(({ backend }) => ({ by, kind: 'Service', name: backend.service.name })),
      ),
    ];
  });
}

/** The pods of a StatefulSet have names by a Service without an address of its own. */
function headlessBreaches(objects: KubeObject[]): string[] {
  return objects
    .filter(({ kind }) => kind === 'StatefulSet')
    .flatMap((set) => {
      const { selector, serviceName } = set.spec as { selector: { matchLabels: Labels }; serviceName: string };
      const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === serviceName);
      const { clusterIP, selector: own } = (service?.spec ?? {}) as { clusterIP?: string; selector?: Labels };
      const isRight = clusterIP === 'None' && isDeepStrictEqual(own, selector.matchLabels);
      return service && !isRight ? [`${title(set)}: ${title(service)} is no headless Service of its pods`] : [];
    });
}

type Labels = Record<string, string>;
const matches = (selector: Labels, labels: Labels): boolean =>
  Object.entries(selector).every(([key, value]) => labels[key] === value);

/** Selectors meet pods, and the ports named beside them are ports of those pods. */
function selectorBreaches(objects: KubeObject[]): string[] {
  const pods = podsOf(objects);
  return objects.flatMap((object) => {
    const { selector } = (object.spec ?? {}) as { selector?: { matchLabels: Labels } };
    switch (object.kind) {
      case 'Service':
        return selector === undefined ? [] : serviceBreaches(object, pods);
      case 'PodDisruptionBudget':
      case 'Deployment':
      case 'StatefulSet':
        return selected(object, selector?.matchLabels ?? {}, pods).breaches;
      case 'ServiceMonitor':
        return monitorBreaches(object, objects);
      case 'Ingress':
        return ingressPortBreaches(object, objects);
      case 'HTTPRoute':
        return backendsOf(object).flatMap((backend) => portBreaches(object, backend, objects));
      default:
        return [];
    }
  });
}

function selected(object: KubeObject, selector: Labels, pods: Pod[]): { pods: Pod[]; breaches: string[] } {
  const found = pods.filter(({ labels }) => matches(selector, labels));
  return { pods: found, breaches: found.length > 0 ? [] : [`${title(object)} selects no pod`] };
}

interface ServiceSpec {
  selector: Labels;
  ports: { name: string; port: number; targetPort: number | string }[];
}

function serviceBreaches(service: KubeObject, pods: Pod[]): string[] {
  const { ports, selector } = service.spec as ServiceSpec;
  const { breaches, pods: behind } = selected(service, selector, pods);
  const containerPorts = behind.flatMap(({ spec }) => spec.containers).flatMap(({ ports = [] }: Container) => ports);
  const unmet = ports.filter(
    ({ targetPort }) =>
      !containerPorts.some(({ containerPort, name }) => targetPort === name || targetPort === containerPort),
  );
  const severalOwners = new Set(behind.map(({ owner }) => owner)).size > 1;
  return [
    ...breaches,
    ...(behind.length > 0 ? unmet.map(({ name }) => `${title(service)}: port ${name} is no port of its pods`) : []),
    ...(severalOwners ? [`${title(service)} selects the pods of several workloads`] : []),
  ];
}

interface MonitorSpec {
  selector: { matchLabels: Labels };
  namespaceSelector?: object;
  endpoints: { port: string }[];
}

function monitorBreaches(monitor: KubeObject, objects: KubeObject[]): string[] {
  const { endpoints, namespaceSelector, selector } = monitor.spec as MonitorSpec;
  // Of a Service of another stack.
  if (namespaceSelector) return [];
  const services = objects.filter(
    ({ kind, metadata }) => kind === 'Service' && matches(selector.matchLabels, metadata.labels ?? {}),
  );
  const ports = services.flatMap(({ spec }) => (spec as ServiceSpec).ports.map(({ name }) => name));
  return endpoints.flatMap(({ port }) =>
    ports.includes(port) ? [] : [`${title(monitor)}: no Service has the port ${port}`],
  );
}

function ingressPortBreaches(ingress: KubeObject, objects: KubeObject[]): string[] {
  const paths = (ingress.spec as IngressSpec).rules.flatMap(({ http }) => http.paths);
  return paths.flatMap(({ backend }) => {
    const { name, port } = backend.service as { name: string; port: { name?: string; number?: number } };
    return portBreaches(ingress, { name, port: port.name ?? port.number }, objects);
  });
}

interface Backend {
  readonly name: string;
  readonly port: string | number | undefined;
}

const backendsOf = ({ spec }: KubeObject): Backend[] =>
  (spec as { rules: { backendRefs: Backend[] }[] }).rules.flatMap(({ backendRefs }) => backendRefs);

function portBreaches(route: KubeObject, { name, port }: Backend, objects: KubeObject[]): string[] {
  const service = objects.find((each) => each.kind === 'Service' && each.metadata.name === name);
  const ports = (service?.spec as ServiceSpec | undefined)?.ports ?? [];
  return ports.some((each) => each.name === port || each.port === port)
    ? []
    : [`${title(route)}: ${name} has no such port`];
}

/** The list of things created at deploy holds nothing that no manifest asks for. */
function unusedList(subject: Subject): string[] {
  const { definition, settings } = subject;
  const text = JSON.stringify([own(subject), definition.foreignCharts?.(settings)]);
  const brought = new Set(broughtByUser(subject.settings).map(({ name }) => name));
  return definition
    .createdAtDeploy(settings)
    .filter(({ madeBy, name }) => !brought.has(name) && !text.includes(`"${name}"`) && madeBy === undefined)
    .map(({ name }) => `created at deploy, and nothing uses it: ${name}`);
}
