import type { Construct } from 'constructs';
import {
  DEFAULT_PORT,
  DEFAULT_PROGRESS_PORT,
  DRAIN_SECONDS,
  ENV,
  FLAGS,
  KUBECONFIG_DIRECTORY,
  KUBECONFIG_SECRET,
  PATHS,
  STORAGE_KEYS,
} from '../../../service/contract.ts';
import { ConfigFiles } from '../../constructs/config-files.ts';
import { type Connection, external, namespacePeer } from '../../constructs/endpoint.ts';
import { clientsByRoutes, clientsFromOutside, hasProxyInFront } from '../../constructs/exposure.ts';
import { imageReference } from '../../constructs/image.ts';
import type { Postgres } from '../../constructs/postgres.ts';
import { http, SLOW_START } from '../../constructs/probes.ts';
import type { Mount } from '../../constructs/volume.ts';
import { WebService } from '../../constructs/web-service.ts';
import type { WorkloadProps } from '../../constructs/workload.ts';
import { canonicalJson } from '../../data/canonical-json.ts';
import { whoTellsUse } from './prometheus.ts';
import type { Settings } from './settings.ts';

export const BACKEND = 'ml-platform-backend';
export const TOKENS_KEY = 'tokens.json';

/** `node` in the image (infra/images/backend.Dockerfile). */
export const BACKEND_USER = 1000;
const ACCESS_DIRECTORY = '/etc/access';
const ROLES_KEY = 'roles.json';
const METRICS_PORT = 9090;
const METRICS_DIRECTORY = '/etc/metrics';
export const METRICS_TOKEN_KEY = 'token';
const WEBHOOK_DIRECTORY = '/etc/webhook';
export const WEBHOOK_SECRET_KEY = 'secret';
export const PROGRESS_PORT_NAME = 'progress';
const PROGRESS_DIRECTORY = '/etc/progress';
export const PROGRESS_KEY = 'key';
export const AUTHORITY_KEY = 'ca.crt';
const STORAGE_DIRECTORY = '/etc/object-storage';
const PRE_STOP_SECONDS = 5;
/** On top of preStop and drain, for the last writes to a slow database. */
const SLACK_SECONDS = 15;

