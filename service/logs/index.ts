export { keepLogs } from './keep.ts';
export { readLogs } from './read.ts';
export type { LogQuery } from './sources.ts';
