import { z } from 'zod';

export const STATES = ['Pending', 'Initializing', 'Running', 'Completed', 'Failed', 'Suspended'] as const;
export type State = (typeof STATES)[number];

export const isFinal = (state: State | undefined): boolean => state === 'Completed' || state === 'Failed';

const time = z.iso.datetime({ offset: true });
const count = z.int().min(0);

export const CONDITION_TYPES = [
  'Ready',
  'Initialized',
  'Running',
  'Suspended',
  'Stalled',
  'Completed',
  'Failed',
  'Warning',
] as const;
export type ConditionType = (typeof CONDITION_TYPES)[number];

const condition = z.object({
  type: z.string().max(316),
  status: z.enum(['True', 'False', 'Unknown']),
  reason: z.string().max(1024),
  message: z.string().max(32_768),
  lastTransitionTime: time,
  observedGeneration: count.optional(),
});

/** What the controller writes, as one field manager. */
const controllerFields = {
  progress: z.string().optional().describe('Of all that is to be done: 45%.'),
  state: z.enum(STATES).optional(),
  reason: z.string().optional().describe('Why it is in this state, in one word.'),
  message: z.string().optional(),
  workers: z
    .object({
      active: count.optional(),
      succeeded: count.optional(),
      failed: count.optional(),
      pending: count.optional(),
      summary: z.string().optional().describe('Workers that run or have succeeded, of all: 3/4.'),
    })
    .optional(),
  conditions: z
    .array(condition)
    .optional()
    .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['type'] }),
  startTime: time.optional().describe('When the first attempt was made.'),
  completionTime: time.optional(),
  duration: z.string().optional().describe('From start to completion: 1h2m3s.'),
  failureReason: z.string().optional(),
  failureMessage: z.string().optional(),
  attempt: count.optional().describe('All workers together, from 1. Each restart and each resumption is another one.'),
  jobUid: z.string().optional().describe('Of the Job of this attempt, once it was seen.'),
  restartCount: count.optional().describe('Attempts that followed a failure or a disruption.'),
  failures: count.optional().describe('Attempts that failed, which backoffLimit bounds.'),
  activeSeconds: count.optional().describe('How long earlier attempts lasted, which activeDeadlineSeconds bounds.'),
  observedGeneration: count.optional(),
};

/** What reports of the training bring, as another field manager. */
const progressFields = {
  progress: controllerFields.progress,
  currentEpoch: count.optional(),
  totalEpochs: count.optional(),
  currentStep: count.optional(),
  totalSteps: count.optional(),
  eta: z.string().optional().describe('What the training expects still to need: 12m30s.'),
  metrics: z.record(z.string(), z.number()).optional(),
  measured: z.string().optional().describe('The metrics in one line, for a column: loss=0.31, accuracy=0.9.'),
  checkpoint: z.object({ latest: z.string().optional(), epoch: count.optional(), time: time.optional() }).optional(),
  progressAttempt: count.optional().describe('The attempt that reported it.'),
  progressTime: time.optional().describe("By the training's own clock."),
  stepTime: time.optional().describe('When a report last brought a further step.'),
  stepSeconds: z.number().min(0).optional().describe('Median time of a step.'),
  best: z
    .object({ metric: z.string(), value: z.number(), epoch: count })
    .optional()
    .describe('Which earlyStoppingPatience compares with.'),
};

export const statusSchema = z.object({ ...controllerFields, ...progressFields });
const controllerStatusSchema = z.object(controllerFields);
const progressStatusSchema = z.object(progressFields);

export type Status = z.output<typeof statusSchema>;
export type ControllerStatus = z.output<typeof controllerStatusSchema>;
export type ProgressStatus = z.output<typeof progressStatusSchema>;
export type Condition = z.output<typeof condition>;

/** It makes no steps. The condition alone is true of a job that has failed, too. */
export const isStandingStill = ({ conditions, state }: Status): boolean =>
  !isFinal(state) && conditions?.some(({ type, status }) => type === 'Stalled' && status === 'True') === true;
