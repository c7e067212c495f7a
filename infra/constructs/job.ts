import type { Construct } from 'constructs';
import type { Connection } from './endpoint.ts';
import { type K8s, k8s } from './k8s.ts';
import { nameOfRun, RUN_ANNOTATION } from './runs.ts';
import { WAVE_ANNOTATION } from './waves.ts';
import { Workload, type WorkloadProps } from './workload.ts';

export interface JobProps extends WorkloadProps {
  readonly backoffLimit?: number;
  readonly deadlineSeconds?: number;
  /** OnFailure restarts the container in its pod; Never leaves each failed pod for its log to be read. */
  readonly restartPolicy?: 'OnFailure' | 'Never';
  /** It runs once for each value, however its image or settings change; left out: again when it is to do something else. */
  readonly run?: number;
  /** Argo CD wave, where one Job must end before the next starts. */
  readonly wave?: number;
}

export interface ScheduledJobProps extends JobProps {
  readonly schedule: string;
  readonly keepSucceeded?: number;
  readonly keepFailed?: number;
}

/** Work that is done once. */
export class OneTimeJob extends Workload {
  readonly jobName: string;
  readonly runsOnce: boolean;

  constructor(scope: Construct, id: string, props: JobProps) {
    super(scope, id, props);
    const { run } = props;
    this.runsOnce = run !== undefined;
    this.jobName = run === undefined ? this.name : nameOfRun(this.name, run);
    const job = new k8s.KubeJob(this, 'job', {
      metadata: {
        ...this.metadata(this.jobName),
        annotations: {
          ...(run === undefined
            ? // A Job's template cannot be changed: Argo CD replaces the Job. That it does so only when the Job differs is
              // the Application's ApplyOutOfSyncOnly.
              { 'argocd.argoproj.io/sync-options': 'Force=true,Replace=true' }
            : { [RUN_ANNOTATION]: String(run) }),
          ...(props.wave !== undefined && { [WAVE_ANNOTATION]: String(props.wave) }),
        },
      },
      spec: jobSpec(props, this.podTemplate({ restartPolicy: props.restartPolicy ?? 'OnFailure' })),
    });
    this.extensible(job);
  }
}

/** Shorter than a run may take, so that the wait's own message is what ends it; the next run comes soon enough. */
const WAIT_OF_A_RUN = 60;

const hasty = (connection: Connection): Connection => ({
  ...connection,
  ...(connection.waitSeconds !== undefined && { waitSeconds: WAIT_OF_A_RUN }),
  ...(connection.readiness && { readiness: { ...connection.readiness, seconds: WAIT_OF_A_RUN } }),
});

/** Work that is done again and again; a run that is still going is not joined by a second. */
export class ScheduledJob extends Workload {
  constructor(scope: Construct, id: string, props: ScheduledJobProps) {
    super(scope, id, { ...props, ...(props.talksTo && { talksTo: props.talksTo.map(hasty) }) });
    const cronJob = new k8s.KubeCronJob(this, 'cron-job', {
      metadata: this.metadata(),
      spec: {
        schedule: props.schedule,
        // Said, for a controller goes by the zone of its own machine otherwise.
        timeZone: 'Etc/UTC',
        concurrencyPolicy: 'Forbid',
        // Later than this a missed run is left out rather than made up for.
        startingDeadlineSeconds: 300,
        successfulJobsHistoryLimit: props.keepSucceeded ?? 3,
        failedJobsHistoryLimit: props.keepFailed ?? 3,
        jobTemplate: {
          metadata: { labels: this.labels() },
          spec: jobSpec(props, this.podTemplate({ restartPolicy: props.restartPolicy ?? 'OnFailure' })),
        },
      },
    });
    this.extensible(cronJob);
  }
}

function jobSpec(props: JobProps, template: K8s.PodTemplateSpec): K8s.JobSpec {
  return {
    backoffLimit: props.backoffLimit ?? 3,
    ...(props.deadlineSeconds !== undefined && { activeDeadlineSeconds: props.deadlineSeconds }),
    template,
  };
}
