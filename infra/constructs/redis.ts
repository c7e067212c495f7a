import { Construct } from 'constructs';
import type { RedisSettings } from '../settings/workloads.ts';
import type { CreatedAtDeploy } from './created-at-deploy.ts';
import { type Connection, type Endpoint, external } from './endpoint.ts';
import type { EnvValue } from './env.ts';
import { command, SLOW_START } from './probes.ts';
import { StatefulService } from './stateful-service.ts';
import { VolumeClaim } from './volume-claim.ts';

export interface RedisProps {
  readonly name: string;
  readonly claimName: string;
  readonly settings: RedisSettings;
}

const PORT = 6379;
/** `redis` of the official alpine image. */
const USER = 999;
const DATA = '/data';

/** The rest of its memory is for the copies of an append-only file that is rewritten, and for buffers of clients. */
const START = `password=$(printf '%s' "$REDISCLI_AUTH" | sed 's/[\\\\"]/\\\\&/g')
limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null || cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || echo max)
{
  printf 'port ${PORT}\\ndir ${DATA}\\nappendonly yes\\nrequirepass "%s"\\n' "$password"
  case $limit in
    *[!0-9]*) ;;
    *) printf 'maxmemory %s\\n' "$((limit / 4 * 3))" ;;
  esac
} > /tmp/redis.conf
exec redis-server /tmp/redis.conf`;

/** Redis with a password, or one that runs elsewhere; clients need only `connection()`. */
export class Redis extends Construct {
  readonly endpoint: Endpoint;
  private readonly settings: RedisSettings;

  constructor(scope: Construct, id: string, props: RedisProps) {
    super(scope, id);
    this.settings = props.settings;
    const { mode, external: elsewhere } = props.settings;
    this.endpoint =
      mode === 'bundled' ? this.bundled(props) : external('Redis', props.name, elsewhere.address, elsewhere.host);
  }

  /** How a workload names it: variables, the init wait and the network policies in one. */
  connection(): Connection {
    return {
      to: this.endpoint,
      env: ({ host, port }) => ({ REDIS_HOST: host, REDIS_PORT: String(port), REDIS_PASSWORD: this.password() }),
      waitSeconds: 300,
    };
  }

  private password(): EnvValue {
    return { secret: this.settings.secret, key: this.settings.passwordKey };
  }

  private bundled({ claimName, name, settings }: RedisProps): Endpoint {
    const claim = new VolumeClaim(this, 'data', { name: claimName, size: settings.volume.size });
    // redis-cli reads REDISCLI_AUTH by itself, and exits with 0 on an error of the server too.
    const answers = ['sh', '-c', 'test "$(redis-cli ping)" = PONG'];
    const server = new StatefulService(this, 'server', {
      name,
      title: 'Redis',
      component: 'cache',
      image: settings.image,
      user: USER,
      resources: settings.resources,
      extras: settings,
      ports: { redis: PORT },
      servicePorts: { redis: PORT },
      // The password goes into a file in scratch space: as an argument every process list would show it.
      command: ['sh', '-euc', START],
      env: { REDISCLI_AUTH: this.password() },
      mounts: [{ name: 'data', path: DATA, from: { claim: claim.name } }],
      probes: { startup: command(answers, SLOW_START), liveness: command(answers), readiness: command(answers) },
      graceSeconds: 60,
    });
    return server.endpoint('redis');
  }
}

export const redisSecrets = ({ mode, passwordKey, secret }: RedisSettings): CreatedAtDeploy[] => [
  {
    kind: 'Secret',
    name: secret,
    keys: [passwordKey],
    what: 'password of Redis',
    logIns: { [passwordKey]: 'Redis' },
    ...(mode === 'external' && { madeBy: 'the administrator' }),
  },
];
