import type { z } from 'zod';
import { DEFAULTS, EXTRAS, SERVER_EXTRAS } from '../extras.ts';
import type { settings } from './settings.ts';

/** Everything that can be switched on, in one. */
const everything: z.input<typeof settings> = {
  production: true,
  commonLabels: { 'example.com/team': 'ml' },
  images: { registry: 'registry.example.com/ml-platform', tag: '0.1.0', pullSecrets: ['registry-login'] },
  namespace: { quota: { enabled: true }, limitRange: { enabled: true } },
  storage: { className: 'fast' },
  monitoring: { enabled: true, labels: { release: 'prometheus' } },
  isolation: { dnsCidrs: ['169.254.20.10/32'] },
  exposure: { type: 'ingress', ingress: { host: 'ml.example.com', annotations: { 'example.com/limit': '10' } } },
  backend: {
    replicas: 2,
    autoscaling: { enabled: true },
    disruptionBudget: true,
    topologySpread: true,
    ...SERVER_EXTRAS,
    corsOrigins: ['https://notebooks.example.com', 'https://ml.example.com'],
  },
  frontend: { replicas: 2, disruptionBudget: true, topologySpread: true, ...SERVER_EXTRAS },
  database: { ...SERVER_EXTRAS, bundled: { backup: { enabled: true, ...EXTRAS } } },
  check: { tokenSecret: 'check-token', namespace: 'ml-check' },
  gitops: {
    karmadaServer: 'https://karmada.example.com:5443',
    signatureKeys: ['4AEE18F83AFDEB23'],
    syncWindows: [
      { kind: 'allow', schedule: '0 8 * * 1-5', duration: '9h', timeZone: 'Europe/Berlin', manualSync: true },
    ],
    checkAfterSync: true,
    onDeletion: 'remove',
    notifications: [{ trigger: 'on-sync-failed', service: 'slack', recipients: 'ml-alerts' }],
  },
  progress: { enabled: true, authoritySecret: 'company-authority' },
  objectStorage: { enabled: true, workdirs: 's3://ml-platform/workdirs', address: { cidrs: ['192.0.2.20/32'] } },
  utilisation: { enabled: true, path: '/prometheus' },
  webhook: { enabled: true, url: 'https://hooks.example.com/ml', address: { cidrs: ['192.0.2.10/32'] } },
  jobs: {
    links: [
      { label: 'Grafana', url: 'https://grafana.example.com/d/jobs?var-job={id}' },
      { label: 'Ray dashboard', url: 'https://ray.{cluster}.example.com/{namespace}/{objectName}' },
    ],
  },
};

/** A database that runs elsewhere, OpenID Connect, a certificate of one's own. */
const external: z.input<typeof settings> = {
  database: { mode: 'external', secret: { name: 'company-postgres' }, external: { cidrs: ['10.20.0.0/16'] } },
  secrets: { source: 'externalSecrets' },
  auth: {
    mode: 'oidc',
    oidc: {
      origin: 'https://id.example.com',
      path: '/realms/ml',
      groups: [
        { group: 'ml-admins', namespaces: ['*'], role: 'admin' },
        { group: 'team a', namespaces: ['team-a', 'team-a-test'], role: 'submitter' },
      ],
    },
  },
  exposure: { type: 'ingress', ingress: { className: '', tls: { source: 'secret', secretName: 'company-tls' } } },
  utilisation: { enabled: true, namespace: 'metrics', service: 'thanos-query', https: true, port: 10_902 },
  karmada: { memberClusters: ['member1', 'member2'], identity: { type: 'serviceAccount' } },
};

/** PostgreSQL by its operator, backed up to object storage; no network policies, no namespace of the chart's own. */
const operator: z.input<typeof settings> = {
  defaults: DEFAULTS,
  namespace: { create: false },
  isolation: { enabled: false },
  monitoring: { enabled: true },
  database: {
    mode: 'cloudnativepg',
    cloudnativepg: { backup: { method: 'objectStore', objectStore: { endpointUrl: 'https://s3.example.com' } } },
  },
};

/** A tenant in a namespace that others use, behind a Gateway and a mesh, on a network of both families. */
const tenant: z.input<typeof settings> = {
  namePrefix: 'team-a-',
  namespace: { name: 'shared', create: false, shared: true },
  network: { ipFamilyPolicy: 'PreferDualStack' },
  isolation: {
    mesh: { namespace: 'istio-system' },
    ingressNamespaces: ['istio-ingress'],
    ingressCidrs: ['10.20.0.0/16', 'fd00:20::/64'],
    kubernetesApi: { cidrs: ['172.16.0.2/32'], ports: [{ port: 443 }] },
  },
  exposure: {
    type: 'gateway',
    gateway: {
      name: 'public',
      namespace: 'edge',
      section: 'https',
      host: 'ml.example.com',
      moreHosts: ['*.example.org'],
    },
  },
};

export const examples = { everything, external, operator, tenant };
