import { OPERATOR_METRICS as NAMES } from '../contract.ts';
import { isStandingStill, type Reading, type TrainingJob } from '../trainingjob/index.ts';

// What is told of TrainingJobs is read from the objects themselves, at each scrape: right after a restart it is what it
// was, and what is gone is told no more. Only of deleted jobs the counts are kept in memory, so that they do not go back.

type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Of one job: the labels, and how much it adds to the series of these. */
  readonly samples: (job: TrainingJob) => readonly (readonly [Labels, number | undefined])[];
  /** What a deleted job has added stays. */
  readonly isKept?: true;
}

const of = ({ namespace, name }: TrainingJob): Labels => ({ namespace, training_job: name });
const gauge = (name: string, help: string, value: (job: TrainingJob) => number | undefined): Family => ({
  name,
  type: 'gauge',
  help,
  samples: (job) => [[of(job), value(job)]],
});

const FAMILIES: readonly Family[] = [
  {
    name: NAMES.created,
    type: 'counter',
    help: 'TrainingJobs',
    samples: ({ namespace }) => [[{ namespace }, 1]],
    isKept: true,
  },
  {
    name: NAMES.failed,
    type: 'counter',
    help: 'TrainingJobs that failed, by reason',
    samples: ({ namespace, status }) =>
      status.state === 'Failed' ? [[{ namespace, reason: status.failureReason ?? 'Unknown' }, 1]] : [],
    isKept: true,
  },
  {
    name: NAMES.completed,
    type: 'counter',
    help: 'TrainingJobs that ended',
    samples: ({ namespace, status: { state } }) =>
      state === 'Completed' || state === 'Failed'
        ? [[{ namespace, result: state === 'Completed' ? 'succeeded' : 'failed' }, 1]]
        : [],
    isKept: true,
  },
  {
    name: NAMES.restarted,
    type: 'counter',
    help: 'Attempts of a TrainingJob that followed a failure or a disruption',
    samples: (job) => [[of(job), job.status.restartCount ?? 0]],
  },
  {
    name: NAMES.count,
    type: 'gauge',
    help: 'TrainingJobs by state',
    samples: ({ namespace, status }) => [[{ namespace, state: status.state ?? 'Pending' }, 1]],
  },
  gauge(NAMES.activeWorkers, 'Workers that run', ({ status }) => status.workers?.active ?? 0),
  gauge(
    NAMES.allocatedGpus,
    'GPUs of workers that run',
    ({ spec, status }) => (status.workers?.active ?? 0) * spec.gpusPerWorker,
  ),
  gauge(NAMES.progress, 'How much of the training is done, in percent', ({ status: { progress } }) =>
    progress === undefined ? undefined : Number.parseInt(progress, 10),
  ),
  gauge(NAMES.loss, 'Loss, as last reported', ({ status }) => status.metrics?.loss),
  gauge(
    NAMES.accuracy,
    'Accuracy, as last reported',
    ({ status }) => status.metrics?.accuracy ?? status.metrics?.eval_accuracy,
  ),
  gauge(NAMES.stalled, '1: it has made no step for many times its own pace', ({ status }) =>
    Number(isStandingStill(status)),
  ),
];

interface JobMetrics {
  readonly onGone: (gone: Reading) => void;
  /** In Prometheus' text format. */
  render(readings: readonly Reading[]): string;
}

export function createJobMetrics(): JobMetrics {
  const kept = FAMILIES.filter(({ isKept }) => isKept).map((family) => ({ family, sums: new Map<string, number>() }));
  return {
    onGone(gone) {
      if ('problems' in gone) return;
      for (const { family, sums } of kept) add(sums, family, gone.job);
    },
    render(readings) {
      return FAMILIES.map((family) => {
        const sums = new Map(kept.find((each) => each.family === family)?.sums);
        for (const reading of readings) if ('job' in reading) add(sums, family, reading.job);
        const lines = [...sums].map(([labels, value]) => `${family.name}{${labels}} ${value}\n`);
        return `# HELP ${family.name} ${family.help}\n# TYPE ${family.name} ${family.type}\n${lines.join('')}`;
      }).join('');
    },
  };
}

function add(sums: Map<string, number>, { samples }: Family, job: TrainingJob): void {
  for (const [labels, value] of samples(job)) {
    if (value === undefined) continue;
    const key = labelText(labels);
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
}

const labelText = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, (character) => ESCAPES[character] ?? '')}"`)
    .join(',');

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '"': '\\"', '\n': '\\n' };
