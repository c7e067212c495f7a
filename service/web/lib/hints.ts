import { factsOf } from '../../contract/reasons.ts';

/** What to do about what Kubernetes and KubeRay write, by the words that occur in it. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|pull(ing)? image/i,
    'The image cannot be pulled. Check its name and tag, and that this cluster may read from the registry.',
  ],
  [
    /exceeded quota|quota/i,
    'The namespace has used up its quota in this cluster. Ask for less, wait until other jobs end, or choose other target clusters.',
  ],
  [
    /Insufficient|Unschedulable|FailedScheduling|nodes are available/i,
    'No node has room for a pod of this size. Ask for less CPU, memory or GPUs, choose other target clusters, or wait until other jobs end.',
  ],
  [
    /persistentvolumeclaim|FailedMount|FailedAttachVolume|unbound|ProvisioningFailed/i,
    'The volume is not ready. Check the claim and its storage class in this cluster.',
  ],
  [
    /CreateContainerConfigError|secret .* not found|configmap .* not found/i,
    'A Secret or ConfigMap that the pods refer to is missing in this cluster.',
  ],
  [/OOMKilled/i, 'The container used more memory than it asked for. Retry with more memory.'],
  [/CrashLoopBackOff|RunContainerError/i, 'The container starts and ends at once. Its log says why.'],
  [/DeadlineExceeded/i, 'The time limit was reached. Retry with a longer one under "Stopping condition".'],
];

/** The words of a message are more telling than a reason of ours, which stands for many of them. */
export const hintFor = (reason: string | null | undefined, ...texts: readonly (string | null | undefined)[]) => {
  const said = [reason, ...texts].filter(Boolean).join(' ');
  return HINTS.find(([pattern]) => pattern.test(said))?.[1] ?? factsOf(reason ?? '')?.hint;
};
