// The ways in from outside that stacks share.
import { z } from 'zod';
import * as s from './scalars.ts';
import { section } from './section.ts';

/** Of routes: by which name they are asked for. */
const hosts = (host: string) => ({
  host: s.ingressHost().default(host).describe('The host name; with a star, all those of one domain.'),
  moreHosts: z
    .array(s.ingressHost())
    .max(20)
    .default([])
    .describe('Further host names that lead to the same, such as *.example.com.'),
});

const ingress = (host: string) =>
  section('For type ingress.', {
    className: s.optionalName().default('nginx').describe("IngressClass; empty: the cluster's default."),
    ...hosts(host),
    tls: section('TLS.', {
      source: z
        .enum(['certManager', 'secret', 'none'])
        .default('certManager')
        .describe('Where the certificate comes from: cert-manager, a Secret of yours, or no TLS.'),
      issuer: s.objectName().default('letsencrypt').describe("cert-manager's ClusterIssuer."),
      secretName: s
        .objectName()
        .default(`${host.split('.')[0]}-tls`)
        .describe('Secret that holds the certificate.'),
    }),
    eventStreams: z
      .boolean()
      .default(true)
      .describe('Annotations by which ingress-nginx keeps event streams open; off to set your own in their place.'),
    annotations: s
      .annotations()
      .default({})
      .describe('Annotations to add, such as those of your ingress controller; those written already stay.'),
  });
export type IngressSettings = z.output<ReturnType<typeof ingress>>;

/** A Gateway that is there: ours is the route alone. */
export const gateway = () => ({
  name: s.objectName().default('gateway').describe('The Gateway; its listener has the certificate.'),
  namespace: s
    .dnsLabel()
    .default('gateway-system')
    .describe(
      'Its namespace, from where its proxies may come in; those that run elsewhere: isolation.ingressNamespaces or ingressCidrs.',
    ),
  section: s.optionalName().default('').describe('Name of one of its listeners; empty: all that take the host.'),
});

const gatewayRoute = (host: string) =>
  section('For type gateway: an HTTPRoute of the Gateway API.', {
    ...gateway(),
    ...hosts(host),
    eventStreams: z
      .boolean()
      .default(true)
      .describe('No time limit for requests, for event streams stay open; off where the Gateway takes no timeouts.'),
  });
export type GatewayRouteSettings = z.output<ReturnType<typeof gatewayRoute>>;

const loadBalancer = () =>
  section('For type loadBalancer.', {
    className: s.optionalClass().default('').describe("Class of the load balancer; empty: the cloud's own."),
    annotations: s
      .annotations()
      .default({})
      .describe('Annotations of the Service, by which the cloud is told what it is to be like.'),
    sourceRanges: z
      .array(s.cidr())
      .max(50)
      .default([])
      .describe('Addresses that the load balancer lets in; none: all.'),
  });
export type LoadBalancerExposure = z.output<ReturnType<typeof loadBalancer>>;

const TYPES = ['nodePort', 'loadBalancer', 'ingress', 'gateway', 'none'] as const;

interface Usual<NodePort> {
  readonly what: string;
  readonly type: (typeof TYPES)[number];
  readonly host: string;
  readonly nodePort: NodePort;
}

export const exposure = <NodePort extends z.ZodType>({ host, nodePort, type, what }: Usual<NodePort>) =>
  section(`How ${what} is reached from outside.`, {
    type: z
      .enum(TYPES)
      .default(type)
      .describe(
        'Ports of the nodes, a load balancer of the cloud, an Ingress, a route of a Gateway, or only from inside: by a route of your own from where isolation.ingressNamespaces and ingressCidrs say.',
      ),
    nodePort,
    loadBalancer: loadBalancer(),
    ingress: ingress(host),
    gateway: gatewayRoute(host),
  });
export type Exposure = Omit<z.output<ReturnType<typeof exposure>>, 'nodePort'>;
