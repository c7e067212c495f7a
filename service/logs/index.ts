export { keepLogs } from './keep.ts';
export type { Learn } from './lines.ts';
export { logRuns, readLogs } from './read.ts';
export { type LogRecorder, startLogRecorder } from './recorder.ts';
export type { LogQuery } from './sources.ts';
