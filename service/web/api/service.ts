import type { JobFilters } from '../lib/filters.ts';
import type { JobAction } from '../lib/job-state.ts';
import { api, bodyOf, streamOf } from './client.ts';
import { problemOf } from './problem.ts';
import type {
  Attempt,
  Auth,
  Clusters,
  DryRun,
  FilterValues,
  Job,
  JobEvent,
  JobPage,
  JobPods,
  JobRequest,
  LogRuns,
  Me,
  Queue,
  Summary,
} from './types.ts';

// All that the page asks of the service.

type Signal = AbortSignal | undefined;
const withSignal = (signal: Signal) => (signal ? { signal } : {});
const ofJob = (id: string, signal: Signal) => ({ params: { path: { id } }, ...withSignal(signal) });

/** The first page is there at once; who scrolls on gets more at a time. */
export const FIRST_PAGE_SIZE = 100;
export const PAGE_SIZE = 500;

export const listJobs = async (
  filters: JobFilters,
  cursor: string | null,
  limit: number,
  signal?: Signal,
): Promise<JobPage> => {
  const said = Object.entries({ ...filters, cursor, limit }).filter(([, value]) => value !== '' && value !== null);
  const { data, error, response } = await api().GET('/api/v1/jobs', {
    params: { query: { ...Object.fromEntries(said), view: 'list' } },
    ...withSignal(signal),
  });
  if (data === undefined) throw problemOf(response, error);
  return { jobs: data, next: nextCursor(response.headers.get('Link')) };
};

const nextCursor = (link: string | null): string | null => {
  const next = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return next === undefined ? null : new URL(next, location.href).searchParams.get('cursor');
};

export const getSummary = (filters: Omit<JobFilters, 'status' | 'sort'>, signal?: Signal): Promise<Summary> => {
  const said = Object.entries(filters).filter(([, value]) => value !== '');
  return bodyOf(api().GET('/api/v1/summary', { params: { query: Object.fromEntries(said) }, ...withSignal(signal) }));
};

export const getJob = (id: string, signal?: Signal): Promise<Job> =>
  bodyOf(api().GET('/api/v1/jobs/{id}', ofJob(id, signal)));

export const getJobEvents = (id: string, signal?: Signal): Promise<JobEvent[]> =>
  bodyOf(api().GET('/api/v1/jobs/{id}/events', ofJob(id, signal)));

export const getJobPods = (id: string, signal?: Signal): Promise<JobPods> =>
  bodyOf(api().GET('/api/v1/jobs/{id}/pods', ofJob(id, signal)));

export const getJobManifest = (id: string, signal?: Signal) =>
  bodyOf(api().GET('/api/v1/jobs/{id}/manifest', ofJob(id, signal)));

export const getJobAttempts = (id: string, signal?: Signal): Promise<Attempt[]> =>
  bodyOf(api().GET('/api/v1/jobs/{id}/attempts', ofJob(id, signal)));

/** The service checks what it is; the page lets one write anything. */
export const submitJob = async (request: unknown, idempotencyKey: string): Promise<Job> => {
  const answer = await bodyOf(
    api().POST('/api/v1/jobs', {
      body: request as JobRequest,
      params: { header: { 'Idempotency-Key': idempotencyKey } },
    }),
  );
  if (!('id' in answer)) throw new Error('The service took a submission for a dry run');
  return answer;
};

/** What would become of it: refused like a submission, else told with its warnings. */
export const foreseeJob = async (request: unknown, signal?: Signal): Promise<DryRun> => {
  const answer = await bodyOf(
    api().POST('/api/v1/jobs', {
      body: request as JobRequest,
      params: { query: { dryRun: 'true' } },
      ...withSignal(signal),
    }),
  );
  if (!('dryRun' in answer)) throw new Error('The service took a dry run for a submission');
  return answer;
};

/** The job as it is now; of a retry the new one, and of a delete none. */
export const actOnJob = async (id: string, action: JobAction): Promise<Job | undefined> => {
  if (action === 'delete') {
    await bodyOf(api().DELETE('/api/v1/jobs/{id}', ofJob(id, undefined)));
    return undefined;
  }
  return bodyOf(api().POST(`/api/v1/jobs/{id}/${action}`, ofJob(id, undefined)));
};

/** The most that the service takes in one request. */
const MAX_ACTED_ON = 1000;

/** What came of each, however many there are: a request for each thousand. Null: done; else why not. */
export const actOnJobs = async (
  ids: readonly string[],
  action: Exclude<JobAction, 'retry'>,
): Promise<Map<string, string | null>> => {
  const outcomes = new Map<string, string | null>();
  for (let from = 0; from < ids.length; from += MAX_ACTED_ON) {
    const body = { action, ids: ids.slice(from, from + MAX_ACTED_ON) };
    const answer = await bodyOf(api().POST('/api/v1/actions', { body }));
    for (const { id, outcome, detail } of answer.outcomes) outcomes.set(id, outcome === 'done' ? null : (detail ?? ''));
  }
  return outcomes;
};

export const setPriority = (id: string, priority: number): Promise<Job> =>
  bodyOf(api().POST('/api/v1/jobs/{id}/priority', { params: { path: { id } }, body: { priority } }));

export const getQueue = (signal?: Signal): Promise<Queue> => bodyOf(api().GET('/api/v1/queue', withSignal(signal)));

export const getFilterValues = (signal?: Signal): Promise<FilterValues> =>
  bodyOf(api().GET('/api/v1/filters', withSignal(signal)));

export const getAlgorithms = (signal?: Signal) => bodyOf(api().GET('/api/v1/algorithms', withSignal(signal)));

export const getClusters = (signal?: Signal): Promise<Clusters> =>
  bodyOf(api().GET('/api/v1/proxy/clusters', withSignal(signal)));

export const getAuth = (signal?: Signal): Promise<Auth> => bodyOf(api().GET('/api/v1/auth', withSignal(signal)));

/** Who the session belongs to; `token` asks for another one, before it becomes the session. */
export const getMe = (signal?: Signal, token?: string): Promise<Me> =>
  bodyOf(
    api().GET('/api/v1/me', {
      ...withSignal(signal),
      ...(token && { headers: { Authorization: `Bearer ${token}` } }),
    }),
  );

/** Every transition of every job that the caller may see, as it happens. */
export const openEvents = (headers: Record<string, string>, signal: AbortSignal): Promise<Response> =>
  api()
    .GET('/api/v1/events', { headers, signal, parseAs: 'stream' })
    .then(({ response }) => response);

export const getLogRuns = (id: string, signal?: Signal): Promise<LogRuns> =>
  bodyOf(api().GET('/api/v1/jobs/{id}/logs/runs', ofJob(id, signal)));

interface LogWanted {
  readonly follow: boolean;
  /** null: all of them. */
  readonly run: number | null;
}

export const openLog = (id: string, { follow, run }: LogWanted, signal?: Signal): Promise<Response> =>
  streamOf(
    api().GET('/api/v1/jobs/{id}/logs', {
      params: { path: { id }, query: { follow: follow ? 'true' : 'false', ...(run !== null && { run: String(run) }) } },
      parseAs: 'stream',
      ...withSignal(signal),
    }),
  );
