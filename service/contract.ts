// The names that the service, its manifests and its page must agree on. Constants only, no imports:
// infra reads this file at synth time and must not load the service to do so.

/** Environment variables of the backend. A renamed one fails to compile in infra, not to start in a cluster. */
export const ENV = {
  databaseUrl: 'DATABASE_URL',
  karmadaKubeconfig: 'KARMADA_KUBECONFIG',
  mgmtKubeconfig: 'MGMT_KUBECONFIG',
  host: 'HOST',
  port: 'PORT',
  logLevel: 'LOG_LEVEL',
  databasePoolSize: 'DATABASE_POOL_SIZE',
  auth: 'AUTH',
  authTokensFile: 'AUTH_TOKENS_FILE',
  oidcIssuer: 'OIDC_ISSUER',
  oidcAudience: 'OIDC_AUDIENCE',
  oidcClientId: 'OIDC_CLIENT_ID',
  oidcGroupsClaim: 'OIDC_GROUPS_CLAIM',
  oidcRolesFile: 'OIDC_ROLES_FILE',
  metricsPort: 'METRICS_PORT',
  metricsTokenFile: 'METRICS_TOKEN_FILE',
  corsOrigins: 'CORS_ORIGINS',
  rateLimitPerMinute: 'RATE_LIMIT_PER_MINUTE',
  trustProxy: 'TRUST_PROXY',
  monitorInterval: 'MONITOR_INTERVAL',
  monitorMode: 'MONITOR_MODE',
  monitorLostGrace: 'MONITOR_LOST_GRACE',
  monitorStartGrace: 'MONITOR_START_GRACE',
  monitorCheckInterval: 'MONITOR_CHECK_INTERVAL',
  logKeepBytes: 'LOG_KEEP_BYTES',
  clusterLostAfter: 'CLUSTER_LOST_AFTER',
  stalledAfterSteps: 'STALLED_AFTER_STEPS',
  placementGrace: 'PLACEMENT_GRACE',
  finishedRetention: 'FINISHED_RETENTION',
  volumeRetention: 'VOLUME_RETENTION',
  removeNamespaces: 'REMOVE_NAMESPACES',
  jobRetention: 'JOB_RETENTION',
  jobsPerNamespace: 'JOBS_PER_NAMESPACE',
  logRetention: 'LOG_RETENTION',
  credentialsSecret: 'CREDENTIALS_SECRET',
  rayImage: 'RAY_IMAGE',
  trainerImageCpu: 'TRAINER_IMAGE_CPU',
  trainerImageTensorflow: 'TRAINER_IMAGE_TENSORFLOW',
  trainerImageGpu: 'TRAINER_IMAGE_GPU',
  storageClass: 'JOB_STORAGE_CLASS',
  webhookUrl: 'WEBHOOK_URL',
  webhookSecretFile: 'WEBHOOK_SECRET_FILE',
  jobLinks: 'JOB_LINKS',
  progressUrl: 'PROGRESS_URL',
  progressPort: 'PROGRESS_PORT',
  progressKeyFile: 'PROGRESS_KEY_FILE',
  progressAuthorityFile: 'PROGRESS_AUTHORITY_FILE',
  objectStorageEndpoint: 'OBJECT_STORAGE_ENDPOINT',
  objectStorageRegion: 'OBJECT_STORAGE_REGION',
  objectStorageKeys: 'OBJECT_STORAGE_KEYS',
  workdirUrl: 'WORKDIR_URL',
  workdirMaxBytes: 'WORKDIR_MAX_BYTES',
  workdirImage: 'WORKDIR_IMAGE',
  utilisationService: 'UTILISATION_SERVICE',
  utilisationInterval: 'UTILISATION_INTERVAL',
  utilisationIdlePercent: 'UTILISATION_IDLE_PERCENT',
  utilisationIdleAfter: 'UTILISATION_IDLE_AFTER',
} as const;

