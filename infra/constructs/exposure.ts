import { Construct } from 'constructs';
import { HttpRoute } from '../../imports/gateway.networking.k8s.io.ts';
import type { Exposure, GatewayRouteSettings, IngressSettings } from '../settings/exposure.ts';
import type { Isolation } from '../settings/fragments.ts';
import { cidrPeers, namespacePeer } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { tcpPort } from './network-policy.ts';
import { stackOf } from './stack.ts';
import type { WebService, WebServiceProps } from './web-service.ts';
import type { WorkloadProps } from './workload.ts';

interface Exposed {
  readonly exposure: Exposure;
  readonly isolation: Isolation;
}
type Admitted = NonNullable<WorkloadProps['admits']>;

/** Who may reach these ports from outside the namespace, by the chosen way of exposure. */
export function clientsFromOutside(settings: Exposed, ports: readonly string[] = ['http']): Admitted {
  const { type } = settings.exposure;
  // What comes in by a port of its own has the address of the node or of the client, wherever that is.
  if (type === 'nodePort' || type === 'loadBalancer') return ports.map((port) => ({ port, peers: 'anyone' as const }));
  return clientsByRoutes(settings, ports);
}

/** As above, of what has no port of its own outside: who comes by a route. */
export function clientsByRoutes({ exposure, isolation }: Exposed, ports: readonly string[] = ['http']): Admitted {
  const { gateway, type } = exposure;
  if (type === 'ingress') return ports.map((port) => ({ port, peers: [namespacePeer(isolation.ingressNamespace)] }));
  if (type === 'gateway') return ports.map((port) => ({ port, peers: [namespacePeer(gateway.namespace)] }));
  return [];
}

/**
 * Lets in who comes by a route that is not ours, or by a controller that is no pod. By policies of their own, whatever the way
 * of exposure: a list of peers with three reasons to be longer takes a chart twice the builds to learn.
 */
export function admitOwnRoutes(
  scope: Construct,
  name: string,
  selector: Record<string, string>,
  ports: readonly number[],
): void {
  const { enabled, ingressCidrs, ingressNamespaces } = stackOf(scope).settings.isolation;
  const admit = (from: string, peers: K8s.NetworkPolicyPeer[]): void => {
    if (!enabled || peers.length === 0) return;
    new k8s.KubeNetworkPolicy(scope, `${name}-${from}`, {
      metadata: { name: `${name}-${from}` },
      spec: {
        podSelector: { matchLabels: selector },
        policyTypes: ['Ingress'],
        ingress: [{ from: peers, ports: ports.map(tcpPort) }],
      },
    });
  };
  admit(
    'from-namespaces',
    ingressNamespaces.map((namespace) => namespacePeer(namespace)),
  );
  admit('from-addresses', cidrPeers(ingressCidrs));
}

/** What makes a Service one that is reached by a port of its own, where that is the chosen way. */
export function portsOutside(
  { loadBalancer, type }: Exposure,
  nodePorts: Record<string, number>,
): Pick<WebServiceProps, 'nodePorts' | 'loadBalancer'> {
  if (type === 'nodePort') return { nodePorts };
  return type === 'loadBalancer' ? { loadBalancer } : {};
}

/** An Ingress or a Gateway in front writes the caller's address; where none is, anybody could. */
export const hasProxyInFront = ({ type }: Exposure): boolean => type === 'ingress' || type === 'gateway';

interface Route {
  readonly path: string;
  readonly to: WebService;
  readonly port?: string;
  /** The path alone, or all below it. */
  readonly match?: 'Exact' | 'Prefix';
}

export interface RoutesProps {
  readonly name: string;
  readonly exposure: Exposure;
  readonly routes: Route[];
}

// Server-sent events stay open and must not be buffered; an hour without a byte is more than any keep-alive of ours.
const EVENT_STREAM_ANNOTATIONS = {
  'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
  'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
  'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
};

/**
 * Host names, and which paths go to which service: by an Ingress or by the route of a Gateway, if either is the chosen way.
 * In any case the services are open to where routes of the administrator's own come from.
 */
export class Routes extends Construct {
  constructor(scope: Construct, { exposure, name, routes }: RoutesProps) {
    super(scope, 'routes');
    for (const to of new Set(routes.map((route) => route.to))) {
      const ports = routes.filter((route) => route.to === to).map(({ port = 'http' }) => to.port(port));
      admitOwnRoutes(this, to.name, to.selector, [...new Set(ports)]);
    }
    if (exposure.type === 'ingress') this.ingress(stackOf(this).named(name), exposure.ingress, routes);
    if (exposure.type === 'gateway') this.route(stackOf(this).named(name), exposure.gateway, routes);
  }

  private ingress(name: string, settings: IngressSettings, routes: Route[]): void {
    const { annotations, className, eventStreams, host, moreHosts, tls } = settings;
    const hosts = [host, ...moreHosts];
    const paths = routes.map(
      ({ match = 'Prefix', path, port = 'http', to }): K8s.HttpIngressPath => ({
        path,
        pathType: match,
        backend: { service: { name: to.name, port: { name: port } } },
      }),
    );
    new k8s.KubeIngress(this, 'ingress', {
      metadata: {
        name,
        annotations: {
          ...annotations,
          ...(eventStreams && EVENT_STREAM_ANNOTATIONS),
          ...(tls.source === 'certManager' && { 'cert-manager.io/cluster-issuer': tls.issuer }),
        },
      },
      spec: {
        ...(className && { ingressClassName: className }),
        ...(tls.source !== 'none' && { tls: [{ hosts, secretName: tls.secretName }] }),
        rules: hosts.map((host) => ({ host, http: { paths } })),
      },
    });
  }

  private route(routeName: string, settings: GatewayRouteSettings, routes: Route[]): void {
    const { eventStreams, host, moreHosts, name, namespace, section } = settings;
    new HttpRoute(this, 'route', {
      metadata: { name: routeName },
      spec: {
        parentRefs: [{ name, namespace, ...(section && { sectionName: section }) }],
        hostnames: [host, ...moreHosts],
        rules: routes.map(({ match, path, port = 'http', to }) => ({
          matches: [{ path: { type: match === 'Exact' ? 'Exact' : 'PathPrefix', value: path } }],
          backendRefs: [{ name: to.name, port: to.endpoint(port).port }],
          // None: event streams stay open.
          ...(eventStreams && { timeouts: { request: '0s' } }),
        })),
      },
    });
  }
}
