import { Construct } from 'constructs';
import type { MySqlSettings } from '../settings/workloads.ts';
import type { CreatedAtDeploy } from './created-at-deploy.ts';
import { DumpJob } from './dump-job.ts';
import { type Connection, type Endpoint, external } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { command, SLOW_START } from './probes.ts';
import { StatefulService } from './stateful-service.ts';
import { scratch } from './volume.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface MySqlProps {
  readonly name: string;
  readonly claimName: string;
  readonly settings: MySqlSettings;
}

const PORT = 3306;
/** `mysql` of the official image. */
const USER = 999;
const DATA = '/var/lib/mysql';

/** MySQL, or a server that runs elsewhere; clients need only `connection()`. */
export class MySql extends Construct {
  readonly endpoint: Endpoint;
  private readonly settings: MySqlSettings;

  constructor(scope: Construct, id: string, props: MySqlProps) {
    super(scope, id);
    this.settings = props.settings;
    const { mode, external: elsewhere } = props.settings;
    this.endpoint =
      mode === 'bundled' ? this.bundled(props) : external('MySQL', props.name, elsewhere.address, elsewhere.host);
  }

  /** How a workload names it: variables, the init wait and the network policies in one. */
  connection(): Connection {
    const { database, passwordKey, user } = this.settings;
    return {
      to: this.endpoint,
      env: ({ host, port }) => ({
        DB_HOST: host,
        DB_PORT: String(port),
        DB_NAME: database,
        DB_USER: user,
        DB_PASSWORD: this.password(passwordKey),
      }),
      waitSeconds: 300,
    };
  }

  private password(key: string): EnvValue {
    return { secret: this.settings.secret, key };
  }

  private bundled({ claimName, name, settings }: MySqlProps): Endpoint {
    const claim = new VolumeClaim(this, 'data', { name: claimName, size: settings.volume.size });
    // The password comes from the environment: on the command line every process list would show it. Over TCP: while
    // the image sets the database up, its server listens on the socket alone.
    const answers = ['sh', '-c', 'MYSQL_PWD="$MYSQL_PASSWORD" mysqladmin ping --host=127.0.0.1 --user="$MYSQL_USER"'];
    const server = new StatefulService(this, 'server', {
      name,
      title: 'MySQL',
      component: 'database',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      ports: { mysql: PORT },
      servicePorts: { mysql: PORT },
      // The data go to a folder of the volume: its root holds lost+found on some storage, which the set-up refuses.
      // What it sorts goes beside them: /tmp is too small for the index of a large table.
      args: [`--datadir=${DATA}/data`, `--tmpdir=${DATA}`],
      env: {
        MYSQL_DATABASE: settings.database,
        MYSQL_USER: settings.user,
        MYSQL_PASSWORD: this.password(settings.passwordKey),
        MYSQL_ROOT_PASSWORD: this.password(settings.rootPasswordKey),
        // Root logs in from the pod itself only.
        MYSQL_ROOT_HOST: 'localhost',
      },
      mounts: [{ name: 'data', path: DATA, from: { claim: claim.name } }, scratch('run', '/var/run/mysqld', '16Mi')],
      probes: {
        startup: command(answers, SLOW_START),
        liveness: command(answers, { periodSeconds: 10, failureThreshold: 3 }),
        readiness: command(answers, { periodSeconds: 10 }),
      },
      graceSeconds: 60,
    });
    if (settings.backup.enabled) this.backup(name, server.endpoint('mysql'));
    return server.endpoint('mysql');
  }

  private backup(name: string, to: Endpoint): void {
    const { backup, database, image, passwordKey, resources, user } = this.settings;
    new DumpJob(this, 'backup', {
      name: `${name}-backup`,
      title: 'Dumps of MySQL',
      settings: backup,
      image,
      user: USER,
      resources,
      dump: 'mysqldump --host="$HOST" --user="$NAME" --single-transaction --no-tablespaces --result-file="$1" "$DATABASE"',
      env: { DATABASE: database, NAME: user, MYSQL_PWD: this.password(passwordKey) },
      server: { to, env: ({ host }) => ({ HOST: host }) },
    });
  }
}

export const mysqlSecrets = ({
  mode,
  passwordKey,
  rootPasswordKey,
  secret,
  user,
}: MySqlSettings): CreatedAtDeploy[] => [
  {
    kind: 'Secret',
    name: secret,
    keys: mode === 'bundled' ? [passwordKey, rootPasswordKey] : [passwordKey],
    what: 'passwords of MySQL',
    logIns: { [passwordKey]: `MySQL, user ${user}` },
    ...(mode === 'external' && { madeBy: 'the administrator' }),
  },
];
