import { TRAINER_RAY_VERSION, type TrainerVariant } from '../../contract/trainers.ts';
import { type Algorithm, algorithmNamed } from '../algorithms/index.ts';
import type { JobRequest } from '../request.ts';
import type { ManifestSettings } from './manifest.ts';

interface TrainingImage {
  readonly image: string;
  /** What KubeRay is told of the Ray in it. */
  readonly rayVersion: string;
}

/** Of images that do not say which Ray they have: the one that clients of the first implementation bring. */
const RAY_VERSION = '2.46.0';

/** The user's own, or the one that has the algorithm's engine, or the one of all jobs. */
export function trainingImage(request: JobRequest, settings: ManifestSettings): TrainingImage {
  const { algorithm, resources } = request;
  if (algorithm.imageUri !== undefined)
    return { image: algorithm.imageUri, rayVersion: rayVersionOf(algorithm.imageUri) };
  const builtin = algorithm.source === 'builtin' ? algorithmNamed(algorithm.algorithmName) : undefined;
  const ours = builtin && settings.trainerImages?.[variantOf(builtin, resources.instanceResources.gpuCount)];
  if (ours) return { image: ours, rayVersion: TRAINER_RAY_VERSION };
  return { image: settings.rayImage, rayVersion: rayVersionOf(settings.rayImage) };
}

/** TensorFlow's package for GPUs is in none of them: with GPUs it ends with a word that says so. */
function variantOf({ name, needsGpus }: Algorithm, gpus: number): TrainerVariant {
  if (name.startsWith('tensorflow-') || name.startsWith('tf-')) return 'tensorflow';
  return needsGpus || gpus > 0 ? 'gpu' : 'cpu';
}

/** Ray's own images have it in their tag: rayproject/ray:2.53.0-py312-gpu. */
export const rayVersionOf = (image: string): string =>
  /(?:^|\/)ray(?:-ml|-llm)?:(\d+\.\d+\.\d+)(?![\w.])/.exec(image)?.[1] ?? RAY_VERSION;
