import { type ListedJob, Problem } from '../../client/index.ts';
import type { Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failures.ts';

/** What the service makes of a name: it adds eight hex digits. */
const ID = /-[0-9a-f]{8}$/;

/** The id of a job that is named by its id, or by its name: then its newest. */
export const findJob = async (cli: Cli, said: string): Promise<string> => {
  const { client, namespace, server } = await cli.connection();
  if (ID.test(said)) {
    // A name may look like an id, too.
    const isId = await client.jobs.status(said).then(
      () => true,
      (error) => (error instanceof Problem && error.status === 404 ? false : Promise.reject(error)),
    );
    if (isId) return said;
  }
  const named = (job: ListedJob) => job.jobName === said;
  for await (const { jobs } of client.jobs.pages({ q: said, ...(namespace && { namespace }) }, { pageSize: 100 })) {
    const newest = jobs.find(named);
    if (newest) return newest.id;
  }
  const where = namespace === undefined ? server : `namespace ${namespace} of ${server}`;
  throw new Failure(
    EXIT.notFound,
    `There is no job ${said} in ${where}.`,
    `"${cli.name} list" shows the jobs that you may see.`,
  );
};
