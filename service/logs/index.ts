export { keepLogs, type LogKeeper } from './keep.ts';
export { type JobLogs, type LogReader, readLogs } from './read.ts';
export type { LogQuery } from './sources.ts';
