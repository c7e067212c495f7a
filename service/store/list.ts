import { factsOf, REASONS } from '../contract/reasons.ts';
import { isStoppedState, type JobState, STOPPED_REASONS } from '../contract/states.ts';
import type { JobStatus } from '../jobs/job.ts';
import { isCursorOf, makeCursor, readCursor, type SortKey } from './cursor.ts';
import type { Queries } from './database.ts';
import { LISTED_OF_JOB } from './progress.ts';
import type { ListedJobRow } from './rows.ts';
import { statement, storable } from './statement.ts';
import { type FieldSort, type JobFilter, type JobQuery, METRIC_SORT } from './store.ts';

/** Each order has an index on exactly these columns; the last ones make it total, so that a page can begin after any job. */
const ORDERS = {
  createdAt: ['created_at', 'id'],
  updatedAt: ['updated_at', 'id'],
  jobName: ['job_name', 'id'],
  priority: ['priority', 'created_at', 'id'],
  status: ['status', 'created_at', 'id'],
} as const satisfies Record<FieldSort, readonly (keyof ListedJobRow)[]>;
/** By a number that trainings tell, as it was when it was last merged into its curve. */
const BY_METRIC = ['metric', 'id'] as const;
/** After them, in either direction: the jobs that do not tell that number, newest first. */
const WITHOUT_METRIC = 'without:';

type Column = (typeof ORDERS)[FieldSort][number] | (typeof BY_METRIC)[number];
type Listing = Omit<JobQuery, 'sort'> & { readonly sort: JobQuery['sort'] | `${typeof WITHOUT_METRIC}${string}` };

const columnsOf = ({ sort }: Pick<Listing, 'sort'>): readonly Column[] => {
  if (isFieldSort(sort)) return ORDERS[sort];
  return metricOf(sort) === undefined ? ORDERS.createdAt : BY_METRIC;
};
const isFieldSort = (sort: Listing['sort']): sort is FieldSort => Object.hasOwn(ORDERS, sort);
const metricOf = (sort: Listing['sort']): string | undefined => after(METRIC_SORT, sort);
const missingMetricOf = (sort: Listing['sort']): string | undefined => after(WITHOUT_METRIC, sort);
const after = (prefix: string, text: string): string | undefined =>
  text.startsWith(prefix) ? text.slice(prefix.length) : undefined;

const TYPES = {
  created_at: 'time',
  updated_at: 'time',
  priority: 'number',
  job_name: 'text',
  status: 'text',
  metric: 'real',
  id: 'text',
} as const satisfies Record<Column, string>;

/** Jobs looked at for one page when there is no index for the text: some 20 ms. */
const LOOKED_AT = 10_000;
/** pg_trgm's index helps from three characters on. */
const TRIGRAM = 3;
const TEXT = "id || ' ' || reason || ' ' || message";

/** Jobs of one cluster that are fetched and sorted rather than met along the order: some 20 ms. */
const FEW = 10_000;
const jobsInCluster = statement('jobs-in-cluster');

/**
 * Bytes of one page as clients get it, whatever its number of jobs: what is read, made into text and sent in one piece. A job that
 * is larger alone comes alone.
 */
const MAX_PAGE = 1024 * 1024;
/** What a job has besides request, states and message; its progress is within. */
const REST_OF_JOB = 1_100;

/** What a list shows. */
const LISTED = [
  ...['id', 'job_name', 'namespace', 'algorithm', 'priority', 'kind', 'status', 'reason', 'message', 'wanted'],
  ...['object_name', 'clusters', 'unreachable_since', 'retry_of', 'attempt', 'created_by', 'created_at', 'updated_at'],
  ...['dispatched_at', 'started_at', 'finished_at', 'ran_ms', 'running_since', 'volume_removed_at', 'version'],
  ...['retry_policy', 'recovery', 'attention'],
].join(', ');

interface JobPage {
  /** Of a query without requests, without these. */
  readonly rows: readonly ListedJobRow[];
  readonly nextCursor: string | null;
}

