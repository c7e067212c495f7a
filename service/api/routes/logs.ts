import { once } from 'node:events';
import { z } from 'zod';
import { visibleJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { disconnected } from '../disconnect.ts';
import { type Route, route } from '../route.ts';
import { JobPath, LogQuery } from '../schemas.ts';

/** A reader who takes nothing for so long is gone. */
const STALLED_MS = 60_000;

export const logRoute = ({ store, readLogs, stopping }: ApiDependencies): Route =>
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/logs',
    tag: 'Jobs',
    summary: 'Output of a job: live from its pods, or what was kept of them',
    role: 'viewer',
    params: JobPath,
    query: LogQuery,
    answers: { 200: { description: 'Plain text, as it comes', body: z.string(), type: 'text/plain' } },
    async handle({ params, query, caller, request, response }) {
      const job = await visibleJob(store, params.id, caller);
      const signal = AbortSignal.any([disconnected(response), stopping]);
      const lines = readLogs(job, query, signal)[Symbol.asyncIterator]();
      // The first piece before the head of the answer: a failure up to here is still told as a problem. One who follows wants
      // the head at once, since a job that waits may write nothing for hours.
      const first = query.follow ? undefined : await lines.next();
      response.writeHead(200, {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Content-Type-Options': 'nosniff',
        'X-Accel-Buffering': 'no',
      });
      response.flushHeaders();
      if (request.method === 'HEAD') {
        await lines.return?.();
        response.end();
        return 'streamed';
      }
      try {
        for (let next = first ?? (await lines.next()); !next.done; next = await lines.next()) {
          if (response.write(next.value)) continue;
          await once(response, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(STALLED_MS)]) });
        }
        response.end();
      } catch (error) {
        if (!signal.aborted) throw error;
        // The reader is gone, or the service stops: what was sent stands.
        response.end();
      } finally {
        await lines.return?.();
      }
      return 'streamed';
    },
  });