/** How durations are written: a whole number and one of these units, such as 500ms or 2m. */
export const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Bounds and defaults of what can be set as a variable of the service and in the settings of its manifests. */
export const RANGES = {
  databasePoolSize: { least: 5, most: 500, default: 10 },
  rateLimitPerMinute: { least: 0, most: 10_000_000, default: 1200 },
  monitorInterval: { least: '100ms', most: '10m', default: '1s' },
  monitorLostGrace: { least: '0s', most: '1d', default: '30s' },
  monitorStartGrace: { least: '0s', most: '1d', default: '30s' },
  monitorCheckInterval: { least: '1s', most: '1h', default: '30s' },
  logKeepBytes: { least: 0, most: 100 * 1024 * 1024, default: 1024 * 1024 },
  clusterLostAfter: { least: '0s', most: '30d', default: '0s' },
  stalledAfterSteps: { least: 0, most: 10_000, default: 20 },
  placementGrace: { least: '10s', most: '1d', default: '5m' },
  finishedRetention: { least: '0s', most: '365d', default: '1h' },
  volumeRetention: { least: '0s', most: '3650d', default: '7d' },
  jobRetention: { least: '0s', most: '3650d', default: '0s' },
  jobsPerNamespace: { least: 0, most: 100_000_000, default: 0 },
  logRetention: { least: '0s', most: '3650d', default: '0s' },
  workdirMaxBytes: { least: 1024, most: 1024 * 1024 * 1024, default: 100 * 1024 * 1024 },
  utilisationInterval: { least: '1s', most: '1h', default: '1m' },
  utilisationIdlePercent: { least: 0, most: 99, default: 5 },
  utilisationIdleAfter: { least: '0s', most: '30d', default: '30m' },
} as const;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** How the monitor learns what happens in the clusters. */
export const MONITOR_MODES = ['poll', 'watch'] as const;

/** What a link to another system may name of a job: {id} of https://grafana.example.com/d/jobs?var-job={id}. */
export const LINK_PLACES = ['id', 'jobName', 'namespace', 'objectName', 'cluster', 'algorithm', 'owner'] as const;
export const MAX_LINKS = 20;

export const DEFAULT_CREDENTIALS_SECRET = 'mlplatform-object-storage';
export const DEFAULT_RAY_IMAGE = { repository: 'rayproject/ray', tag: '2.46.0' } as const;

/** Command-line flags that override the variables; the manifests pass them as `args` to the image's entry point. */
export const FLAGS = {
  databaseUrl: '--database-url',
  karmadaKubeconfig: '--karmada-kubeconfig',
  mgmtKubeconfig: '--mgmt-kubeconfig',
  host: '--host',
  port: '--port',
} as const;

export const DEFAULT_PORT = 8080;
export const DEFAULT_PROGRESS_PORT = 8082;

/** SIGTERM: requests and writes in flight get this long; the pod's grace period must be longer. */
export const DRAIN_SECONDS = 10;

export const PATHS = {
  api: '/api/v1',
  health: '/health',
  ready: '/ready',
  metrics: '/metrics',
  openapi: '/openapi.json',
  /** On a port of its own: what pods of the members report. */
  progress: '/progress',
} as const;

/** Where the manifests mount the two kubeconfigs, and the keys of the Secret that holds them. */
export const KUBECONFIG_DIRECTORY = '/etc/kubeconfig';
export const KUBECONFIG_SECRET = {
  name: 'backend-kubeconfig',
  karmada: 'karmada-kubeconfig',
  mgmt: 'mgmt-kubeconfig',
} as const;

/** What the keys of an object storage are called, in a Secret and as variables. */
export const STORAGE_KEYS = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' } as const;
export const DEFAULT_STORAGE_REGION = 'us-east-1';

/** A job's folder that came as a zip file (service/workdirs): a program of the backend's image unpacks it before the job's own starts. */
export const WORKDIR = {
  program: '/app/workdir.js',
  /** Where it is unpacked to, and the job's own program starts. */
  directory: '/workdir',
  env: {
    uri: 'WORKDIR_URI',
    endpoint: 'AWS_ENDPOINT_URL',
    region: 'AWS_DEFAULT_REGION',
  },
} as const;

/** The check of a whole platform (service/probe): a program of the backend's image, and what it is told. */
export const PROBE = {
  program: '/app/probe.js',
  url: '--url',
  image: '--image',
  namespace: '--namespace',
  timeout: '--timeout-seconds',
  tokenFile: '--token-file',
  expectRefusal: '--expect-refusal',
} as const;

