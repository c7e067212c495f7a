import { z } from 'zod';
import type { JobQuery } from '../../store/store.ts';
import { visibleJob, visibleNamespaces } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Route, route } from '../route.ts';
import { AttemptBody, JobBody, JobEventBody, JobListQuery, JobPath, JobStateBody, ListedJobBody } from '../schemas.ts';
import { turn } from '../turns.ts';
import { anyJobView, eventView, jobStateView, jobView } from '../views.ts';

/** Reading jobs. */
export const jobRoutes = ({ store }: ApiDependencies): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/jobs',
    tag: 'Jobs',
    summary: 'List jobs, a page at a time',
    description: 'A bare array. When there are more, the Link header names the next page (rel="next").',
    role: 'viewer',
    query: JobListQuery,
    answers: { 200: { description: 'The page', body: z.array(ListedJobBody) } },
    async handle({ query, caller, request }) {
      const { jobs, nextCursor } = await store.jobs.list({
        withRequests: query.view === 'full',
        namespaces: visibleNamespaces(caller, query.namespace),
        statuses: query.status,
        states: query.state,
        algorithm: query.algorithm,
        cluster: query.cluster,
        owner: query.owner,
        reasons: query.reason,
        attention: query.attention,
        text: query.q,
        ...orderOf(query.sort),
        limit: query.limit,
        cursor: query.cursor,
      });
      // Up to a megabyte of text is made of them.
      await turn();
      return { headers: nextLink(request.originalUrl, nextCursor), body: jobs.map(anyJobView) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}',
    tag: 'Jobs',
    summary: 'One job',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'The job', body: JobBody } },
    handle: async ({ params, caller }) => ({ body: jobView(await visibleJob(store, params.id, caller)) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/status',
    tag: 'Jobs',
    summary: 'State of a job, summed up over its clusters',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'The state', body: JobStateBody } },
    handle: async ({ params, caller }) => ({ body: jobStateView(await visibleJob(store, params.id, caller)) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/events',
    tag: 'Jobs',
    summary: "A job's history: its newest 1,000 transitions, oldest first",
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'The events', body: z.array(JobEventBody) } },
    async handle({ params, caller }) {
      const job = await visibleJob(store, params.id, caller);
      const events = await store.events.ofJob(job.id);
      await turn();
      return { body: events.map(eventView) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/attempts',
    tag: 'Jobs',
    summary: 'The job and its retries, oldest first',
    role: 'viewer',
    params: JobPath,
    answers: { 200: { description: 'The attempts', body: z.array(AttemptBody) } },
    async handle({ params, caller }) {
      const job = await visibleJob(store, params.id, caller);
      return { body: await store.jobs.attempts(job.id) };
    },
  }),
];

/** "-createdAt": the newest first. */
function orderOf(sort: z.output<typeof JobListQuery>['sort']): Pick<JobQuery, 'sort' | 'descending'> {
  const descending = sort.startsWith('-');
  return { sort: (descending ? sort.slice(1) : sort) as JobQuery['sort'], descending };
}

/** Relative, so that it holds behind any proxy. */
function nextLink(url: string, cursor: string | null): Record<string, string> {
  if (cursor === null) return {};
  const next = new URL(url, 'http://localhost');
  next.searchParams.set('cursor', cursor);
  return { Link: `<${next.pathname}${next.search}>; rel="next"` };
}