/** The job API with its dispatcher and monitor. */
export function backend(scope: Construct, settings: Settings, database: Postgres): WebService {
  const { auth, backend, exposure, images, jobs, karmada } = settings;
  // A load balancer has one Service behind it: that of the page, which passes the API on.
  const clients = exposure.type === 'loadBalancer' ? clientsByRoutes : clientsFromOutside;
  const access = accessControl(scope, auth);
  const told = whoIsTold(settings.webhook);
  const metrics = whoMayScrape(backend.metrics);
  const reports = whoReports(settings);
  const storage = whatIsStored(settings);
  return new WebService(scope, BACKEND, {
    title: 'Job API',
    component: 'backend',
    entrance: PATHS.api,
    image: backend.image,
    user: BACKEND_USER,
    replicas: backend.replicas,
    autoscaling: backend.autoscaling,
    disruptionBudget: backend.disruptionBudget,
    topologySpread: backend.topologySpread,
    extras: backend,
    ports: { http: DEFAULT_PORT, ...metrics.ports, ...reports.ports },
    servicePorts: { http: DEFAULT_PORT, ...reports.ports },
    ...(exposure.type === 'nodePort' && { nodePorts: { http: exposure.nodePort.backend, ...reports.nodePorts } }),
    admits: [
      ...clients(settings, ['http', ...Object.keys(reports.ports)]),
      // A Prometheus that was told of the metrics by hand.
      ...(backend.metrics.access === 'port' && !settings.monitoring.enabled
        ? [{ port: 'metrics', peers: [namespacePeer(settings.monitoring.namespace)] }]
        : []),
    ],
    metrics: metrics.scraped,
    args: [
      `${FLAGS.karmadaKubeconfig}=${KUBECONFIG_DIRECTORY}/${KUBECONFIG_SECRET.karmada}`,
      `${FLAGS.mgmtKubeconfig}=${KUBECONFIG_DIRECTORY}/${KUBECONFIG_SECRET.mgmt}`,
    ],
    env: {
      [ENV.karmadaKubeconfig]: `${KUBECONFIG_DIRECTORY}/${KUBECONFIG_SECRET.karmada}`,
      [ENV.mgmtKubeconfig]: `${KUBECONFIG_DIRECTORY}/${KUBECONFIG_SECRET.mgmt}`,
    },
    config: {
      [ENV.host]: '::',
      [ENV.port]: String(DEFAULT_PORT),
      [ENV.logLevel]: backend.logLevel,
      [ENV.databasePoolSize]: String(backend.databasePoolSize),
      [ENV.monitorInterval]: backend.monitorInterval,
      [ENV.monitorMode]: backend.monitorMode,
      [ENV.monitorCheckInterval]: backend.monitorCheckInterval,
      [ENV.monitorLostGrace]: backend.monitorLostGrace,
      [ENV.monitorStartGrace]: backend.monitorStartGrace,
      [ENV.rayImage]: imageReference(jobs.image, images),
      [ENV.trainerImageCpu]: jobs.trainerImages.cpu,
      [ENV.trainerImageTensorflow]: jobs.trainerImages.tensorflow,
      [ENV.trainerImageGpu]: jobs.trainerImages.gpu,
      [ENV.credentialsSecret]: jobs.credentialsSecret,
      [ENV.storageClass]: jobs.storageClass,
      [ENV.placementGrace]: jobs.placementGrace,
      [ENV.clusterLostAfter]: jobs.clusterLostAfter,
      [ENV.stalledAfterSteps]: String(jobs.stalledAfterSteps),
      [ENV.finishedRetention]: jobs.finishedRetention,
      [ENV.volumeRetention]: jobs.volumeRetention,
      [ENV.removeNamespaces]: String(jobs.removeNamespaces),
      [ENV.jobRetention]: jobs.jobRetention,
      [ENV.jobsPerNamespace]: String(jobs.jobsPerNamespace),
      [ENV.logRetention]: jobs.logRetention,
      [ENV.workdirMaxBytes]: String(jobs.workdirMaxBytes),
      [ENV.logKeepBytes]: String(jobs.logKeepBytes),
      [ENV.rateLimitPerMinute]: String(backend.rateLimitPerMinute),
      [ENV.corsOrigins]: backend.corsOrigins.join(','),
      // Behind a proxy the caller's address is in X-Forwarded-For; without one, anybody could write it there.
      [ENV.trustProxy]: hasProxyInFront(exposure) ? '1' : '0',
      [ENV.jobLinks]: canonicalJson(jobs.links),
      ...metrics.config,
      ...told.config,
      ...reports.config,
      ...storage.config,
      ...whoTellsUse(settings.utilisation),
      ...access.config,
    },
    ...(access.files && { configFiles: access.files }),
    mounts: [
      {
        name: 'kubeconfig',
        path: KUBECONFIG_DIRECTORY,
        from: { secret: backend.kubeconfigSecret, keys: [KUBECONFIG_SECRET.karmada, KUBECONFIG_SECRET.mgmt] },
      },
      ...access.mounts,
      ...metrics.mounts,
      ...told.mounts,
      ...reports.mounts,
      ...storage.mounts,
    ],
    talksTo: [
      database.connection(ENV.databaseUrl),
      { to: external('Karmada API server', 'karmada', karmada.apiServer) },
      ...access.talksTo,
      ...told.talksTo,
      ...storage.talksTo,
    ],
    probes: {
      startup: http(PATHS.health, DEFAULT_PORT, SLOW_START),
      liveness: http(PATHS.health, DEFAULT_PORT),
      readiness: http(PATHS.ready, DEFAULT_PORT, { periodSeconds: 5 }),
    },
    resources: backend.resources,
    preStopSeconds: PRE_STOP_SECONDS,
    graceSeconds: PRE_STOP_SECONDS + DRAIN_SECONDS + SLACK_SECONDS,
  });
}

/** Where the figures are, and what the backend is told and mounts for it. */
function whoMayScrape({ access, tokenSecret }: Settings['backend']['metrics']): {
  readonly scraped: NonNullable<WorkloadProps['metrics']>;
  readonly ports: Record<string, number>;
  readonly config: Record<string, string>;
  readonly mounts: Mount[];
} {
  // Trainings are told by the namespace of their team.
  const figures = { path: PATHS.metrics, tellsOfOthers: true } as const;
  if (access === 'api') return { scraped: { port: 'http', ...figures }, ports: {}, config: {}, mounts: [] };
  if (access === 'port') {
    return {
      scraped: { port: 'metrics', ...figures },
      ports: { metrics: METRICS_PORT },
      config: { [ENV.metricsPort]: String(METRICS_PORT) },
      mounts: [],
    };
  }
  return {
    scraped: { port: 'http', ...figures, token: { secret: tokenSecret, key: METRICS_TOKEN_KEY } },
    ports: {},
    config: { [ENV.metricsTokenFile]: `${METRICS_DIRECTORY}/${METRICS_TOKEN_KEY}` },
    mounts: [{ name: 'metrics', path: METRICS_DIRECTORY, from: { secret: tokenSecret, keys: [METRICS_TOKEN_KEY] } }],
  };
}

interface AccessControl {
  readonly config: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly mounts: Mount[];
  readonly talksTo: Connection[];
}

