import { Construct } from 'constructs';
import type { IngressSettings } from '../settings/fragments.ts';
import { type K8s, k8s } from './k8s.ts';
import { stackOf } from './stack.ts';

interface Route {
  readonly path: string;
  readonly service: string;
  readonly port: string;
  /** The path alone, or all below it. */
  readonly match?: 'Exact' | 'Prefix';
}

export interface WebIngressProps {
  readonly name: string;
  readonly settings: IngressSettings;
  readonly routes: Route[];
}

// Server-sent events stay open and must not be buffered; an hour without a byte is more than any keep-alive of ours.
const EVENT_STREAM_ANNOTATIONS = {
  'nginx.ingress.kubernetes.io/proxy-read-timeout': '3600',
  'nginx.ingress.kubernetes.io/proxy-send-timeout': '3600',
  'nginx.ingress.kubernetes.io/proxy-buffering': 'off',
};

/** One host name, its certificate, and which paths go to which service. */
export class WebIngress extends Construct {
  constructor(scope: Construct, id: string, { name, settings, routes }: WebIngressProps) {
    super(scope, id);
    const { annotations, className, eventStreams, host, tls } = settings;
    new k8s.KubeIngress(this, 'ingress', {
      metadata: {
        name: stackOf(this).named(name),
        annotations: {
          ...annotations,
          ...(eventStreams && EVENT_STREAM_ANNOTATIONS),
          ...(tls.source === 'certManager' && { 'cert-manager.io/cluster-issuer': tls.issuer }),
        },
      },
      spec: {
        ...(className && { ingressClassName: className }),
        ...(tls.source !== 'none' && { tls: [{ hosts: [host], secretName: tls.secretName }] }),
        rules: [{ host, http: { paths: routes.map(path) } }],
      },
    });
  }
}

const path = ({ match = 'Prefix', path, port, service }: Route): K8s.HttpIngressPath => ({
  path,
  pathType: match,
  backend: { service: { name: service, port: { name: port } } },
});
