import { stringify } from 'yaml';
import { algorithmNamed } from '../algorithms/index.ts';
import { MAX_HEAD, SUBMITTER } from '../demand.ts';
import { trainingEnvironment } from '../environment.ts';
import type { JobRequest } from '../request.ts';
import { rayVersionOf, trainingImage } from './image.ts';
import type { JobSpec, ManifestSettings } from './manifest.ts';
import { credentialVariables, plainVariables, podTemplate, type Variable } from './pod.ts';
import { storageVariables } from './workdir.ts';

/** Long enough to keep the logs of head and workers, short enough not to hold GPUs for long. The RayJob itself stays. */
const CLUSTER_SECONDS_AFTER_END = 300;

/** Where images of a user's own are expected to have their program, unless the request says otherwise. */
const CONTAINER_ENTRYPOINT = 'python train.py';

export function rayJobSpec(job: JobSpec, settings: ManifestSettings) {
  const { request } = job;
  const { byRay, byPod } = waysOf(trainingEnvironment(job));
  const env = [
    ...credentialVariables(job, settings),
    ...plainVariables({ ...byPod, ...storageVariables(job, settings) }),
  ];
  return {
    entrypoint: entrypointOf(request),
    // Every key and value in quotes: a parameter named "y" or worth "no" must not become true or false.
    runtimeEnvYAML: stringify(
      { ...(request.workdir !== undefined && { working_dir: request.workdir }), env_vars: byRay },
      { defaultKeyType: 'QUOTE_DOUBLE', defaultStringType: 'QUOTE_DOUBLE', lineWidth: 0 },
    ),
    submissionMode: 'K8sJobMode',
    suspend: job.wanted === 'suspend',
    backoffLimit: 0,
    activeDeadlineSeconds: request.stoppingCondition.maxRuntimeSeconds,
    // KubeRay suspends a job only if it may shut its cluster down.
    shutdownAfterJobFinishes: true,
    ttlSecondsAfterFinished: CLUSTER_SECONDS_AFTER_END,
    submitterPodTemplate: submitter(job, settings, env),
    rayClusterSpec: {
      rayVersion: rayVersionFor(request, settings),
      headGroupSpec: head(job, settings, env),
      workerGroupSpecs: [workers(job, settings, env)],
    },
  };
}

function entrypointOf({ entrypoint, algorithm }: JobRequest): string {
  if (entrypoint !== undefined) return entrypoint;
  const builtin = algorithm.source === 'builtin' ? algorithmNamed(algorithm.algorithmName) : undefined;
  return builtin?.entrypoint ?? CONTAINER_ENTRYPOINT;
}

const headImageOf = (request: JobRequest, settings: ManifestSettings): string =>
  request.headImage ?? trainingImage(request, settings).image;
const rayVersionFor = (request: JobRequest, settings: ManifestSettings): string =>
  request.headImage === undefined ? trainingImage(request, settings).rayVersion : rayVersionOf(request.headImage);

function head(job: JobSpec, settings: ManifestSettings, env: readonly Variable[]) {
  const { cpuCores, memoryGiB } = job.request.resources.instanceResources;
  return {
    rayStartParams: { 'dashboard-host': '0.0.0.0', 'num-cpus': '0' },
    template: podTemplate(job, {
      name: 'ray-head',
      image: headImageOf(job.request, settings),
      ports: [
        { name: 'gcs-server', containerPort: 6379 },
        { name: 'dashboard', containerPort: 8265 },
        { name: 'client', containerPort: 10001 },
      ],
      env,
      resources: {
        cpuCores: Math.min(cpuCores, MAX_HEAD.cpuCores),
        memoryGiB: Math.min(memoryGiB, MAX_HEAD.memoryGiB),
        gpuCount: 0,
      },
      mountsResults: true,
      reports: settings.progress ?? null,
    }),
  };
}

function workers(job: JobSpec, settings: ManifestSettings, env: readonly Variable[]) {
  const { instanceCount, instanceResources } = job.request.resources;
  return {
    groupName: 'workers',
    replicas: instanceCount,
    minReplicas: 1,
    maxReplicas: instanceCount,
    rayStartParams: {},
    template: podTemplate(job, {
      name: 'ray-worker',
      image: job.request.workerImage ?? trainingImage(job.request, settings).image,
      env,
      resources: instanceResources,
      mountsResults: true,
      reports: settings.progress ?? null,
    }),
  };
}

/** Sends the entrypoint to the head and prints its output; made like KubeRay's own, but with labels, limits and no privileges. */
const submitter = (job: JobSpec, settings: ManifestSettings, env: readonly Variable[]) =>
  podTemplate(
    job,
    {
      name: 'ray-job-submitter',
      image: headImageOf(job.request, settings),
      env,
      resources: SUBMITTER,
      mountsResults: false,
      reports: null,
    },
    'Never',
  );

/**
 * KubeRay puts the runtime environment between double quotes into a shell command of the submitter, where $ and ` would be
 * acted on and invisible characters arrive misspelt. Such values go to the pods as they are; Ray's processes inherit them.
 */
export function waysOf(environment: Readonly<Record<string, string>>) {
  const byRay: Record<string, string> = {};
  const byPod: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) (/[$`\p{C}]/u.test(value) ? byPod : byRay)[name] = value;
  return { byRay, byPod };
}