/** What the backend is told, mounts and reaches for its webhook. */
function whoIsTold({ enabled, url, secret, address }: Settings['webhook']): Omit<AccessControl, 'files'> {
  if (!enabled) return { config: {}, mounts: [], talksTo: [] };
  return {
    config: { [ENV.webhookUrl]: url, [ENV.webhookSecretFile]: `${WEBHOOK_DIRECTORY}/${WEBHOOK_SECRET_KEY}` },
    mounts: [{ name: 'webhook', path: WEBHOOK_DIRECTORY, from: { secret, keys: [WEBHOOK_SECRET_KEY] } }],
    talksTo: [{ to: external('Webhook', 'webhook', address) }],
  };
}

/** What the backend is told, mounts and reaches for the object storage. */
function whatIsStored({ backend, images, objectStorage }: Settings): Omit<AccessControl, 'files'> {
  const { address, enabled, endpoint, keysSecret, region, workdirs } = objectStorage;
  if (!enabled) return { config: {}, mounts: [], talksTo: [] };
  return {
    config: {
      [ENV.objectStorageEndpoint]: endpoint,
      [ENV.objectStorageRegion]: region,
      [ENV.objectStorageKeys]: STORAGE_DIRECTORY,
      [ENV.workdirUrl]: workdirs,
      [ENV.workdirImage]: imageReference(backend.image, images),
    },
    mounts: [
      {
        name: 'object-storage',
        path: STORAGE_DIRECTORY,
        from: { secret: keysSecret, keys: Object.values(STORAGE_KEYS) },
      },
    ],
    talksTo: [{ to: external('Object storage', 'object-storage', address) }],
  };
}

/** Where trainings report, and what the backend is told and mounts for it. */
function whoReports({ exposure, progress }: Settings): {
  readonly ports: Record<string, number>;
  readonly nodePorts: Record<string, number>;
  readonly config: Record<string, string>;
  readonly mounts: Mount[];
} {
  const { authoritySecret, enabled, keySecret, url } = progress;
  if (!enabled) return { ports: {}, nodePorts: {}, config: {}, mounts: [] };
  const authority = `${PROGRESS_DIRECTORY}-authority`;
  return {
    ports: { [PROGRESS_PORT_NAME]: DEFAULT_PROGRESS_PORT },
    nodePorts: { [PROGRESS_PORT_NAME]: exposure.nodePort.progress },
    config: {
      [ENV.progressUrl]: url,
      [ENV.progressPort]: String(DEFAULT_PROGRESS_PORT),
      [ENV.progressKeyFile]: `${PROGRESS_DIRECTORY}/${PROGRESS_KEY}`,
      ...(authoritySecret !== '' && { [ENV.progressAuthorityFile]: `${authority}/${AUTHORITY_KEY}` }),
    },
    mounts: [
      { name: 'progress', path: PROGRESS_DIRECTORY, from: { secret: keySecret, keys: [PROGRESS_KEY] } },
      ...(authoritySecret === ''
        ? []
        : [{ name: 'authority', path: authority, from: { secret: authoritySecret, keys: [AUTHORITY_KEY] } }]),
    ],
  };
}

/** Who may call the API: what the backend is told, mounts and reaches for the chosen mode. */
function accessControl(scope: Construct, { mode, oidc, tokensSecret }: Settings['auth']): AccessControl {
  if (mode === 'none') return { config: { [ENV.auth]: mode }, mounts: [], talksTo: [] };
  if (mode === 'tokens') {
    return {
      config: { [ENV.auth]: mode, [ENV.authTokensFile]: `${ACCESS_DIRECTORY}/${TOKENS_KEY}` },
      mounts: [{ name: 'access', path: ACCESS_DIRECTORY, from: { secret: tokensSecret, keys: [TOKENS_KEY] } }],
      talksTo: [],
    };
  }
  const roles = new ConfigFiles(scope, 'roles', {
    name: `${BACKEND}-roles`,
    files: { [ROLES_KEY]: canonicalJson(oidc.groups) },
  });
  return {
    config: {
      [ENV.auth]: mode,
      [ENV.oidcIssuer]: `${oidc.origin}${oidc.path}`,
      [ENV.oidcAudience]: oidc.audience,
      [ENV.oidcClientId]: oidc.clientId,
      [ENV.oidcGroupsClaim]: oidc.groupsClaim,
      [ENV.oidcRolesFile]: `${ACCESS_DIRECTORY}/${ROLES_KEY}`,
    },
    files: roles.files,
    mounts: [{ name: 'access', path: ACCESS_DIRECTORY, from: { configMap: roles.name } }],
    talksTo: [{ to: external('OpenID Connect issuer', 'issuer', oidc.address) }],
  };
}
