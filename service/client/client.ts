import createOpenApiClient from 'openapi-fetch';
import { type EventOptions, type EventStream, readEvents } from './event-stream.ts';
import { isFinished } from './finished.ts';
import { type LogLine, type LogOptions, type LogQuery, readLog } from './log-stream.ts';
import { problemOf } from './problem.ts';
import { randomKey } from './random-key.ts';
import type { StreamOptions } from './reconnect.ts';
import type { paths } from './schema.generated.ts';
import { createFetch, type TransportOptions } from './transport.ts';
import type * as types from './types.ts';
import { sendTo } from './upload.ts';
import { watchJob } from './watch-job.ts';

export interface ClientOptions extends TransportOptions {
  /** Where the job API answers, such as https://ml.example.com; in a browser empty when it is where the page came from. */
  readonly url: string;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface NewJobOptions extends RequestOptions {
  /** The same key gives the same job, however often it is sent. One is drawn where none is given. */
  readonly idempotencyKey?: string;
}

export interface ListOptions extends RequestOptions {
  /** Jobs that are asked for at a time, at most 1000. */
  readonly pageSize?: number;
}

export type Client = ReturnType<typeof createClient>;

const PAGE_SIZE = 1000;
/** The most that the service takes in one request. */
const MAX_ACTED_ON = 1000;

/** All that the job API can be asked, typed by its OpenAPI document. */
export const createClient = ({ url, ...transport }: ClientOptions) => {
  const base = url.replace(/\/+$/, '');
  const ask = createFetch(transport);
  const api = createOpenApiClient<paths>({ baseUrl: base, fetch: ask });
  const ofJob = (id: string, options?: RequestOptions) => ({ params: { path: { id } }, ...signalOf(options) });

  const page = async (
    filters: types.JobFilters,
    cursor: string | null,
    { pageSize = PAGE_SIZE, ...options }: ListOptions = {},
  ): Promise<types.JobPage> => {
    const query = { ...given(filters), ...(cursor !== null && { cursor }), limit: String(pageSize), view: 'list' };
    const answer = await api.GET('/api/v1/jobs', { params: { query: query as Query }, ...signalOf(options) });
    return { jobs: bodyOf(answer), next: nextCursor(answer.response.headers.get('Link')) };
  };

  /** The next page is asked for while the last one is read. */
  async function* pages(filters: types.JobFilters = {}, options: ListOptions = {}) {
    for (let coming: Promise<types.JobPage> | null = page(filters, null, options); coming !== null; ) {
      const now: types.JobPage = await coming;
      coming = now.next === null ? null : page(filters, now.next, options);
      // Its failure is told when it is its turn; a reader who leaves off before does not want to know.
      coming?.catch(() => undefined);
      yield now;
    }
  }

  const act = async (id: string, action: Exclude<types.BulkAction, 'delete'>, options?: RequestOptions) =>
    bodyOf(await api.POST(`/api/v1/jobs/{id}/${action}`, ofJob(id, options)));

  const jobs = {
    /** The service checks what it is; anything may be sent. */
    async submit(request: types.JobRequest, options: NewJobOptions = {}): Promise<types.SubmittedJob> {
      const answer = bodyOf(
        await api.POST('/api/v1/jobs', { body: request, params: { header: keyOf(options) }, ...signalOf(options) }),
      );
      if (!('id' in answer)) throw new Error('The service took a submission for a dry run');
      return answer;
    },
    /** What would become of it: refused like a submission, else told with its warnings. */
    async dryRun(request: types.JobRequest, options?: RequestOptions): Promise<types.DryRun> {
      const query = { dryRun: 'true' } as const;
      const answer = bodyOf(await api.POST('/api/v1/jobs', { body: request, params: { query }, ...signalOf(options) }));
      if (!('dryRun' in answer)) throw new Error('The service took a dry run for a submission');
      return answer;
    },
    page,
    pages,
    /** Every job of the list, a page at a time. */
    async *list(
      filters: types.JobFilters = {},
      options: ListOptions = {},
    ): AsyncGenerator<types.ListedJob, void, void> {
      for await (const { jobs } of pages(filters, options)) yield* jobs;
    },
    get: async (id: string, options?: RequestOptions): Promise<types.Job> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}', ofJob(id, options))),
    status: async (id: string, options?: RequestOptions): Promise<types.JobState> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/status', ofJob(id, options))),
    events: async (id: string, options?: RequestOptions): Promise<types.JobEvent[]> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/events', ofJob(id, options))),
    attempts: async (id: string, options?: RequestOptions): Promise<types.Attempt[]> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/attempts', ofJob(id, options))),
    /** How the numbers that a training tells have gone; with `names` some of them, in at most so many `points` each. */
    metrics: async (id: string, { names, from, points, ...options }: types.MetricsOptions & RequestOptions = {}) => {
      const query = given({ names: names?.join(','), from: from?.toISOString(), points: points?.toString() });
      return bodyOf(
        await api.GET('/api/v1/jobs/{id}/metrics', { params: { path: { id }, query }, ...signalOf(options) }),
      );
    },
    /** Two to five jobs side by side: their curves, and what their requests do not agree in. */
    compare: async (
      ids: readonly string[],
      { names, points, ...options }: Omit<types.MetricsOptions, 'from'> & RequestOptions = {},
    ): Promise<types.Comparison> => {
      const query = { ids: ids.join(','), ...given({ names: names?.join(','), points: points?.toString() }) };
      return bodyOf(await api.GET('/api/v1/jobs/compare', { params: { query }, ...signalOf(options) }));
    },
    /** What it has left, and where. */
    outputs: async (id: string, options?: RequestOptions): Promise<types.Outputs> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/outputs', ofJob(id, options))),
    /** One of them, by its name there, to be read as it comes. */
    output: async (id: string, name: string, options?: RequestOptions): Promise<ReadableStream<Uint8Array>> => {
      const answer = await api.GET('/api/v1/jobs/{id}/outputs/file', {
        params: { path: { id }, query: { name } },
        headers: { Accept: 'application/octet-stream' },
        parseAs: 'stream',
        ...signalOf(options),
      });
      return bodyOf(answer) as ReadableStream<Uint8Array>;
    },
    pods: async (id: string, options?: RequestOptions): Promise<types.JobPods> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/pods', ofJob(id, options))),
    manifest: async (id: string, options?: RequestOptions): Promise<types.KubernetesObject[]> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/manifest', ofJob(id, options))),
    logRuns: async (id: string, options?: RequestOptions): Promise<types.LogRuns> =>
      bodyOf(await api.GET('/api/v1/jobs/{id}/logs/runs', ofJob(id, options))),
    cancel: (id: string, options?: RequestOptions): Promise<types.Job> => act(id, 'cancel', options),
    suspend: (id: string, options?: RequestOptions): Promise<types.Job> => act(id, 'suspend', options),
    resume: (id: string, options?: RequestOptions): Promise<types.Job> => act(id, 'resume', options),
    /** A new job from the same request. */
    async retry(id: string, options: NewJobOptions = {}): Promise<types.Job> {
      const params = { path: { id }, header: keyOf(options) };
      return bodyOf(await api.POST('/api/v1/jobs/{id}/retry', { params, ...signalOf(options) }));
    },
    delete: async (id: string, options?: RequestOptions): Promise<types.Message> =>
      bodyOf(await api.DELETE('/api/v1/jobs/{id}', ofJob(id, options))),
    async setPriority(id: string, priority: number, options?: RequestOptions): Promise<types.Job> {
      return bodyOf(await api.POST('/api/v1/jobs/{id}/priority', { ...ofJob(id, options), body: { priority } }));
    },
    /** What came of each, however many there are: a request for each thousand. */
    async actOnMany(action: types.BulkAction, ids: readonly string[], options: NewJobOptions = {}) {
      const outcomes: types.BulkOutcome[] = [];
      const params = { header: keyOf(options) };
      for (let from = 0; from < ids.length; from += MAX_ACTED_ON) {
        const body = { action, ids: ids.slice(from, from + MAX_ACTED_ON) };
        outcomes.push(...bodyOf(await api.POST('/api/v1/actions', { params, body, ...signalOf(options) })).outcomes);
      }
      return outcomes;
    },
    /** The job as it is now, and whenever it has changed, until it has ended or is gone (null). */
    watch: (id: string, options: StreamOptions = {}): AsyncGenerator<types.WatchedJob | null, void, void> =>
      watchJob(
        () => jobs.get(id, options),
        (more) => events({ ...options, ...more, job: id }),
        options,
      ),
    /** Its output, line by line. */
    logs(id: string, options: LogOptions = {}): AsyncGenerator<LogLine, void, void> {
      const open = (query: LogQuery) => openLog(id, query, options);
      const hasEnded = async () => isFinished(await jobs.get(id, options));
      return readLog({ open, hasEnded }, options);
    },
    /** The same as it is sent, for who shows it as it comes. */
    openLog: (id: string, options: LogOptions & { readonly timestamps?: boolean } = {}): Promise<Response> => {
      const { follow = false, run, timestamps = false } = options;
      const query = { follow: String(follow), timestamps: String(timestamps) };
      return openLog(id, { ...query, ...(run !== undefined && { run: String(run) }) }, options);
    },
  };

