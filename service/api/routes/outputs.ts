import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { mayIn } from '../../auth/identity.ts';
import { StorageError } from '../../objects/object-storage.ts';
import type { Output } from '../../outputs/outputs.ts';
import type { OutputContent } from '../../outputs/shelf.ts';
import { withSignals } from '../../signals.ts';
import { visibleJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { disconnected } from '../disconnect.ts';
import { notFound, Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { JobPath, OutputQuery, OutputsBody } from '../schemas.ts';
import { whileAllowed } from '../while-allowed.ts';

/** Of all callers of one replica: each takes a connection to the storage and some buffers. */
const MAX_DOWNLOADS = 16;
/** A reader who takes nothing for so long is gone. */
const STALLED_MS = 60_000;

/** What jobs leave: a model, result.json. */
export const outputRoutes = ({ authenticator, outputs, stopping, store }: ApiDependencies): Route[] => {
  let downloads = 0;
  return [
    route({
      method: 'get',
      path: '/api/v1/jobs/{id}/outputs',
      tag: 'Jobs',
      summary: 'What a job has left, and where',
      description:
        'The files in the folder of its id below its artifactUri, where this service can read that; else the place, with why.',
      role: 'viewer',
      params: JobPath,
      answers: { 200: { description: 'By name', body: OutputsBody } },
      async handle({ params, caller, response }) {
        const job = await visibleJob(store, params.id, caller);
        const found = await withSignals([disconnected(response), stopping], (signal) => outputs.list(job, signal));
        return { body: { outputs: found.outputs.map((each) => outputView(job.id, each)), why: found.why } };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/jobs/{id}/outputs/file',
      tag: 'Jobs',
      summary: 'One file that a job has left',
      description: `As it comes from where it lies. At most ${MAX_DOWNLOADS} at a time; 503 for more.`,
      role: 'viewer',
      params: JobPath,
      query: OutputQuery,
      answers: { 200: { description: 'Its bytes', body: z.string(), type: 'application/octet-stream' } },
      async handle({ params, query: { name }, caller, request, response }) {
        const job = await visibleJob(store, params.id, caller);
        if (downloads >= MAX_DOWNLOADS) {
          throw new Problem(503, 'As many files as can be are being downloaded just now', {
            headers: { 'Retry-After': '5' },
          });
        }
        downloads += 1;
        const allowed = whileAllowed(authenticator, response, (now) => mayIn(now, 'viewer', job.namespace));
        try {
          return await withSignals([disconnected(response), stopping, allowed.signal], async (signal) => {
            const content = await outputs.open(job, name, signal).catch(told);
            if (!content) throw notFound(`output ${name} of job ${job.id} that can be read here`);
            response.writeHead(200, {
              'Content-Type': 'application/octet-stream',
              ...(content.sizeBytes !== null && { 'Content-Length': content.sizeBytes }),
              'Content-Disposition': `attachment; filename*=UTF-8''${fileName(name)}`,
              'Cache-Control': 'no-store',
            });
            response.setTimeout(STALLED_MS, () => response.destroy());
            if (request.method === 'HEAD') {
              await content.body[Symbol.asyncIterator]().return?.();
              response.end();
            } else {
              // Half of it cannot be taken back: the connection is closed, so that the caller sees it cut off.
              await pipeline(whole(content), response, { signal }).catch(() => response.destroy());
            }
            return 'streamed' as const;
          });
        } finally {
          downloads -= 1;
          allowed.release();
        }
      },
    }),
  ];
};

/** A file that is being written may end before the length that it had. */
async function* whole({ body, sizeBytes }: OutputContent): AsyncGenerator<Uint8Array, void, void> {
  let sent = 0;
  for await (const chunk of body) {
    sent += chunk.length;
    yield chunk;
  }
  if (sizeBytes !== null && sent !== sizeBytes) throw new Error(`It had ${sent} bytes, and not ${sizeBytes}`);
}

const outputView = (jobId: string, { isServed, ...output }: Output) => ({
  ...output,
  href: isServed ? `/api/v1/jobs/${jobId}/outputs/file?name=${encodeURIComponent(output.name)}` : null,
});

/** RFC 8187 allows fewer characters than encodeURIComponent leaves alone. */
const fileName = (name: string): string =>
  encodeURIComponent(name.split('/').at(-1) ?? name).replace(
    /['()*!]/g,
    (each) => `%${each.charCodeAt(0).toString(16)}`,
  );

/** Its address and its own words are for the log. */
const told = (error: unknown): never => {
  if (!(error instanceof StorageError)) throw error;
  const status = error.status === null || error.status >= 500 ? 503 : 502;
  throw new Problem(status, 'The object storage cannot be asked just now', { cause: error });
};
