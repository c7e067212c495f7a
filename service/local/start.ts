import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Logger } from 'pino';
import pretty from 'pino-pretty';
import { requireFreePort } from '../api/server.ts';
import { isProduction, type LocalConfig, loadLocalConfig } from '../config.ts';
import { ENV } from '../contract.ts';
import { createLog } from '../log.ts';
import { startProduction, startService } from '../main.ts';
import { configOrExit, runUntilSignal } from '../process.ts';
import { parseConnection } from '../store/connection.ts';
import { type Backing, startBacking } from './backing.ts';
import { SIMULATED_PROMETHEUS } from './prometheus.ts';
import { type TrainersChoice, trainersChoice } from './trainers-choice.ts';

// npm start: the whole service with nothing but Node: a database of its own, three simulated clusters, the page.
// Given a database or a kubeconfig, it is the production service instead.

const LOCAL_DEFAULTS = {
  /** One person at their own machine is no flood; a shared service keeps the lower default. */
  [ENV.rateLimitPerMinute]: '60000',
  // Simulated trainings take half a minute.
  [ENV.utilisationService]: SIMULATED_PROMETHEUS,
  [ENV.utilisationInterval]: '10s',
  [ENV.utilisationIdleAfter]: '1m',
};

/** Of the files in examples/. */
const TRAINING_JOBS = '/apis/ml.example.com/v1/namespaces/ml-training/trainingjobs';

const ARGUMENTS = process.argv.slice(2);

if (isProduction(ARGUMENTS, process.env)) await startProduction();
else await startLocal();

async function startLocal(): Promise<void> {
  const environment = { ...LOCAL_DEFAULTS, ...process.env };
  const { choice, mistakes, rest } = trainersChoice(ARGUMENTS);
  if (mistakes.length > 0) configOrExit({ outcome: 'mistakes', mistakes });
  const config = configOrExit(await loadLocalConfig(rest, environment));
  const log = createLog(
    config.logLevel,
    pretty({ ignore: 'pid,hostname,service', translateTime: 'SYS:HH:MM:ss', singleLine: true, sync: true }),
  );
  await runUntilSignal(() => startAll(config, choice, log), log);
}

async function startAll(
  config: LocalConfig,
  trainers: TrainersChoice | undefined,
  log: Logger,
): Promise<{ stop(): Promise<void> }> {
  await requireFreePort(config.host, config.port);
  const backing = await startBacking(log, config.port, trainers);
  try {
    await buildPage(log);
    const service = await startService(
      {
        ...config,
        progress: config.progress ?? backing.progress,
        objectStorage: config.objectStorage ?? backing.objectStorage,
        workdirs: config.workdirs ?? backing.workdirs,
        volumes: backing.volumes,
        localTrainings: backing.localTrainings,
        database: parseConnection(backing.databaseUrl),
        karmadaKubeconfig: backing.karmadaKubeconfig,
      },
      log,
    );
    console.log(welcome(config.host, service.port, backing));
    return {
      async stop() {
        await service.stop();
        await backing.stop();
      },
    };
  } catch (error) {
    await backing.stop();
    throw error;
  }
}

/** The API is of use without its page: what keeps it from being built is told, and the start goes on. */
async function buildPage(log: Logger): Promise<void> {
  try {
    const { ensureBuilt } = await import('../web/build.ts');
    await ensureBuilt((line) => log.info(line));
  } catch (error) {
    const reason = stripVTControlCharacters((error as Error).message)
      .split('\n', 3)
      .join(' ');
    log.warn(`The page could not be built, the API works without it; npm run build:page tells all: ${reason}`);
  }
}

function welcome(host: string, port: number, { dataDirectory, members, trainings }: Backing): string {
  const address = `http://${/^(127\.|0\.0\.0\.0$|::1?$)/.test(host) ? 'localhost' : host}:${port}`;
  const first = JSON.stringify({ jobName: 'first', algorithm: { algorithmName: 'xgboost' } });
  const withGpus = members[1]?.address ?? '';
  return `
  ML platform: ${address}   (API documentation: ${address}/docs)

  Send the first job:
    curl -s ${address}/api/v1/jobs -H 'Content-Type: application/json' -d '${first}'
  and see what becomes of it, here or on the page:
    curl -s ${address}/api/v1/jobs

  Three simulated clusters run the jobs: ${members.map(({ cluster, address }) => `${cluster} ${address}`).join('  ')}
  ${trainings}
  Each has the operator of TrainingJobs:
    curl -s ${withGpus}${TRAINING_JOBS} -H 'Content-Type: application/yaml' --data-binary @examples/trainingjob-simple.yaml
    curl -s ${withGpus}${TRAINING_JOBS}/resnet-simple

  The database is in ${relative('.', dataDirectory) || '.'}; delete that folder to start anew.
  Ctrl-C stops all of it.
`;
}
