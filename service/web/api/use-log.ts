import { useEffect, useState } from 'react';
import { createLogReader, type LogLine } from '../lib/log-buffer.ts';
import { readLog } from './service.ts';
import type { Job } from './types.ts';

interface Log {
  readonly lines: readonly LogLine[];
  readonly state: 'loading' | 'following' | 'ended' | 'failed';
  readonly error: unknown;
}

const RENDER_MS = 100;

/**
 * The job's log as it is written, until the job ends; of a job that has ended, what was kept. A line that breaks is taken up
 * by itself where it broke.
 */
export const useLog = (job: Job, run: number | null): Log => {
  const [log, setLog] = useState<Log>({ lines: [], state: 'loading', error: null });
  const mark = job.objectName.slice(-8);

  useEffect(() => {
    const leaving = new AbortController();
    const reader = createLogReader(mark);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const show = (state: Log['state'], error: unknown = null): void => {
      clearTimeout(timer);
      timer = undefined;
      setLog({ lines: [...reader.lines], state, error });
    };
    const read = async (): Promise<void> => {
      const log = readLog(job.id, {
        follow: true,
        ...(run !== null && { run }),
        signal: leaving.signal,
        // What was read stays on the page until there is more to show.
        onConnection: (connection) => {
          if (connection.state === 'lost') show('failed', connection.error);
        },
      });
      for await (const { at, text } of log) {
        reader.add(text, at);
        timer ??= setTimeout(() => show('following'), RENDER_MS);
      }
      if (!leaving.signal.aborted) show('ended');
    };
    read().catch((error) => show('failed', error));
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [job.id, mark, run]);
  return log;
};
