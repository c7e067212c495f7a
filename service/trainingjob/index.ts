export { type Attempt, POD_SECURITY, type PodSecurity, type Surroundings } from './children/attempt.ts';
export { isOnClaim, nameOfClaim } from './children/checkpoints.ts';
export { childrenOf } from './children/children.ts';
export { configHash } from './children/config-hash.ts';
export { specHash } from './children/spec-hash.ts';
export { API, API_VERSION, CONTAINER, jobName, LABELS, POD_SECURITY_LABEL, PROGRESS, podGroupName } from './names.ts';
export { absorb } from './progress/absorb.ts';
export { nextPace, type PaceOfSteps, secondsOfStep } from './progress/pace.ts';
export { findReport, MAX_REPORT_BYTES, parseReport, type Report } from './progress/report.ts';
export { customResourceDefinition } from './schema/crd.ts';
export type { SpecInput } from './schema/spec.ts';
export {
  type ControllerStatus,
  isFinal,
  isStandingStill,
  type ProgressStatus,
  type Status,
  statusSchema,
} from './schema/status.ts';
export { type Decision, decide, type Happening, ownPart, refuse } from './state/decide.ts';
export { type BatchJob, type Pod, readBatchJob, readPod, type Seen, type Trouble } from './state/seen.ts';
export { isPaceKnown } from './state/stall.ts';
export { isUnexplained, troubleIn, whoseEvents } from './state/waiting.ts';
export { type Reading, readTrainingJob, type TrainingJob } from './training-job.ts';
