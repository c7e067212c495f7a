import { EXIT_KILLED, EXIT_TEMPORARY, EXIT_TERMINATED } from '../../contract/trainers.ts';
import { trainingEnvironment } from '../environment.ts';
import { trainingImage } from './image.ts';
import type { JobSpec, ManifestSettings } from './manifest.ts';
import { credentialVariables, plainVariables, podTemplate } from './pod.ts';
import { workdirStep } from './workdir.ts';

/** A Job whose pod failed says that and no more, but for a rule: then it has the exit code, or that the pod had to go. */
const TELLS_WHY = {
  rules: [
    { action: 'FailJob', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
    { action: 'FailJob', onExitCodes: { operator: 'In', values: [EXIT_TEMPORARY, EXIT_KILLED, EXIT_TERMINATED] } },
  ],
};

/** An image without Ray: as many pods as instances, each told its number in JOB_COMPLETION_INDEX. */
export function batchJobSpec(job: JobSpec, settings: ManifestSettings) {
  const { request } = job;
  const { instanceCount, instanceResources } = request.resources;
  return {
    // No ttlSecondsAfterFinished: a Job that vanishes from its cluster by itself would be put there again by Karmada.
    suspend: job.wanted === 'suspend',
    backoffLimit: 0,
    ...(request.retryPolicy && { podFailurePolicy: TELLS_WHY }),
    activeDeadlineSeconds: request.stoppingCondition.maxRuntimeSeconds,
    completionMode: 'Indexed',
    completions: instanceCount,
    parallelism: instanceCount,
    template: podTemplate(
      job,
      {
        name: 'training',
        image: trainingImage(request, settings).image,
        ...(request.command ? { command: request.command } : {}),
        ...(request.args ? { args: request.args } : {}),
        env: [
          // The user that the pod runs under has no home directory in most images.
          ...plainVariables({ HOME: '/tmp', ...trainingEnvironment(job) }),
          ...credentialVariables(job, settings),
        ],
        resources: instanceResources,
        mountsResults: true,
        reports: settings.progress ?? null,
        workdir: workdirStep(job, settings),
      },
      'Never',
    ),
  };
}