export async function listJobs(database: Queries, query: JobQuery, hasTextIndex: boolean): Promise<JobPage> {
  const metric = metricOf(query.sort);
  if (metric === undefined) return await pageOf(database, query, hasTextIndex);
  const without: Listing = { ...query, sort: `${WITHOUT_METRIC}${metric}`, descending: true };
  if (query.cursor !== undefined && isCursorOf(query.cursor, without)) {
    return await pageOf(database, without, hasTextIndex);
  }
  const told = await pageOf(database, query, hasTextIndex);
  if (told.nextCursor !== null) return told;
  const { cursor: _, ...begin } = without;
  const room = query.limit - told.rows.length;
  const others = await pageOf(database, { ...begin, limit: Math.max(1, room) }, hasTextIndex);
  return joined(query, told, without, { ...others, rows: others.rows.slice(0, room), isWhole: room > 0 });
}

/** One page of the end of one order and the beginning of the next, within the bytes of a page. */
function joined(
  query: Listing,
  told: MeasuredPage,
  without: Listing,
  others: MeasuredPage & { readonly isWhole: boolean },
): JobPage {
  const [lastTold] = told.rows.slice(-1);
  const bytes = lastTold?.bytes ?? 0;
  const fitting = lastTold ? others.rows.filter((row) => bytes + row.bytes <= MAX_PAGE) : others.rows;
  const rows = [...told.rows, ...fitting];
  if (others.isWhole && fitting.length === others.rows.length) return { rows, nextCursor: others.nextCursor };
  const [last] = fitting.slice(-1);
  if (last) return { rows, nextCursor: makeCursor(without, keyOf(without, last)) };
  return { rows, nextCursor: lastTold ? makeCursor(query, keyOf(query, lastTold)) : others.nextCursor };
}

