// What the settings of a team's own image say, as the workloads want it.
import type {
  LoneWorkerSettings,
  NumberedJobSettings,
  OneTimeJobSettings,
  ScheduledJobSettings,
  ServerSettings,
  WorkerSettings,
} from '../settings/workloads.ts';
import type { EnvValue } from './env.ts';
import { command, http, type Probes, SLOW_START, tcp } from './probes.ts';

type AnySettings = ServerSettings | WorkerSettings | LoneWorkerSettings | OneTimeJobSettings | ScheduledJobSettings;

const ownImage = (settings: AnySettings) => {
  const { command: words, image, readOnlyRoot, resources, tmpSize, user } = settings;
  return {
    image,
    user,
    resources,
    extras: settings,
    tmpSize,
    ...(words.length > 0 && { command: words }),
    ...(!readOnlyRoot && { writableRoot: { reason: 'the settings of this service say that its image writes there' } }),
  };
};

type Env = Record<string, EnvValue>;

/** Many libraries keep caches in the home directory, and a user by number has none. */
const HOME = { HOME: '/tmp' };

/** A server with one port, named http. */
export function serverProps(settings: ServerSettings, env: Env = {}) {
  const { disruptionBudget, healthPath, metricsPath, port, readyPath, replicas, topologySpread } = settings;
  const answers = (timing = {}) => (healthPath ? http(healthPath, port, timing) : tcp(port, timing));
  return {
    ...ownImage(settings),
    replicas,
    disruptionBudget,
    topologySpread,
    ports: { http: port },
    servicePorts: { http: port },
    probes: {
      startup: answers(SLOW_START),
      liveness: answers(),
      readiness: readyPath ? http(readyPath, port) : answers(),
      asksTheSame: readyPath === '',
    },
    ...(metricsPath && { metrics: { port: 'http', path: metricsPath } }),
    env: { ...HOME, ...env },
    preStopSeconds: 5,
    graceSeconds: 35,
  };
}

/** A worker without a port. One at a time by default: each is one member of its consumer group. */
export const workerProps = (settings: WorkerSettings, env: Env = {}) => ({
  ...anyWorker(settings, env),
  replicas: settings.replicas,
});

/** One that is never beside another, also while it is updated. */
export const loneWorkerProps = (settings: LoneWorkerSettings, env: Env = {}) => ({
  ...anyWorker(settings, env),
  replicas: 1,
  isAlone: true,
});

function anyWorker(settings: LoneWorkerSettings, env: Env) {
  const words = settings.livenessCommand.length > 0 ? settings.livenessCommand : FIRST_PROCESS_LIVES;
  const probes: Probes = { liveness: command(words, { periodSeconds: 30 }), readiness: command(words) };
  return {
    ...ownImage(settings),
    probes,
    env: { ...HOME, ...env },
    // What it has taken from the queue it may finish.
    graceSeconds: 120,
  };
}

/** A dead process whose parent does not notice stays as a zombie, and Kubernetes sees a container that runs. */
const FIRST_PROCESS_LIVES = ['sh', '-c', '! grep -q "^State:[[:space:]]*Z" /proc/1/status'];

export const numberedJobProps = (settings: NumberedJobSettings, env: Env = {}) => ({
  ...oneTimeJobProps(settings, env),
  run: settings.run,
});

export function oneTimeJobProps(settings: OneTimeJobSettings, env: Env = {}) {
  const { backoffLimit, deadlineSeconds } = settings;
  return { ...ownImage(settings), backoffLimit, deadlineSeconds, env: { ...HOME, ...env } };
}

export function scheduledJobProps(settings: ScheduledJobSettings, env: Env = {}) {
  const { backoffLimit, deadlineSeconds, keepFailed, keepSucceeded, schedule } = settings;
  return {
    ...ownImage(settings),
    backoffLimit,
    deadlineSeconds,
    keepFailed,
    keepSucceeded,
    schedule,
    env: { ...HOME, ...env },
  };
}
