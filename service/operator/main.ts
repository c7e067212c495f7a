// `node /app/operator.js`: the operator of TrainingJobs, as a program of the backend's image. Its settings are
// variables.
import { loadKubeconfig } from '../kube/kubeconfig.ts';
import { loadServiceAccount } from '../kube/service-account.ts';
import { createLog } from '../log.ts';
import { startOperator } from './operator.ts';
import { loadSettings } from './settings.ts';

/** What is under way gets this long; the pod's grace period is longer. */
const DRAIN_MS = 10_000;

const loaded = loadSettings(process.env);
if ('mistakes' in loaded) {
  console.error(
    `What the operator is told is wrong:\n${loaded.mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
  );
  process.exit(1);
}
const { settings } = loaded;
const log = createLog(settings.logLevel);

try {
  const onWarning = (message: string) => log.warn(message);
  const identity = settings.kubeconfig
    ? await loadKubeconfig(settings.kubeconfig, { onWarning })
    : await loadServiceAccount({ onWarning });
  const operator = await startOperator({
    identity,
    settings,
    log,
    onLost(why) {
      // The kubelet starts us anew, with nothing in memory that may be out of date.
      log.fatal(`${why}: ending`);
      process.exit(1);
    },
  });
  let isStopping = false;
  const stop = (signal: string) => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info(`${signal}: finishing what is under way`);
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
    operator.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, 'Stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  log.fatal({ err: error }, `The operator cannot start: ${(error as Error).message}`);
  process.exit(1);
}