/** The operator of TrainingJobs (service/operator): a program of the backend's image, and what it is told. */
export const OPERATOR = {
  program: '/app/operator.js',
  env: {
    /** Of the operator itself: its Lease and its certificate are there. */
    ownNamespace: 'POD_NAMESPACE',
    ownName: 'POD_NAME',
    /** Comma-separated; empty: all of the cluster. */
    namespaces: 'WATCH_NAMESPACES',
    workers: 'WORKERS',
    /** Empty: as the pod that it runs in. */
    kubeconfig: 'KUBECONFIG',
    metricsPort: 'METRICS_PORT',
    progressPort: 'PROGRESS_PORT',
    /** How workers reach the progress endpoint; empty: no progress is taken. */
    progressUrl: 'PROGRESS_URL',
    /** A folder with tls.crt, tls.key and ca.crt that others renew; empty: the operator makes its certificate. */
    progressCertificates: 'PROGRESS_CERTIFICATES',
    /** true: of jobs that report nothing, the log of worker 0 is read for lines that are reports. */
    progressFromLogs: 'PROGRESS_FROM_LOGS',
    /** true: workers are scheduled together or not at all, by PodGroups of Kubernetes 1.37. */
    podGroups: 'POD_GROUPS',
    /** false: the only replica there ever is, which need not ask whether it may act. */
    leaderElection: 'LEADER_ELECTION',
    logLevel: 'LOG_LEVEL',
  },
  paths: { metrics: '/metrics', health: '/healthz', ready: '/readyz' },
  lease: 'trainingjob-controller',
  certificateSecret: 'trainingjob-progress-tls',
} as const;

/** Of the operator; those that begin with trainingjob_ are what dashboards of teams read. */
export const OPERATOR_METRICS = {
  /** counter {namespace} */
  created: 'trainingjob_created_total',
  /** counter {namespace, reason} */
  failed: 'trainingjob_failed_total',
  /** counter {namespace, result: succeeded|failed} */
  completed: 'trainingjob_completed_total',
  /** counter {namespace, training_job} */
  restarted: 'trainingjob_restarted_total',
  /** gauge {namespace, state} */
  count: 'trainingjob_count',
  /** gauges {namespace, training_job}, as long as the job is there */
  activeWorkers: 'trainingjob_active_workers',
  allocatedGpus: 'trainingjob_allocated_gpus',
  progress: 'trainingjob_progress_percent',
  loss: 'trainingjob_loss',
  accuracy: 'trainingjob_accuracy',
  /** 1: it runs, and has made no step for many times its own pace */
  stalled: 'trainingjob_stalled',
  /** histogram {result: success|error} */
  reconciliation: 'trainingjob_reconciliation_duration_seconds',
  /** counter {error_type} */
  reconciliationErrors: 'trainingjob_reconciliation_errors_total',
  /** gauge: jobs that wait to be looked at */
  queueDepth: 'trainingjob_queue_depth',
  /** gauge: 1 on the replica that acts */
  leader: 'trainingjob_leader',
  /** counter {verb, outcome} */
  apiRequests: 'trainingjob_api_requests_total',
  /** counter {outcome: accepted, or the HTTP status} */
  progressReports: 'trainingjob_progress_reports_total',
  /** counter */
  progressWrites: 'trainingjob_progress_writes_total',
} as const;

/** What the page's image reads when it starts. */
export const WEB_ENV = {
  /** The API's address for the browser; empty: the page's own address, where nginx hands /api on. */
  apiBaseUrl: 'API_BASE_URL',
  /** host:port that nginx hands /api on to. */
  apiUpstream: 'API_UPSTREAM',
  /** Further origins that the page may talk to, such as the OpenID Connect issuer's. */
  connectSources: 'CSP_CONNECT_SRC',
} as const;

/** On every object that the service creates for a job; the monitor selects by the first. */
export const LABELS = {
  managedBy: 'app.kubernetes.io/managed-by',
  managedByValue: 'ml-platform',
  jobId: 'mlplatform.io/job-id',
  /** The name of the policy that sends it to its clusters. */
  placement: 'mlplatform.io/placement',
  /** "true": the namespace was made because a job was to go there, and goes when it is empty. Take it off, and it stays. */
  madeForJobs: 'mlplatform.io/made-for-jobs',
} as const;

