export { fromBatchJob } from './batchjob.ts';
export { fromRayJob } from './rayjob.ts';
export * from './summary.ts';
export * from './transition.ts';
