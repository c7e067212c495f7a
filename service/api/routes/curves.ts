import { differencesOf } from '../../jobs/differences.ts';
import { visibleJob } from '../access.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { type Route, route } from '../route.ts';
import { CompareQuery, ComparisonBody, JobPath, MetricsBody, MetricsQuery } from '../schemas.ts';
import { turn } from '../turns.ts';
import { anyJobView, metricsView } from '../views.ts';

/** How trainings went, by the numbers that they told. */
export const curveRoutes = ({ store }: ApiDependencies): Route[] => [
  route({
    method: 'get',
    path: '/api/v1/jobs/compare',
    tag: 'Jobs',
    summary: 'Some jobs side by side: their curves, and what their requests do not agree in',
    role: 'viewer',
    query: CompareQuery,
    answers: { 200: { description: 'In the order of the ids', body: ComparisonBody } },
    async handle({ query: { ids, names, points }, caller }) {
      const jobs = await Promise.all(ids.map((id) => visibleJob(store, id, caller)));
      const metrics: ReturnType<typeof metricsView>[] = [];
      // One after the other: each may be half a megabyte of numbers.
      for (const job of jobs) {
        const curves = await store.curves.read([job.id], names);
        await turn();
        metrics.push(metricsView(job, curves.get(job.id), { points }));
      }
      await turn();
      return {
        body: {
          jobs: jobs.map(({ request: _, clusterStates: __, ...job }) => anyJobView(job)),
          differences: differencesOf(jobs.map(({ request }) => request)),
          metrics,
        },
      };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/jobs/{id}/metrics',
    tag: 'Jobs',
    summary: 'How the numbers that a training tells have gone',
    description: 'In columns. What was told in the last seconds may be missing; the event stream has it.',
    role: 'viewer',
    params: JobPath,
    query: MetricsQuery,
    answers: { 200: { description: 'The curves', body: MetricsBody } },
    async handle({ params, query: { names, from, points }, caller }) {
      const job = await visibleJob(store, params.id, caller);
      const curves = await store.curves.read([job.id], names);
      await turn();
      return {
        body: metricsView(job, curves.get(job.id), { points, ...(from !== undefined && { from: Date.parse(from) }) }),
      };
    },
  }),
];