/** The kinds of object, beyond Kubernetes' smallest ones, that the platform writes or reads, and what API servers call them. */
export const KINDS = {
  job: { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs', namespaced: true },
  rayJob: { apiVersion: 'ray.io/v1', kind: 'RayJob', plural: 'rayjobs', namespaced: true },
  rayCluster: { apiVersion: 'ray.io/v1', kind: 'RayCluster', plural: 'rayclusters', namespaced: true },
  trainingJob: { apiVersion: 'ml.example.com/v1', kind: 'TrainingJob', plural: 'trainingjobs', namespaced: true },
  cluster: { apiVersion: 'cluster.karmada.io/v1alpha1', kind: 'Cluster', plural: 'clusters', namespaced: false },
  propagationPolicy: {
    apiVersion: 'policy.karmada.io/v1alpha1',
    kind: 'PropagationPolicy',
    plural: 'propagationpolicies',
    namespaced: true,
  },
  resourceBinding: {
    apiVersion: 'work.karmada.io/v1alpha2',
    kind: 'ResourceBinding',
    plural: 'resourcebindings',
    namespaced: true,
  },
} as const;

/** Beginnings of log lines that others look for: `npm run deploy` waits for the monitor's. */
export const LOG_LINES = {
  /** What follows says how it looks: "polling every 1 second". */
  monitorStarted: 'Job monitor started - ',
} as const;

/** Names in /metrics that alerts and dashboards rely on. */
export const METRICS = {
  /** gauge {status}: jobs that are not finished, by status */
  activeJobs: 'mlp_jobs_active',
  /** counter {algorithm} */
  submissions: 'mlp_job_submissions_total',
  /** counter {status, reason}; the reason is one of contract/reasons.ts, or Other */
  finished: 'mlp_jobs_finished_total',
  /** gauge {what: jobs|rows|objects|bindings|gone|onTheWay|rounds}: what this replica holds in memory */
  remembered: 'mlp_remembered',
  /** counter {what: job|log|event|key|policy|namespace}: taken away because nobody needs it any more */
  removed: 'mlp_removed_total',
  /** gauges {namespace, algorithm}, of running jobs that tell how far they are; 200 pairs, the rest is "other" */
  trainings: 'mlp_trainings',
  trainingPercent: 'mlp_training_percent',
  trainingReportAge: 'mlp_training_report_age_seconds',
  /** gauges {namespace}, of GPUs of running jobs of which it is known how much they are used; 200 namespaces, the rest is "other" */
  gpus: 'mlp_gpus_measured',
  idleGpus: 'mlp_gpus_idle',
  gpuPercent: 'mlp_gpu_utilisation_percent',
  /** gauge {cluster}: 1 where its Prometheus told what jobs use when it was asked last, else 0 */
  utilisationKnown: 'mlp_utilisation_known',
  /** counter {outcome: accepted, or the HTTP status}: of trainings that report to the hub */
  progressReports: 'mlp_progress_reports_total',
  /** gauge: age in seconds of the oldest job that waits to be dispatched; 0 when none waits */
  dispatchLag: 'mlp_dispatch_lag_seconds',
  /** gauge {cluster}: seconds since the cluster last answered */
  monitorLag: 'mlp_monitor_lag_seconds',
  /** gauge {cluster}: queries that failed in a row */
  clusterFailures: 'mlp_cluster_consecutive_failures',
  /** counter {cluster, outcome}; cluster is "" for the control plane */
  karmadaRequests: 'mlp_karmada_requests_total',
  /** histogram {cluster} */
  karmadaDuration: 'mlp_karmada_request_duration_seconds',
  /** gauge {state: total|idle|waiting} */
  databasePool: 'mlp_database_pool_connections',
  /** gauge: 1 when the last probe of the database succeeded */
  databaseUp: 'mlp_database_up',
  /** gauge {quantile: 0.5|0.99|1}: seconds that the event loop was held at a stretch */
  loopDelay: 'mlp_event_loop_delay_seconds',
  /** counter {method, route, code} */
  httpRequests: 'mlp_http_requests_total',
  /** histogram {method, route} */
  httpDuration: 'mlp_http_request_duration_seconds',
} as const;
