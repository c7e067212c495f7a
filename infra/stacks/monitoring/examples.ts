import type { z } from 'zod';
import type { settings } from './settings.ts';

/** The cluster has a Prometheus operator already: only our objects. */
const objectsOnly: z.input<typeof settings> = {
  prometheusStack: { install: 'none' },
  namespace: { create: false },
  operatorNamespace: 'training-operator',
};

/** An Ingress of any controller, an issuer that is there, sign-in by any provider, mail. */
const ingress: z.input<typeof settings> = {
  commonLabels: { 'example.com/team': 'ml' },
  exposure: { type: 'ingress', host: 'grafana.ml.example.com', ingress: { className: 'traefik' } },
  certificates: { issuer: 'existing', existing: { name: 'company-ca' } },
  alertmanager: { email: { enabled: true, to: 'on-call@example.com' } },
  grafana: { oidc: { enabled: true, provider: 'generic', adminGroup: 'ml-admins' } },
  prometheusStack: { managedControlPlane: false },
  secrets: { source: 'externalSecrets', externalSecrets: { path: 'monitoring/', refreshInterval: '10m' } },
  namespace: { podSecurity: 'restricted', quota: { enabled: true }, limitRange: { enabled: true } },
};

/** The Gateway API, which has the certificate. */
const gateway: z.input<typeof settings> = {
  exposure: { type: 'gateway', host: 'grafana.ml.example.com', gateway: { name: 'public', namespace: 'gateways' } },
};

/** The second pass of `gke`, once the address is known. */
const nipIo: z.input<typeof settings> = {
  exposure: { type: 'gke', address: '203.0.113.7' },
  certificates: { letsEncrypt: { solver: 'dns01' } },
  certManager: { install: 'argocd', source: 'https://charts.jetstack.io' },
  prometheusStack: { install: 'argocd', digest: `sha256:${'0123456789abcdef'.repeat(4)}` },
};

export const examples = { objectsOnly, ingress, gateway, nipIo };