/** By keyset: a page costs the same wherever it is, since the index is entered where the last page ended. */
async function pageOf(database: Queries, query: Listing, hasTextIndex: boolean): Promise<MeasuredPage> {
  const columns = columnsOf(query);
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(typeof value === 'string' ? storable(value) : value)}`;

  const metric = metricOf(query.sort);
  const jobs = metric === undefined ? 'job' : withMetric(metric, bind);
  const conditions = conditionsOf(query, bind);
  if (query.cursor !== undefined) {
    const key = readCursor(
      query.cursor,
      query,
      columns.map((column) => TYPES[column]),
    );
    conditions.push(behind(columns, key, query.descending, bind));
  }
  const byText = query.text ? `(${TEXT}) ilike ${bind(`%${escapeLike(query.text)}%`)}` : undefined;
  const order = columns.map((column) => `${column}${query.descending ? ' desc' : ''}`).join(', ');

  const missing = missingMetricOf(query.sort);
  const looked = missing === undefined ? [] : [withoutMetric(missing, bind)];
  const isIndexed = hasTextIndex && (query.text?.length ?? 0) >= TRIGRAM;
  if (byText !== undefined) (isIndexed ? conditions : looked).push(byText);
  if (looked.length > 0) {
    const matches = looked.join(' and ');
    return await listByLooking(database, query, { jobs, conditions, matches, order, values, bind });
  }
  const matching = `select * from ${jobs} ${where(conditions)}`;
  const page = `order by ${order} limit ${bind(query.limit + 1)}`;
  const sql = (await isFew(database, query))
    ? `with few as materialized (${matching}) select * from few ${page}`
    : `${matching} ${page}`;
  return toPage(query, await database.queryText<MeasuredRow>('listing jobs', withinBytes(query, sql, order), values));
}

const withMetric = (name: string, bind: (value: unknown) => string): string =>
  `(select job.*, series.latest as metric, series.name as metric_name from job_series series join job on job.id = series.job_id
     where series.name = ${bind(name)}) job`;

const withoutMetric = (name: string, bind: (value: unknown) => string): string =>
  `not exists (select from job_series series where series.job_id = job.id and series.name = ${bind(name)})`;

/** A row of a page: the bytes up to it, and how many rows the page would have but for its bytes. */
type MeasuredRow = ListedJobRow & { readonly matched: number; readonly bytes: number };
interface MeasuredPage extends JobPage {
  readonly rows: readonly MeasuredRow[];
}

/** Of the rows of a page those that fit in its bytes, without what was not asked for. */
function withinBytes({ withRequests, sort }: Listing, page: string, order: string, more = ''): string {
  const bytes = withRequests
    ? `${REST_OF_JOB} + octet_length(message) + coalesce(request_bytes, octet_length(request::text)) + octet_length(cluster_states::text)`
    : `${REST_OF_JOB} + octet_length(message)`;
  const listed = metricOf(sort) === undefined ? LISTED : `${LISTED}, metric, metric_name`;
  const columns = withRequests ? `${listed}, request, request_version, cluster_states` : listed;
  return `select ${columns}, ${LISTED_OF_JOB}, matched, bytes::int${more}
    from (
      select *, count(*) over ()::int as matched, row_number() over (order by ${order}) as place,
             sum(${bytes}) over (order by ${order} rows unbounded preceding) as bytes
        from (${page}) page
    ) measured
   where place = 1 or bytes <= ${MAX_PAGE}
   order by ${order}`;
}

/**
 * PostgreSQL guesses that any cluster has 0.5 % of the jobs, and goes through the order until it has met enough of them: through all
 * jobs for a cluster with few. The counters know better. Other filters have indexes in the list's order and true statistics.
 */
async function isFew(database: Queries, { cluster }: JobFilter): Promise<boolean> {
  if (cluster === undefined) return false;
  const [counted] = await database.query<{ jobs: number }>(jobsInCluster, [storable(cluster)]);
  return (counted?.jobs ?? 0) < FEW;
}

/** What no index finds: bounded by how many jobs are looked at; where that ends, the next page goes on. */
async function listByLooking(
  database: Queries,
  query: Listing,
  sql: {
    jobs: string;
    conditions: string[];
    matches: string;
    order: string;
    values: unknown[];
    bind: (value: unknown) => string;
  },
): Promise<MeasuredPage> {
  const page = `select * from (
       select *, ${sql.matches} as matches, row_number() over (order by ${sql.order}) = ${sql.bind(LOOKED_AT)} as is_last
         from (select * from ${sql.jobs} ${where(sql.conditions)} order by ${sql.order} limit ${sql.bind(LOOKED_AT)}) job
     ) job
     where matches or is_last
     order by ${sql.order} limit ${sql.bind(query.limit + 1)}`;
  const rows = await database.queryText<MeasuredRow & { matches: boolean; is_last: boolean }>(
    'searching jobs',
    withinBytes(query, page, sql.order, ', matches, is_last'),
    sql.values,
  );
  const found = toPage(
    query,
    rows.filter((row) => row.matches),
    isCut(rows),
  );
  const last = rows.at(-1);
  if (found.nextCursor !== null || !last?.is_last) return found;
  return { rows: found.rows, nextCursor: makeCursor(query, keyOf(query, last)) };
}

const isCut = (rows: readonly MeasuredRow[]): boolean => rows.length < (rows[0]?.matched ?? 0);

/** Jobs of a status in all (cluster null), or in a cluster; with a state, those of them that a person stopped. */
export interface CountRow {
  readonly cluster: string | null;
  readonly status: JobStatus;
  readonly state: JobState | null;
  readonly jobs: number;
}

/** Counts what the list finds, up to as many jobs as may be looked at: the newest, where they have to be looked through. */
export async function countJobs(
  database: Queries,
  filter: JobFilter,
  hasTextIndex: boolean,
): Promise<{ rows: CountRow[]; complete: boolean }> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(typeof value === 'string' ? storable(value) : value)}`;
  const conditions = conditionsOf(filter, bind);
  const byText = filter.text ? `(${TEXT}) ilike ${bind(`%${escapeLike(filter.text)}%`)}` : 'true';
  const isIndexed = !filter.text || (hasTextIndex && filter.text.length >= TRIGRAM);
  if (isIndexed) conditions.push(byText);
  const rows = await database.queryText<CountRow & { complete: boolean }>(
    'counting jobs',
    `with looked_at as materialized (
       select * from job ${where(conditions)} ${isIndexed ? '' : 'order by created_at desc, id desc'} limit ${bind(LOOKED_AT)}
     ), found as (
       select status, null as state, clusters from looked_at where ${isIndexed ? 'true' : byText}
       union all
       select status, stopped_state(reason), clusters from looked_at
        where ${isIndexed ? 'true' : byText} and stopped_state(reason) is not null
     )
     select cluster, status, state, jobs, (select count(*) from looked_at) < ${bind(LOOKED_AT)} as complete from (
       select null as cluster, status, state, count(*)::float8 as jobs from found group by status, state
       union all
       select cluster, status, state, count(*)::float8 from found, unnest(clusters) cluster group by cluster, status, state
       union all
       select null, 'Pending', null, 0 where not exists (select from found)
     ) counted`,
    values,
  );
  return { rows, complete: rows[0]?.complete ?? true };
}

