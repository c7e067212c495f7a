import { withoutRun } from '../constructs/runs.ts';
import type { Workload } from '../constructs/workload.ts';
import type { KubeObject, Synthesis } from '../synth/synthesize.ts';

export interface Node {
  readonly id: string;
  readonly title: string;
  /** Name, port or schedule: what one needs to find it in the cluster. */
  readonly lines: readonly string[];
  readonly kind: 'service' | 'state' | 'job' | 'outside' | 'entry';
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
}

/** What a stack consists of, from the same declarations that made its manifests. */
export function graphOf({ folders, workloads }: Synthesis): Graph {
  const objects = folders.get('') ?? [];
  const nodes = new Map<string, Node>();
  const edges: { from: string; to: string }[] = [];
  for (const workload of workloads) nodes.set(workload.name, nodeOf(workload, objects));
  for (const { name, props } of workloads) {
    for (const { to } of props.talksTo ?? []) {
      const id = nodes.has(to.host) ? to.host : `${to.title}:${to.port}`;
      if (!nodes.has(id)) nodes.set(id, { id, title: to.title, lines: [`port ${to.port}`], kind: 'outside' });
      edges.push({ from: name, to: id });
    }
  }
  for (const { lines, targets } of entries(objects)) {
    const id = lines.join(' ');
    nodes.set(id, { id, title: lines[0] ?? '', lines: lines.slice(1), kind: 'entry' });
    for (const to of targets) if (nodes.has(to)) edges.push({ from: id, to });
  }
  return { nodes: [...nodes.values()], edges };
}

interface Container {
  name: string;
}
interface PodSpec {
  containers: Container[];
  volumes?: { persistentVolumeClaim?: { claimName: string } }[];
}
/** The fields of a manifest that a picture is made of. */
interface Spec {
  replicas?: number;
  schedule?: string;
  type?: string;
  ports?: { nodePort?: number; port: number }[];
  template?: { spec: PodSpec };
  jobTemplate?: { spec: { template: { spec: PodSpec } } };
  resources?: { requests: { storage: string } };
  rules?: { host?: string; http: { paths: { path: string; backend: { service: { name: string } } }[] } }[];
}
const specOf = (object: KubeObject | undefined): Spec => (object?.spec ?? {}) as Spec;

const WORKLOAD_KINDS = ['Deployment', 'StatefulSet', 'Job', 'CronJob'];

function nodeOf({ name, props }: Workload, objects: KubeObject[]): Node {
  const object = objects
    .map(withoutRun)
    .find(({ kind, metadata }) => WORKLOAD_KINDS.includes(kind) && metadata.name === name);
  const { jobTemplate, replicas, schedule, template } = specOf(object);
  const pod = template?.spec ?? jobTemplate?.spec.template.spec;
  const claims = (pod?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
  const ports = Object.values(props.ports ?? {});
  const count = replicas !== undefined && replicas > 1 ? ` × ${replicas}` : '';
  return {
    id: name,
    title: props.title,
    lines: [
      `${name}${ports.length > 0 ? ` :${ports.join(' :')}` : ''}${count}`,
      ...(schedule ? [schedule] : []),
      ...claims.map((claim) => `⛁ ${claim}${sizeOf(claim, objects)}`),
    ],
    kind: object?.kind === 'StatefulSet' ? 'state' : object?.kind.endsWith('Job') ? 'job' : 'service',
  };
}

function sizeOf(claim: string, objects: KubeObject[]): string {
  const found = objects.find(({ kind, metadata }) => kind === 'PersistentVolumeClaim' && metadata.name === claim);
  const size = specOf(found).resources?.requests.storage;
  return size ? ` ${size}` : '';
}

/** Where somebody from outside comes in. */
function entries(objects: KubeObject[]): { lines: string[]; targets: string[] }[] {
  return objects.flatMap((object) => {
    const { ports = [], rules = [], type } = specOf(object);
    if (object.kind === 'Ingress') {
      return rules.map(({ host, http }) => ({
        lines: [`https://${host}`, http.paths.map(({ path }) => path).join(' ')],
        targets: [...new Set(http.paths.map(({ backend }) => backend.service.name))],
      }));
    }
    if (object.kind === 'HTTPRoute') return [routeEntry(object)];
    if (object.kind !== 'Service') return [];
    if (type === 'LoadBalancer') {
      return ports.map(({ port }) => ({ lines: [`Load balancer :${port}`], targets: [object.metadata.name] }));
    }
    return ports.flatMap(({ nodePort }) =>
      nodePort === undefined ? [] : [{ lines: [`NodePort ${nodePort}`], targets: [object.metadata.name] }],
    );
  });
}

interface RouteSpec {
  hostnames: string[];
  rules: { matches?: { path: { value: string } }[]; backendRefs: { name: string }[] }[];
}

function routeEntry({ spec }: KubeObject): { lines: string[]; targets: string[] } {
  const { hostnames, rules } = spec as RouteSpec;
  const paths = rules.flatMap(({ matches = [] }) => matches.map(({ path }) => path.value));
  return {
    lines: [`https://${hostnames[0]}`, paths.join(' ')],
    targets: [...new Set(rules.flatMap(({ backendRefs }) => backendRefs.map(({ name }) => name)))],
  };
}
