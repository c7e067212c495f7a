import { Construct } from 'constructs';
import type { PostgresSettings } from '../settings/database.ts';
import { CloudNativePostgres } from './cloudnativepg.ts';
import { DumpJob } from './dump-job.ts';
import { type Connection, type Endpoint, external } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { command, SLOW_START } from './probes.ts';
import { StatefulService } from './stateful-service.ts';
import { scratch } from './volume.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface PostgresProps {
  /** Name of the StatefulSet and Service, or of the CloudNativePG Cluster. */
  readonly name: string;
  readonly claimName: string;
  readonly title?: string;
  readonly settings: PostgresSettings;
}

const PORT = 5432;
/** User and group `postgres` of the official alpine image. */
const USER = 70;
const DATA = '/var/lib/postgresql/data';

/** PostgreSQL as the settings want it; clients need only where it is and which key holds the URL. */
export class Postgres extends Construct {
  private readonly endpoint: Endpoint;
  private readonly url: EnvValue;
  private readonly props: PostgresProps;

  constructor(scope: Construct, id: string, props: PostgresProps) {
    super(scope, id);
    this.props = props;
    const { mode, secret } = props.settings;
    const title = props.title ?? 'PostgreSQL';
    this.url = { secret: secret.name, key: secret.urlKey };
    if (mode === 'bundled') {
      this.endpoint = this.bundled(title);
    } else if (mode === 'cloudnativepg') {
      const cluster = new CloudNativePostgres(this, 'cluster', { name: props.name, title, settings: props.settings });
      this.endpoint = cluster.endpoint;
      this.url = cluster.url;
    } else {
      this.endpoint = external(title, props.name, props.settings.external);
    }
  }

  /** How a workload names it: the variable with the URL, the init wait and the network policies in one. */
  connection(variable = 'DATABASE_URL'): Connection {
    // Only the URL's Secret knows the address of a server that runs elsewhere, so nothing can wait for its port.
    const addressKnown = this.props.settings.mode !== 'external';
    return { to: this.endpoint, env: () => ({ [variable]: this.url }), ...(addressKnown && { waitSeconds: 300 }) };
  }

  private bundled(title: string): Endpoint {
    const { bundled, database, resources, secret, user, volume } = this.props.settings;
    const { claimName, name } = this.props;
    const claim = new VolumeClaim(this, 'data', { name: claimName, size: volume.size });
    // Over TCP: while the image sets the database up, its server listens on the socket alone.
    const ready = ['pg_isready', '--host=127.0.0.1', `--username=${user}`, `--dbname=${database}`];
    const server = new StatefulService(this, 'server', {
      name,
      title,
      component: 'database',
      image: bundled.image,
      user: USER,
      ports: { postgres: PORT },
      servicePorts: { postgres: PORT },
      resources,
      extras: this.props.settings,
      env: {
        POSTGRES_DB: database,
        POSTGRES_USER: user,
        POSTGRES_PASSWORD: { secret: secret.name, key: secret.passwordKey },
        // A folder of the volume: its root holds lost+found on some storage, which initdb refuses.
        PGDATA: `${DATA}/pgdata`,
      },
      mounts: [
        { name: 'data', path: DATA, from: { claim: claim.name } },
        scratch('run', '/var/run/postgresql', '16Mi'),
      ],
      probes: { startup: command(ready, SLOW_START), liveness: command(ready), readiness: command(ready) },
      // A fast shutdown writes a checkpoint, which takes its time on slow disks.
      graceSeconds: 60,
    });
    const endpoint = server.endpoint('postgres');
    if (bundled.backup.enabled) this.backup(endpoint);
    return endpoint;
  }

  private backup(to: Endpoint): void {
    const { name, settings } = this.props;
    new DumpJob(this, 'backup', {
      name: `${name}-backup`,
      title: `Dumps of ${to.title}`,
      settings: settings.bundled.backup,
      image: settings.bundled.image,
      user: USER,
      resources: settings.resources,
      dump: 'pg_dump --format=custom --file="$1"',
      env: {
        PGUSER: settings.user,
        PGDATABASE: settings.database,
        PGPASSWORD: { secret: settings.secret.name, key: settings.secret.passwordKey },
      },
      server: { to, env: ({ host, port }) => ({ PGHOST: host, PGPORT: String(port) }) },
    });
  }
}
