export { fromBatchJob } from './batchjob.ts';
export * from './cells.ts';
export { fromRayJob, fromRayJobCells } from './rayjob.ts';
export * from './summary.ts';
export { fromTrainingJob } from './trainingjob.ts';
export * from './transition.ts';
