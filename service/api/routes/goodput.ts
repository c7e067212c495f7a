import pLimit from 'p-limit';
import { goodputAsCsv, goodputOf, type Period } from '../../jobs/goodput.ts';
import { visibleNamespaces } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { invalid } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { GoodputBody, GoodputQuery } from '../schemas.ts';

/** Whose attempts are read for one answer: a second or so. */
const MAX_JOBS = 20_000;
/** The database's sessions are for others, too. */
const AT_ONCE = 2;
const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 7;
const MAX_DAYS = 366;

/** What work came to. */
export const goodputRoute = ({ store }: ApiDependencies): Route => {
  const limit = pLimit(AT_ONCE);
  return route({
    method: 'get',
    path: '/api/v1/goodput',
    tag: 'Jobs',
    summary: 'Hours by namespace, what was lost of them and to what, and steps kept of those run',
    description:
      'Of jobs that are still known. An attempt that reaches beyond the time that is asked for counts by the part that lies within, as if it had run evenly. format=csv answers the teams as text/csv; the header Goodput-Complete says whether all jobs were counted.',
    role: 'viewer',
    query: GoodputQuery,
    answers: { 200: { description: 'The hours, and the steps', body: GoodputBody } },
    async handle({ query, caller, response }) {
      const period = periodOf(query);
      const namespaces = visibleNamespaces(caller, query.namespace);
      const { complete, works } = await limit(() => store.jobs.works(period, namespaces, MAX_JOBS));
      const teams = goodputOf(works);
      if (query.format === 'json') return { body: { ...period, complete, teams } };
      response.status(200).type('text/csv').set('Goodput-Complete', String(complete)).end(goodputAsCsv(teams));
      return 'streamed';
    },
  });
};

function periodOf({
  from,
  to = new Date(),
}: {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}): Period {
  const period = { from: from ?? new Date(to.getTime() - DEFAULT_DAYS * DAY_MS), to };
  const length = period.to.getTime() - period.from.getTime();
  if (length <= 0) throw invalid([{ path: ['from'], message: 'must be before to' }]);
  if (length > MAX_DAYS * DAY_MS)
    throw invalid([{ path: ['from'], message: `must be at most ${MAX_DAYS} days before to` }]);
  return period;
}
