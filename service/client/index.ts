export {
  type Client,
  type ClientOptions,
  createClient,
  type ListOptions,
  type NewJobOptions,
  type RequestOptions,
} from './client.ts';
export type { EventOptions, EventStream } from './event-stream.ts';
export { isFinished } from './finished.ts';
export type { LogLine, LogOptions } from './log-stream.ts';
export { type FieldError, Problem, Unreachable } from './problem.ts';
export { randomKey } from './random-key.ts';
export type { Connection, StreamOptions } from './reconnect.ts';
export type { TransportOptions } from './transport.ts';
export type * from './types.ts';
export { whyNoUtilisation } from './why-no-utilisation.ts';
