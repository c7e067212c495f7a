import type { Workload } from '../constructs/workload.ts';

/** Where people or programs from outside begin. */
export interface Entrance {
  /** Of the workload: "Page". */
  readonly title: string;
  readonly workload: string;
  /** Scheme, host and port. */
  readonly origin: string;
  readonly path: string;
  /** What must run meanwhile where the workload can be reached from inside alone. */
  readonly forward?: string;
}

interface AnyObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly [field: string]: unknown;
}

/** In place of the address of a node, where nobody has asked the cluster for one. */
const SOME_NODE = '<address of a node>';
const LOCAL_PORT = 8080;

/** How each workload that is an entrance is reached with these objects: by a route, a port of its own outside, or a forwarded port. */
export function entrances(workloads: readonly Workload[], objects: readonly AnyObject[], node = SOME_NODE): Entrance[] {
  return workloads.flatMap(({ app, name, props: { entrance, title } }) => {
    const service = objects.find(({ kind, metadata }) => kind === 'Service' && metadata.name === name);
    if (entrance === undefined || !service) return [];
    const known = { title, workload: app, path: entrance };
    const host = ingressOrigin(name, objects) ?? routeOrigin(name, objects);
    if (host !== undefined) return [{ ...known, origin: host }];
    const {
      ports: [port],
      type,
    } = service.spec as ServiceSpec;
    if (type === 'LoadBalancer')
      return [{ ...known, origin: `http://<external address of service/${name}>:${port?.port}` }];
    if (port?.nodePort !== undefined) return [{ ...known, origin: `http://${node}:${port.nodePort}` }];
    const forward = `kubectl --namespace ${service.metadata.namespace} port-forward service/${name} ${LOCAL_PORT}:${port?.port}`;
    return [{ ...known, origin: `http://localhost:${LOCAL_PORT}`, forward }];
  });
}

interface ServiceSpec {
  readonly type?: string;
  readonly ports: readonly { readonly port: number; readonly nodePort?: number }[];
}
interface IngressSpec {
  readonly tls?: readonly unknown[];
  readonly rules: readonly {
    readonly host: string;
    readonly http: { readonly paths: readonly { readonly backend: { readonly service: { readonly name: string } } }[] };
  }[];
}

function ingressOrigin(service: string, objects: readonly AnyObject[]): string | undefined {
  for (const { kind, spec } of objects) {
    if (kind !== 'Ingress') continue;
    const { rules, tls = [] } = spec as IngressSpec;
    const rule = rules.find(({ http }) => http.paths.some(({ backend }) => backend.service.name === service));
    if (rule) return `${tls.length > 0 ? 'https' : 'http'}://${rule.host}`;
  }
  return undefined;
}

interface RouteSpec {
  readonly hostnames: readonly string[];
  readonly rules: readonly { readonly backendRefs: readonly { readonly name: string }[] }[];
}

/** What the listener speaks is the Gateway's business, whose owner is another; in front of people it is HTTPS. */
function routeOrigin(service: string, objects: readonly AnyObject[]): string | undefined {
  const routes = objects.filter(({ kind }) => kind === 'HTTPRoute').map(({ spec }) => spec as RouteSpec);
  const route = routes.find(({ rules }) =>
    rules.some(({ backendRefs }) => backendRefs.some(({ name }) => name === service)),
  );
  return route && `https://${route.hostnames[0]}`;
}
