import type { Response } from 'express';
import { z } from 'zod';
import { mayIn } from '../../auth/identity.ts';
import { logRuns, readLogs } from '../../logs/index.ts';
import { withSignals } from '../../signals.ts';
import { visibleJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { disconnected } from '../disconnect.ts';
import { type Route, route } from '../route.ts';
import { JobPath, LogQuery, LogRunsBody } from '../schemas.ts';
import { turn } from '../turns.ts';
import { whileAllowed } from '../while-allowed.ts';
import { write } from '../write.ts';

/** Some milliseconds' work. */
const LINES_IN_A_TURN = 500;

export const logRoute = ({ store, karmada, learn, stopping, authenticator }: ApiDependencies): Route =>
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/logs',
    tag: 'Jobs',
    summary: 'Output of a job: live from its pods, or what was kept of them',
    description: 'The header X-Log-Source says which: pods, kept, or none when nothing was written yet.',
    role: 'viewer',
    params: JobPath,
    query: LogQuery,
    answers: { 200: { description: 'Plain text, as it comes', body: z.string(), type: 'text/plain' } },
    async handle({ params, query, caller, request, response }) {
      const job = await visibleJob(store, params.id, caller);
      const allowed = whileAllowed(authenticator, response, (now) => mayIn(now, 'viewer', job.namespace));
      return withSignals([disconnected(response), stopping, allowed.signal], async (signal) => {
        const { from, lines } = await readLogs({ store, karmada, learn }, job, query, signal);
        response.writeHead(200, {
          'Content-Type': 'text/plain; charset=utf-8',
          'X-Log-Source': from,
          // nginx would collect the lines before passing them on.
          'X-Accel-Buffering': 'no',
        });
        // A job that waits may write nothing for hours; who follows it wants to know at once that the line stands.
        response.flushHeaders();
        if (request.method !== 'HEAD') await sendAll(lines, response, signal);
        response.end();
        return 'streamed' as const;
      }).finally(allowed.release);
    },
  });

/** A job runs anew after a suspension, a failed try, or when its container is started again. */
export const logRunsRoute = ({ store, karmada }: ApiDependencies): Route =>
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/logs/runs',
    tag: 'Jobs',
    summary: 'Which runs of a job have output, to be read by ?run=',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'From the first on', body: LogRunsBody } },
    async handle({ params, caller, response }) {
      const job = await visibleJob(store, params.id, caller);
      return { body: await logRuns({ store, karmada }, job, disconnected(response)) };
    },
  });

/** At the pace of the reader. One who is gone, or a service that stops, ends it; what was sent stands. */
async function sendAll(lines: AsyncIterable<string>, response: Response, signal: AbortSignal): Promise<void> {
  try {
    let sent = 0;
    for await (const line of lines) {
      if (signal.aborted) return;
      if (++sent % LINES_IN_A_TURN === 0) await turn();
      await write(response, line, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
