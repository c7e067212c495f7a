import { z } from 'zod';
import { mayIn } from '../../auth/identity.ts';
import { sharedAnswer } from '../../shared-answer.ts';
import { visibleNamespaces } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Route, route } from '../route.ts';
import { FilterValuesBody, jobFilters, QueueBody, SummaryBody, TeamsBody } from '../schemas.ts';

/** Whose place is told: who is further back has a long time to wait in any case. */
const MAX_QUEUE = 1000;

/** Each is some milliseconds of the database, and every page that is open asks again and again. */
const QUEUE_EVERY_MS = 500;
const FILTERS_EVERY_MS = 2_000;
const TEAMS_EVERY_MS = 2_000;

/** All jobs together: counted, their values, and those that wait. */
export const overviewRoutes = ({ store }: ApiDependencies): Route[] => {
  const queue = sharedAnswer(QUEUE_EVERY_MS, () => store.jobs.queue(MAX_QUEUE));
  const filterValues = sharedAnswer(FILTERS_EVERY_MS, (namespaces: readonly string[] | undefined) =>
    store.jobs.filterValues(namespaces),
  );
  const teams = sharedAnswer(TEAMS_EVERY_MS, (namespaces: readonly string[] | undefined) =>
    store.jobs.teams(namespaces),
  );
  return [
    route({
      method: 'get',
      path: '/api/v1/summary',
      tag: 'Jobs',
      summary: 'Jobs counted by state and cluster',
      role: 'viewer',
      query: z.object(jobFilters),
      answers: { 200: { description: 'The counts', body: SummaryBody } },
      async handle({ query, caller }) {
        const { namespace, status, state, algorithm, cluster, owner, reason, attention, q } = query;
        const namespaces = visibleNamespaces(caller, namespace);
        const filter = {
          namespaces,
          statuses: status,
          states: state,
          algorithm,
          cluster,
          owner,
          reasons: reason,
          attention,
          text: q,
        };
        return { body: await store.jobs.summary(filter) };
      },
    }),
    route({
      method: 'get',
      path: '/api/v1/filters',
      tag: 'Jobs',
      summary: 'Values to filter and to sort the list by: which the newest jobs have, and how many of them',
      role: 'viewer',
      answers: { 200: { description: 'By field', body: FilterValuesBody } },
      handle: async ({ caller }) => ({ body: await filterValues(visibleNamespaces(caller, undefined)) }),
    }),
    route({
      method: 'get',
      path: '/api/v1/teams',
      tag: 'Jobs',
      summary: 'What each namespace uses, and waits for',
      description: 'Of namespaces with jobs that have not ended; those that use the most GPUs first.',
      role: 'viewer',
      answers: { 200: { description: 'By namespace', body: TeamsBody } },
      handle: async ({ caller }) => ({ body: { teams: await teams(visibleNamespaces(caller, undefined)) } }),
    }),
    route({
      method: 'get',
      path: '/api/v1/queue',
      tag: 'Jobs',
      summary: 'Jobs that wait to be dispatched, with their places in the queue',
      role: 'viewer',
      answers: { 200: { description: `The first ${MAX_QUEUE}`, body: QueueBody } },
      async handle({ caller }) {
        const { waiting, jobs } = await queue();
        const visible = jobs.filter(({ namespace }) => mayIn(caller, 'viewer', namespace));
        return { body: { waiting, jobs: visible.map(({ id, position }) => ({ id, position })) } };
      },
    }),
  ];
};
