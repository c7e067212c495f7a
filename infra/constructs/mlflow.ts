import { Construct } from 'constructs';
import type { ServerSettings } from '../settings/workloads.ts';
import { address, type Connection, type Endpoint } from './endpoint.ts';
import { LISTEN_ON, POD_ADDRESSES } from './listening.ts';
import type { ObjectStorage } from './object-storage.ts';
import type { Postgres } from './postgres.ts';
import { type Stack, stackOf } from './stack.ts';
import { serverProps } from './team-image.ts';
import { WebService } from './web-service.ts';

export interface MlflowProps {
  readonly settings: ServerSettings;
  readonly database: Postgres;
  readonly storage: ObjectStorage;
  /** Bucket of the artifacts. */
  readonly bucket: string;
}

/** MLflow's tracking server: runs in PostgreSQL, artifacts in a bucket, which clients reach through it. */
export class Mlflow extends Construct {
  readonly endpoint: Endpoint;

  constructor(scope: Construct, name: string, { bucket, database, settings, storage }: MlflowProps) {
    super(scope, name);
    const server = new WebService(this, 'server', {
      command: [
        'sh',
        '-euc',
        `${LISTEN_ON}\nexec mlflow server --host="$LISTEN_ON" "$@"`,
        'mlflow',
        `--port=${settings.port}`,
        '--serve-artifacts',
        `--artifacts-destination=s3://${bucket}`,
      ],
      ...serverProps(settings, { MLFLOW_SERVER_ALLOWED_HOSTS: hosts(stackOf(this), name) }),
      name,
      fields: POD_ADDRESSES,
      title: 'MLflow',
      component: 'experiments',
      entrance: '/',
      talksTo: [database.connection('MLFLOW_BACKEND_STORE_URI'), storage.connection()],
    });
    this.endpoint = server.endpoint('http');
  }

  /** How a workload names it: the variable, the init wait and the network policies in one. */
  connection(): Connection {
    return { to: this.endpoint, env: (to) => ({ MLFLOW_TRACKING_URI: `http://${address(to)}` }), waitSeconds: 600 };
  }
}

/**
 * Since 3.5 MLflow refuses requests whose Host header it does not know, and by itself it knows localhost and private
 * addresses only: not the name of its own Service, by which the trainers reach it.
 */
function hosts(stack: Stack, app: string): string {
  const name = stack.named(app);
  const inCluster = `${name}.${stack.settings.namespace.name}.svc`;
  const names = ['localhost', '127.0.0.1', name, inCluster, `${inCluster}.cluster.local`];
  return names.flatMap((host) => [host, `${host}:*`]).join(',');
}
