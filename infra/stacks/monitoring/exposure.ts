import { BackendConfig } from '../../../imports/cloud.google.com.ts';
import { HttpRoute } from '../../../imports/gateway.networking.k8s.io.ts';
import { FrontendConfig, ManagedCertificate } from '../../../imports/networking.gke.io.ts';
import { type K8s, k8s } from '../../constructs/k8s.ts';
import type { Stack } from '../../constructs/stack.ts';
import { certificateComesFrom } from './certificates.ts';
import { chartNames, hostOf, PORTS } from './names.ts';
import type { Settings } from './settings.ts';

/** Grafana, as the page `/api/health` says that it is well: `/` only leads to the sign-in, which Google takes for an illness. */
export const GRAFANA_HEALTH = '/api/health';

/** Where people come in, by the chosen way. */
export function expose(stack: Stack, settings: Settings): void {
  const { exposure, prometheusStack } = settings;
  const { type } = exposure;
  if (type === 'ingress') byIngress(stack, settings);
  if (type === 'gke') byGoogle(stack, settings);
  if (type === 'gateway' && prometheusStack.install !== 'none') byGateway(stack, settings);
}

export const GRAFANA_INGRESS = 'grafana-ingress';

function byIngress(stack: Stack, settings: Settings): void {
  const { annotations, className } = settings.exposure.ingress;
  ingress(stack, settings, { annotations, ...(className !== '' && { className }), path: '/', pathType: 'Prefix' });
}

/** Google's load balancer, with a health check that Grafana answers, and HTTP that leads to HTTPS. */
function byGoogle(stack: Stack, settings: Settings): void {
  const { managedCertificate, securityPolicy, sslPolicy, staticAddress } = settings.exposure.gke;
  const isSecure = certificateComesFrom(settings) !== 'nowhere';
  const frontend = stack.named('grafana-frontend-config');
  const managed = stack.named('grafana-managed-certificate');
  const host = hostOf(settings);
  new BackendConfig(stack, 'backend-config', {
    metadata: { name: stack.named('grafana-backend-config') },
    spec: {
      healthCheck: {
        type: 'HTTP',
        port: PORTS.grafana,
        requestPath: GRAFANA_HEALTH,
        checkIntervalSec: 15,
      },
      ...(securityPolicy !== '' && { securityPolicy: { name: securityPolicy } }),
    },
  });
  if (isSecure)
    new FrontendConfig(stack, 'frontend-config', {
      metadata: { name: frontend },
      spec: { redirectToHttps: { enabled: true }, ...(sslPolicy !== '' && { sslPolicy }) },
    });
  if (managedCertificate && host !== undefined)
    new ManagedCertificate(stack, 'managed-certificate', { metadata: { name: managed }, spec: { domains: [host] } });
  ingress(stack, settings, {
    annotations: {
      // The load balancer of Google still goes by the annotation: an IngressClass of its own is not on every cluster.
      'kubernetes.io/ingress.class': 'gce',
      ...(isSecure && { 'networking.gke.io/v1beta1.FrontendConfig': frontend }),
      ...(managedCertificate && { 'networking.gke.io/managed-certificates': managed }),
      ...(staticAddress !== '' && { 'kubernetes.io/ingress.global-static-ip-name': staticAddress }),
    },
    path: '/*',
    pathType: 'ImplementationSpecific',
  });
}

interface Entrance {
  readonly annotations: Record<string, string>;
  readonly className?: string;
  readonly path: string;
  readonly pathType: string;
}

/** Until the address is known, and with it the host, it takes any host: so the address comes to be known. */
function ingress(stack: Stack, settings: Settings, { annotations, className, path, pathType }: Entrance): void {
  const host = hostOf(settings);
  const { secretName } = settings.certificates;
  const backend: K8s.IngressBackend = {
    service: { name: chartNames(settings).grafana, port: { number: PORTS.grafanaService } },
  };
  new k8s.KubeIngress(stack, 'ingress', {
    metadata: { name: stack.named(GRAFANA_INGRESS), annotations },
    spec: {
      ...(className !== undefined && { ingressClassName: className }),
      ...(host !== undefined &&
        certificateComesFrom(settings) === 'secret' && { tls: [{ hosts: [host], secretName }] }),
      rules: [{ ...(host !== undefined && { host }), http: { paths: [{ path, pathType, backend }] } }],
    },
  });
}

function byGateway(stack: Stack, settings: Settings): void {
  const { name, namespace, section } = settings.exposure.gateway;
  new HttpRoute(stack, 'route', {
    metadata: { name: stack.named('grafana') },
    spec: {
      parentRefs: [{ name, namespace, ...(section !== '' && { sectionName: section }) }],
      hostnames: [settings.exposure.host],
      rules: [{ backendRefs: [{ name: chartNames(settings).grafana, port: PORTS.grafanaService }] }],
    },
  });
}
