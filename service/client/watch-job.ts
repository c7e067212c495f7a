import type { EventOptions, EventStream } from './event-stream.ts';
import { isFinished } from './finished.ts';
import type { Connection, StreamOptions } from './reconnect.ts';
import type { Job, JobEvent, WatchedJob } from './types.ts';

/** First the stream, then the job: what happens between the two is in both, and nothing is in neither. */
export async function* watchJob(
  get: () => Promise<Job>,
  openEvents: (options: Pick<EventOptions, 'onConnection' | 'signal'>) => EventStream,
  { onConnection, signal }: StreamOptions,
): AsyncGenerator<WatchedJob | null, void, void> {
  let opened = (): void => undefined;
  const open = new Promise<void>((resolve) => {
    opened = resolve;
  });
  // A stream that waits for its next event is left by its signal alone.
  const leaving = new AbortController();
  const leave = () => leaving.abort();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  const events = openEvents({
    signal: leaving.signal,
    onConnection: (connection: Connection) => {
      if (connection.state === 'open') opened();
      onConnection?.(connection);
    },
  })[Symbol.asyncIterator]();
  const ask = () => {
    const next = events.next();
    // Told when it is its turn.
    next.catch(() => undefined);
    return next;
  };
  try {
    let next = ask();
    await Promise.race([open, next]);
    let job: WatchedJob = await get();
    yield job;
    while (!isFinished(job)) {
      const { value, done } = await next;
      if (done) return;
      next = ask();
      const told = await toldBy(value, job, get);
      if (told === job) continue;
      yield told;
      if (told === null) return;
      job = told;
    }
  } finally {
    leave();
    signal?.removeEventListener('abort', leave);
  }
}

/** The same job where the event is older than it. */
const toldBy = async (event: JobEvent, job: WatchedJob, get: () => Promise<Job>): Promise<WatchedJob | null> => {
  // Events of an earlier version of the service do not say how they left the job.
  if (event.job === undefined) return get();
  if (event.job === null) return null;
  return event.job.updatedAt >= job.updatedAt ? { ...job, ...event.job } : job;
};
