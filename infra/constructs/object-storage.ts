import { Construct } from 'constructs';
import type { ObjectStorageSettings } from '../settings/workloads.ts';
import type { CreatedAtDeploy } from './created-at-deploy.ts';
import { address, type Connection, type Endpoint, external } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { OneTimeJob } from './job.ts';
import { http, SLOW_START } from './probes.ts';
import { StatefulService } from './stateful-service.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface ObjectStorageProps {
  readonly name: string;
  readonly claimName: string;
  readonly settings: ObjectStorageSettings;
}

const API = 9000;
const CONSOLE = 9001;
/** Any user may run the image; this one owns nothing in it. */
const USER = 1000;
const DATA = '/data';
const ACCESS_KEY = 'access-key';
const SECRET_KEY = 'secret-key';

/** MinIO, or storage that runs elsewhere, with its buckets; clients need only `connection()`. */
export class ObjectStorage extends Construct {
  readonly endpoint: Endpoint;
  readonly url: string;
  private readonly settings: ObjectStorageSettings;

  constructor(scope: Construct, id: string, props: ObjectStorageProps) {
    super(scope, id);
    this.settings = props.settings;
    const { mode, external: elsewhere } = props.settings;
    this.endpoint =
      mode === 'bundled'
        ? this.bundled(props)
        : external('Object storage', props.name, elsewhere.address, new URL(elsewhere.url).hostname);
    this.url = mode === 'bundled' ? `http://${address(this.endpoint)}` : elsewhere.url;
    this.buckets(props);
  }

  /** How a workload names it: variables as S3 clients read them, the init wait and the network policies in one. */
  connection(): Connection {
    return {
      to: this.endpoint,
      env: () => ({
        AWS_ACCESS_KEY_ID: this.credential(ACCESS_KEY),
        AWS_SECRET_ACCESS_KEY: this.credential(SECRET_KEY),
        S3_ENDPOINT: this.url,
        MLFLOW_S3_ENDPOINT_URL: this.url,
      }),
      waitSeconds: 300,
    };
  }

  private credential(key: string): EnvValue {
    return { secret: this.settings.secret, key };
  }

  private bundled({ claimName, name, settings }: ObjectStorageProps): Endpoint {
    const claim = new VolumeClaim(this, 'data', { name: claimName, size: settings.volume.size });
    const server = new StatefulService(this, 'server', {
      name,
      title: 'MinIO',
      component: 'object-storage',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      ports: { s3: API, console: CONSOLE },
      servicePorts: { s3: API, console: CONSOLE },
      args: ['server', DATA, `--address=:${API}`, `--console-address=:${CONSOLE}`, '--certs-dir=/tmp/certs'],
      env: {
        MINIO_ROOT_USER: this.credential(ACCESS_KEY),
        MINIO_ROOT_PASSWORD: this.credential(SECRET_KEY),
        // Who may scrape is the network policy's business.
        MINIO_PROMETHEUS_AUTH_TYPE: 'public',
      },
      mounts: [{ name: 'data', path: DATA, from: { claim: claim.name } }],
      metrics: { port: 's3', path: '/minio/v2/metrics/cluster' },
      probes: {
        startup: http('/minio/health/live', API, SLOW_START),
        liveness: http('/minio/health/live', API),
        readiness: http('/minio/health/ready', API),
      },
      graceSeconds: 30,
    });
    return server.endpoint('s3');
  }

  private buckets({ name, settings }: ObjectStorageProps): void {
    new OneTimeJob(this, 'buckets', {
      name: `${name}-init`,
      title: 'Buckets of the object storage',
      component: 'object-storage',
      image: settings.clientImage,
      user: USER,
      resources: { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '200m', memory: '128Mi' } },
      extras: settings.bucketsJob,
      backoffLimit: 6,
      deadlineSeconds: 900,
      // The keys go in by standard input, so that no process list shows them.
      command: [
        'sh',
        '-euc',
        `printf '%s\\n%s\\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" | mc alias set store "$S3_ENDPOINT"
for bucket in "$@"; do
  mc mb --ignore-existing "store/$bucket"
done`,
        'buckets',
        ...settings.buckets,
      ],
      env: { MC_CONFIG_DIR: '/tmp/mc' },
      talksTo: [this.connection()],
    });
  }
}

export const objectStorageSecrets = ({ mode, secret }: ObjectStorageSettings): CreatedAtDeploy[] => [
  {
    kind: 'Secret',
    name: secret,
    keys: [ACCESS_KEY, SECRET_KEY],
    what: 'keys of the object storage',
    logIns: { [ACCESS_KEY]: 'object storage, access key', [SECRET_KEY]: 'object storage, secret key' },
    ...(mode === 'external' && { madeBy: 'the administrator' }),
  },
];