function toPage(query: Listing, rows: readonly MeasuredRow[], cut = isCut(rows)): MeasuredPage {
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  const isMore = (cut || rows.length > query.limit) && last !== undefined;
  return { rows: shown, nextCursor: isMore ? makeCursor(query, keyOf(query, last)) : null };
}

const keyOf = (query: Pick<Listing, 'sort'>, row: ListedJobRow): SortKey =>
  columnsOf(query).map((column) => {
    const value = row[column] ?? '';
    return value instanceof Date ? value.getTime() : value;
  });

function conditionsOf(filter: JobFilter, bind: (value: unknown) => string): string[] {
  const conditions: string[] = [];
  if (filter.namespaces) conditions.push(`namespace = any (${bind(filter.namespaces)})`);
  if (filter.statuses) conditions.push(`status = any (${bind(filter.statuses)})`);
  if (filter.states) conditions.push(inState(filter.states, bind));
  if (filter.algorithm !== undefined) conditions.push(`algorithm = ${bind(filter.algorithm)}`);
  if (filter.owner !== undefined) conditions.push(`created_by = ${bind(filter.owner)}`);
  if (filter.reasons) conditions.push(forReasons(filter.reasons, bind));
  if (filter.attention !== undefined) conditions.push(needsAttention(filter.attention, bind));
  if (filter.cluster !== undefined) conditions.push(`clusters @> array[${bind(filter.cluster)}]`);
  return conditions;
}

/** A job says one itself, or somebody should look at it for one. */
function forReasons(reasons: readonly string[], bind: (value: unknown) => string): string {
  const said = `reason = any (${bind(reasons)})`;
  const ofAttention = reasons.filter((reason) => ATTENTION_REASONS.includes(reason));
  if (ofAttention.length === 0) return said;
  return `(${said} or (attention is not null and attention->>'reason' = any (${bind(ofAttention)})))`;
}

/** Of those that go on: what its progress tells, or a reason that says so. */
function needsAttention(wanted: boolean, bind: (value: unknown) => string): string {
  const needed = `(finished_at is null and (attention is not null or reason = any (${bind(ATTENTION_REASONS)})))`;
  return wanted ? needed : `not ${needed}`;
}

const ATTENTION_REASONS = Object.keys(REASONS).filter((reason) => factsOf(reason)?.attention);

/** By reason where a person stopped it, which has an index; else by status. */
function inState(states: readonly JobState[], bind: (value: unknown) => string): string {
  const stopped = states.filter(isStoppedState);
  const others = states.filter((state) => !isStoppedState(state));
  const choices: string[] = [];
  if (stopped.length > 0) choices.push(`reason = any (${bind(stopped.flatMap((state) => STOPPED_REASONS[state]))})`);
  if (others.length > 0) {
    const reasons = bind(Object.values(STOPPED_REASONS).flat());
    choices.push(`(status = any (${bind(others)}) and reason <> all (${reasons}))`);
  }
  return choices.length === 0 ? 'false' : `(${choices.join(' or ')})`;
}

function behind(
  columns: readonly (keyof typeof TYPES)[],
  key: SortKey,
  descending: boolean,
  bind: (value: unknown) => string,
): string {
  const values = key.map((value, index) =>
    TYPES[columns[index] ?? 'id'] === 'time' ? bind(new Date(Number(value))) : bind(value),
  );
  return `(${columns.join(', ')}) ${descending ? '<' : '>'} (${values.join(', ')})`;
}

const where = (conditions: readonly string[]): string => (conditions.length ? `where ${conditions.join(' and ')}` : '');
const escapeLike = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
