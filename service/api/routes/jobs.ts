import { z } from 'zod';
import { mayIn } from '../../auth/identity.ts';
import type { JobQuery } from '../../store/store.ts';
import { visibleJob, visibleNamespaces } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Route, route } from '../route.ts';
import {
  AttemptBody,
  FilterValuesBody,
  JobBody,
  JobEventBody,
  JobListQuery,
  JobPath,
  JobStateBody,
  jobFilters,
  ListedJobBody,
  QueueBody,
  SummaryBody,
} from '../schemas.ts';
import { turn } from '../turns.ts';
import { anyJobView, eventView, jobStateView, jobView } from '../views.ts';

/** Whose place is told: who is further back has a long time to wait in any case. */
const MAX_QUEUE = 1000;

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
  route({
    method: 'get',
    path: '/api/v1/summary',
    tag: 'Jobs',
    summary: 'Jobs counted by state and cluster',
    role: 'viewer',
    query: z.object(jobFilters),
    answers: { 200: { description: 'The counts', body: SummaryBody } },
    async handle({ query, caller }) {
      const { namespace, status, state, algorithm, cluster, owner, reason, q } = query;
      const namespaces = visibleNamespaces(caller, namespace);
      const filter = {
        namespaces,
        statuses: status,
        states: state,
        algorithm,
        cluster,
        owner,
        reasons: reason,
        text: q,
      };
      return { body: await store.jobs.summary(filter) };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/filters',
    tag: 'Jobs',
    summary: 'Values to filter the list by: which the newest jobs have, and how many of them',
    role: 'viewer',
    answers: { 200: { description: 'By field', body: FilterValuesBody } },
    handle: async ({ caller }) => ({ body: await store.jobs.filterValues(visibleNamespaces(caller, undefined)) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/queue',
    tag: 'Jobs',
    summary: 'Jobs that wait to be dispatched, with their places in the queue',
    role: 'viewer',
    answers: { 200: { description: `The first ${MAX_QUEUE}`, body: QueueBody } },
    async handle({ caller }) {
      const { waiting, jobs } = await store.jobs.queue(MAX_QUEUE);
      const visible = jobs.filter(({ namespace }) => mayIn(caller, 'viewer', namespace));
      return { body: { waiting, jobs: visible.map(({ id, position }) => ({ id, position })) } };
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
