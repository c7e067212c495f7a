import type { EventOptions, EventStream, LogLine, LogOptions } from '../../client/index.ts';
import type { JobFilters } from '../lib/filters.ts';
import type { JobAction } from '../lib/job-state.ts';
import { api } from './client.ts';
import type {
  Attempt,
  BulkOutcome,
  Clusters,
  Comparison,
  DryRun,
  FilterValues,
  Goodput,
  Job,
  JobEvent,
  JobPage,
  JobPods,
  JobRequest,
  LogRuns,
  Me,
  Metrics,
  Outputs,
  Queue,
  Summary,
} from './types.ts';

// All that the page asks of the service.

type Signal = AbortSignal | undefined;

/** The first page is there at once; who scrolls on gets more at a time. */
export const FIRST_PAGE_SIZE = 100;
export const PAGE_SIZE = 500;

export const listJobs = (
  filters: JobFilters,
  cursor: string | null,
  limit: number,
  signal?: Signal,
): Promise<JobPage> => api().jobs.page({ ...filters }, cursor, { pageSize: limit, signal });

export const getSummary = (filters: Omit<JobFilters, 'state' | 'sort'>, signal?: Signal): Promise<Summary> =>
  api().summary({ ...filters }, { signal });

export const getJob = (id: string, signal?: Signal): Promise<Job> => api().jobs.get(id, { signal });

export const getJobEvents = (id: string, signal?: Signal): Promise<JobEvent[]> => api().jobs.events(id, { signal });

/** Points of each curve: about as many as a screen can show. */
const POINTS = 400;

export const getJobCurves = (id: string, signal?: Signal): Promise<Metrics> =>
  api().jobs.metrics(id, { points: POINTS, signal });

export const compareJobs = (ids: readonly string[], signal?: Signal): Promise<Comparison> =>
  api().jobs.compare(ids, { points: POINTS, signal });

export const getJobPods = (id: string, signal?: Signal): Promise<JobPods> => api().jobs.pods(id, { signal });

export const getJobOutputs = (id: string, signal?: Signal): Promise<Outputs> => api().jobs.outputs(id, { signal });

export const getJobOutput = async (id: string, name: string): Promise<Blob> =>
  new Response(await api().jobs.output(id, name)).blob();

export const getJobManifest = (id: string, signal?: Signal) => api().jobs.manifest(id, { signal });

export const getJobAttempts = (id: string, signal?: Signal): Promise<Attempt[]> => api().jobs.attempts(id, { signal });

/** The service checks what it is; the page lets one write anything. */
export const submitJob = (request: unknown, idempotencyKey: string): Promise<Job> =>
  api().jobs.submit(request as JobRequest, { idempotencyKey });

/** What would become of it: refused like a submission, else told with its warnings. */
export const foreseeJob = (request: unknown, signal?: Signal): Promise<DryRun> =>
  api().jobs.dryRun(request as JobRequest, { signal });

/** What came of each, however many there are; of a retry with the id of the new job. */
export const actOnJobs = async (ids: readonly string[], action: JobAction): Promise<Map<string, BulkOutcome>> => {
  const outcomes = await api().jobs.actOnMany(action, ids);
  return new Map(outcomes.map((outcome) => [outcome.id, outcome]));
};

export const setPriority = (id: string, priority: number): Promise<Job> => api().jobs.setPriority(id, priority);

export const getQueue = (signal?: Signal): Promise<Queue> => api().queue({ signal });

export const getFilterValues = (signal?: Signal): Promise<FilterValues> => api().filterValues({ signal });

/** From one moment to another. */
export interface Period {
  readonly from: Date;
  readonly to: Date;
}

export const getGoodput = (period: Period, signal?: Signal): Promise<Goodput> => api().goodput(period, { signal });

export const getGoodputCsv = (period: Period): Promise<string> => api().goodputCsv(period);

export const getAlgorithms = (signal?: Signal) => api().algorithms({ signal });

export const getClusters = (signal?: Signal): Promise<Clusters> => api().clusters({ signal });

export const getAuth = (signal?: Signal) => api().auth({ signal });

/** Who the session belongs to; `token` asks for another one, before it becomes the session. */
export const getMe = (signal?: Signal, token?: string): Promise<Me> => api().me({ signal, token });

/** Every transition of every job that the caller may see, as it happens. */
export const readEvents = (options: EventOptions): EventStream => api().events(options);

export const getLogRuns = (id: string, signal?: Signal): Promise<LogRuns> => api().jobs.logRuns(id, { signal });

export const readLog = (id: string, options: LogOptions): AsyncIterable<LogLine> => api().jobs.logs(id, options);

/** The log as the service has it now; `run` null: all of them. */
export const getLog = async (id: string, run: number | null, timestamps: boolean): Promise<Blob> =>
  (await api().jobs.openLog(id, { timestamps, ...(run !== null && { run }) })).blob();
