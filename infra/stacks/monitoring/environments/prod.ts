import type { z } from 'zod';
import type { settings } from '../settings.ts';

/** A host name of one's own, Let's Encrypt, sign-in by Google, alerts to people, all by Argo CD. Names are yours to set. */
export const prod: z.input<typeof settings> = {
  exposure: { type: 'gke', host: 'grafana.example.com', gke: { staticAddress: 'grafana', sslPolicy: 'modern' } },
  certificates: { issuer: 'letsEncrypt', letsEncrypt: { email: 'ml@example.com' } },
  certManager: { install: 'argocd' },
  prometheusStack: { install: 'argocd' },
  prometheus: { replicas: 2, retention: '30d', retentionSize: '90GB', volume: { size: '100Gi' } },
  alertmanager: {
    replicas: 3,
    slack: { enabled: true, channel: '#ml-alerts' },
    pagerDuty: { enabled: true },
  },
  grafana: { oidc: { enabled: true, clientId: 'grafana.apps.example.com', domains: ['example.com'] } },
  isolation: { kubernetesApi: { ports: [{ port: 443 }] } },
};
