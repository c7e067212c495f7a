import { z } from 'zod';

// As much of a pod as tells how it is. Anything may be missing in it, and nothing is taken on trust.

const ended = z.looseObject({
  exitCode: z.number().optional(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const containerStatus = z.looseObject({
  name: z.string().default(''),
  ready: z.boolean().default(false),
  restartCount: z.number().default(0),
  state: z
    .looseObject({
      waiting: z.looseObject({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      running: z.looseObject({}).optional(),
      terminated: ended.optional(),
    })
    .default({}),
  lastState: z.looseObject({ terminated: ended.optional() }).default({}),
});
const condition = z.looseObject({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const podSchema = z.object({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    uid: z.string().optional(),
    creationTimestamp: z.string().nullish(),
    deletionTimestamp: z.string().nullish(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.looseObject({ nodeName: z.string().optional() }).default({}),
  status: z
    .looseObject({
      phase: z.string().default('Unknown'),
      reason: z.string().optional(),
      message: z.string().optional(),
      conditions: z.array(condition).default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});

export type Pod = z.infer<typeof podSchema>;
export type ContainerStatus = z.infer<typeof containerStatus>;

export const readPod = (object: unknown): Pod => podSchema.parse(object);

export const isReady = ({ status }: Pod): boolean =>
  status.conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True');

/** Up, or done. */
export const isWell = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || isReady(pod);

export const restartsOf = ({ status }: Pod): number =>
  [...status.initContainerStatuses, ...status.containerStatuses].reduce(
    (sum, { restartCount }) => sum + restartCount,
    0,
  );

/** Those that keep the pod from being ready. One that waits for the init containers is not among them. */
export const unwellContainers = ({ status }: Pod): ContainerStatus[] => [
  ...status.initContainerStatuses.filter(({ ready, state }) => !ready && state.terminated?.exitCode !== 0),
  ...status.containerStatuses.filter(
    ({ ready, state }) => !ready && state.terminated?.exitCode !== 0 && state.waiting?.reason !== 'PodInitializing',
  ),
];
