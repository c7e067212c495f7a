import { useEffect, useState } from 'react';
import { createLogReader, type LogLine } from '../lib/log-buffer.ts';
import { openLog } from './service.ts';
import type { Job } from './types.ts';

interface Log {
  readonly lines: readonly LogLine[];
  readonly state: 'loading' | 'following' | 'ended' | 'failed';
  readonly error: unknown;
}

const RENDER_MS = 100;
const RETRY_MS = 2000;

/**
 * The job's log as it is written, until the job ends; of a job that has ended, what was kept. A line that breaks is taken up
 * again by itself, from the beginning of the log, so that nothing is doubled and nothing is missing.
 */
export const useLog = (job: Job, run: number | null): Log => {
  const [log, setLog] = useState<Log>({ lines: [], state: 'loading', error: null });
  const [tries, setTries] = useState(0);
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
      const response = await openLog(job.id, { follow: true, run }, leaving.signal);
      const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      for (let chunk = await chunks?.read(); chunk?.value !== undefined; chunk = await chunks?.read()) {
        reader.read(chunk.value);
        timer ??= setTimeout(() => show('following'), RENDER_MS);
      }
      reader.end();
      show('ended');
    };
    read().catch((error) => {
      if (leaving.signal.aborted) return;
      // What was read stays on the page until the next try has something to show.
      setLog((before) => ({
        lines: reader.lines.length > 0 ? [...reader.lines] : before.lines,
        state: 'failed',
        error,
      }));
      timer = setTimeout(() => setTries(tries + 1), RETRY_MS);
    });
    return () => {
      leaving.abort();
      clearTimeout(timer);
    };
  }, [job.id, mark, run, tries]);
  return log;
};
