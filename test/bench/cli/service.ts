import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PAGE } from './page.ts';

const job = (number: number) => ({
  id: `training-${number.toString(16).padStart(8, '0')}`,
  jobName: 'training',
  namespace: `team-${number % 10}`,
  algorithm: 'xgboost',
  priority: 500,
  status: 'Running',
  reason: 'Running',
  message: 'The program of the job runs',
  wanted: 'run',
  kind: 'RayJob',
  objectName: `training-${number}`,
  clusters: ['member1'],
  unreachableSince: {},
  retryOf: null,
  attempt: 1,
  createdBy: 'ann',
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  dispatchedAt: '2026-01-01T00:00:00.000Z',
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
});

/** Pages that are ready before they are asked for: what is measured is the reader. */
const jobs = Number(process.argv[2]);
const pages = Array.from({ length: Math.ceil(jobs / PAGE) }, (_, page) =>
  JSON.stringify(Array.from({ length: Math.min(PAGE, jobs - page * PAGE) }, (_, index) => job(page * PAGE + index))),
);
const server = createServer((request, response) => {
  const page = Number(new URL(request.url ?? '/', 'http://localhost').searchParams.get('cursor') ?? 0);
  const link =
    page + 1 < pages.length ? { Link: `</api/v1/jobs?limit=${PAGE}&view=list&cursor=${page + 1}>; rel="next"` } : {};
  response.writeHead(200, { 'Content-Type': 'application/json', ...link }).end(pages[page]);
}).listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