  const openLog = async (id: string, query: LogQuery, options?: RequestOptions): Promise<Response> =>
    streamOf(
      await api.GET('/api/v1/jobs/{id}/logs', {
        params: { path: { id }, query },
        headers: { Accept: 'text/plain' },
        parseAs: 'stream',
        ...signalOf(options),
      }),
    );

  /** Every transition of the jobs that the caller may see, as it happens. */
  const events = (options: EventOptions = {}): EventStream => {
    const { job, namespace } = options;
    const query = { ...(job && { job }), ...(namespace && { namespace }) };
    const open = async (headers: Record<string, string>) =>
      streamOf(
        await api.GET('/api/v1/events', { params: { query }, headers, parseAs: 'stream', ...signalOf(options) }),
      );
    return readEvents(open, options);
  };

  return {
    jobs,
    events,
    workdirs: {
      /** Where a folder goes that a job is to start in, and how to bring it there. */
      offer: async (workdir: types.WorkdirRequest, options?: RequestOptions): Promise<types.Workdir> =>
        bodyOf(await api.POST('/api/v1/workdirs', { body: workdir, ...signalOf(options) })),
      /** Brings it there: the bytes of which the digest was told. */
      send: (
        upload: NonNullable<types.Workdir['upload']>,
        zip: Uint8Array<ArrayBuffer>,
        options: RequestOptions = {},
      ) => sendTo(upload, zip, { ...options, fetch: transport.fetch }),
    },
    summary: async (filters: Omit<types.JobFilters, 'sort'> = {}, options?: RequestOptions): Promise<types.Summary> =>
      bodyOf(await api.GET('/api/v1/summary', { params: { query: given(filters) }, ...signalOf(options) })),
    filterValues: async (options?: RequestOptions): Promise<types.FilterValues> =>
      bodyOf(await api.GET('/api/v1/filters', signalOf(options))),
    /** What each namespace uses, and waits for. */
    teams: async (options?: RequestOptions): Promise<types.Team[]> =>
      bodyOf(await api.GET('/api/v1/teams', signalOf(options))).teams,
    /** What work came to: hours by namespace, what of them was lost, and steps kept of those run. A week, unless told otherwise. */
    goodput: async (period: types.GoodputPeriod = {}, options?: RequestOptions): Promise<types.Goodput> =>
      bodyOf(await api.GET('/api/v1/goodput', { params: { query: periodOf(period) }, ...signalOf(options) })),
    /** The same as CSV, a line a namespace. */
    async goodputCsv(period: types.GoodputPeriod = {}, options?: RequestOptions): Promise<string> {
      const query = { ...periodOf(period), format: 'csv' } as const;
      const headers = { Accept: 'text/csv' };
      const answer = await api.GET('/api/v1/goodput', {
        params: { query },
        headers,
        parseAs: 'stream',
        ...signalOf(options),
      });
      return streamOf(answer).text();
    },
    queue: async (options?: RequestOptions): Promise<types.Queue> =>
      bodyOf(await api.GET('/api/v1/queue', signalOf(options))),
    clusters: async (options?: RequestOptions): Promise<types.Clusters> =>
      bodyOf(await api.GET('/api/v1/proxy/clusters', signalOf(options))),
    /** Confirms that nothing in a cluster that does not answer can write any more. */
    fence: async (cluster: string, reason = '', options?: RequestOptions): Promise<types.Fence> =>
      bodyOf(
        await api.POST('/api/v1/proxy/clusters/{cluster}/fence', {
          params: { path: { cluster } },
          body: { reason },
          ...signalOf(options),
        }),
      ),
    unfence: async (cluster: string, options?: RequestOptions): Promise<types.Message> =>
      bodyOf(
        await api.DELETE('/api/v1/proxy/clusters/{cluster}/fence', {
          params: { path: { cluster } },
          ...signalOf(options),
        }),
      ),
    algorithms: async (options?: RequestOptions): Promise<types.Algorithm[]> =>
      bodyOf(await api.GET('/api/v1/algorithms', signalOf(options))),
    /** Of the service. */
    async version(options: RequestOptions = {}): Promise<string> {
      const answer = await ask(new Request(`${base}/openapi.json`, signalOf(options)));
      if (!answer.ok) throw problemOf(answer, await answer.json().catch(() => undefined));
      return ((await answer.json()) as { info: { version: string } }).info.version;
    },
    /** How callers prove who they are. */
    auth: async (options?: RequestOptions): Promise<types.Auth> =>
      bodyOf(await api.GET('/api/v1/auth', signalOf(options))),
    /** Who is calling; `token` asks for another one than the client's. */
    me: async ({
      token,
      ...options
    }: RequestOptions & { readonly token?: string | undefined } = {}): Promise<types.Me> =>
      bodyOf(
        await api.GET('/api/v1/me', {
          ...signalOf(options),
          ...(token !== undefined && { headers: { Authorization: `Bearer ${token}` } }),
        }),
      ),
  };
};

type Query = NonNullable<paths['/api/v1/jobs']['get']['parameters']['query']>;

const signalOf = ({ signal }: RequestOptions = {}) => (signal ? { signal } : {});

const keyOf = ({ idempotencyKey = randomKey() }: NewJobOptions) => ({ 'Idempotency-Key': idempotencyKey });

const periodOf = ({ from, namespaces, to }: types.GoodputPeriod) =>
  given({ from: from?.toISOString(), to: to?.toISOString(), namespace: namespaces?.join(',') });

/** An empty filter is none. */
const given = (filters: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined && value !== ''));

const nextCursor = (link: string | null): string | null => {
  const next = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  return next === undefined ? null : new URL(next, 'http://localhost').searchParams.get('cursor');
};

/** The answer's body, or the reason why there is none as an error. */
const bodyOf = <T>({ data, error, response }: { data?: T; error?: unknown; response: Response }): T => {
  if (!response.ok || data === undefined) throw problemOf(response, error);
  return data;
};

/** For answers that are read as they come. */
const streamOf = ({ error, response }: { error?: unknown; response: Response }): Response => {
  if (!response.ok) throw problemOf(response, error);
  return response;
};
