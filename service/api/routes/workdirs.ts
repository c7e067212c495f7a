import { ENV } from '../../contract.ts';
import { explain, problemsOf } from '../../jobs/problems.ts';
import { StorageError } from '../../objects/object-storage.ts';
import { requireSubmitter } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { invalid, Problem } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { WorkdirBody, WorkdirRequestBody } from '../schemas.ts';

/** Folders that are sent along with jobs. */
export const workdirRoute = ({ workdirs }: ApiDependencies): Route =>
  route({
    method: 'post',
    path: '/api/v1/workdirs',
    tag: 'Jobs',
    summary: 'Where a folder goes that a job is to start in',
    description:
      'The folder as a zip file that has one folder at its top, named by its SHA-256. Who sends one that is not there yet brings it to the object storage by the upload that this answers: PUT, with exactly these headers. A job names it as its workdir. 409 where the platform takes no folders.',
    role: 'submitter',
    body: WorkdirRequestBody,
    answers: { 200: { description: 'Where it lies, and how to bring it there', body: WorkdirBody } },
    async handle({ body, caller }) {
      const parsed = WorkdirRequestBody.safeParse(body, { error: explain });
      if (!parsed.success) throw invalid(problemsOf(parsed.error));
      requireSubmitter(caller, parsed.data.namespace);
      if (workdirs === null)
        throw new Problem(409, `This platform takes no folders: ${ENV.workdirUrl} is not set, by whoever runs it`);
      const { maxBytes } = workdirs;
      if (parsed.data.bytes > maxBytes)
        throw invalid([{ path: ['bytes'], message: `must be at most ${maxBytes}: the folder is too large, packed` }]);
      return { body: await workdirs.offer(parsed.data).catch(told) };
    },
  });

/** Its address and its answer are for whoever runs the platform. */
const told = (error: unknown): never => {
  if (!(error instanceof StorageError)) throw error;
  const status = error.status === null || error.status >= 500 ? 503 : 502;
  throw new Problem(status, 'The object storage of the platform cannot be asked just now', { cause: error });
};
