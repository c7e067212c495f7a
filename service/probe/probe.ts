import { setTimeout as sleep } from 'node:timers/promises';
import { PATHS } from '../contract.ts';

/** Sends one request to the job API; how it gets there (a Service, an API server's proxy) is the caller's business. */
export type Ask = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) => Promise<ProbeAnswer>;

interface ProbeAnswer {
  readonly status: number;
  readonly text: string;
}

interface ProbeOptions {
  /** Image of the job, with a shell in it. Every member cluster must be able to pull it. */
  readonly image: string;
  /** Namespace of the job in its member cluster. */
  readonly namespace: string;
  readonly timeoutMs: number;
  /** Time between two looks at the job. */
  readonly intervalMs?: number;
}

/** The platform does not do what it is there for; the message says why and what to look at. */
export class ProbeFailure extends Error {
  override name = 'ProbeFailure';
}

interface ProbeJob {
  readonly id: string;
  readonly status: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly reason: string;
  readonly message: string;
}

const JOBS = `${PATHS.api}/jobs`;

/**
 * Sends the smallest job through the whole platform: API, database, Karmada, a member cluster and back by the monitor.
 * Returns in a line how it went. The job is deleted when it has succeeded, and left to be looked at when it has not.
 */
export async function probe(ask: Ask, options: ProbeOptions, say: (line: string) => void): Promise<string> {
  const started = performance.now();
  const deadline = started + options.timeoutMs;
  await ready(ask, deadline, say);
  const job = await submit(ask, options, deadline);
  say(`job ${job.id} submitted`);
  const done = await ended(ask, job, { ...options, deadline }, say);
  if (done.status === 'Failed') throw new ProbeFailure(`job ${done.id} failed: ${done.reason}: ${done.message}`);
  await patiently(() => ask('DELETE', `${JOBS}/${done.id}`), deadline);
  return `job ${done.id} succeeded after ${Math.round((performance.now() - started) / 1000)} s`;
}

/** Where callers must say who they are and we cannot: that the service is ready and lets nobody in. */
export async function probeRefusal(ask: Ask, options: ProbeOptions, say: (line: string) => void): Promise<string> {
  await ready(ask, performance.now() + options.timeoutMs, say);
  const { status, text } = await ask('POST', JOBS, requestOf(options));
  if (status === 401) return `${PATHS.ready} answers 200, and ${JOBS} answers 401 to who has no token`;
  throw new ProbeFailure(`${JOBS} must answer 401 to who has no token, but answers ${said(status, text)}`);
}

async function ready(ask: Ask, deadline: number, say: (line: string) => void): Promise<void> {
  const { status, text } = await patiently(() => ask('GET', PATHS.ready), deadline, say);
  if (status !== 200) throw new ProbeFailure(`${PATHS.ready} answers ${said(status, text)}`);
}

async function submit(ask: Ask, options: ProbeOptions, deadline: number): Promise<ProbeJob> {
  const { status, text } = await patiently(() => ask('POST', JOBS, requestOf(options)), deadline);
  if (status === 201) return jobIn(text);
  throw new ProbeFailure(`${JOBS} does not take a job, but answers ${said(status, text)}`);
}

const requestOf = ({ image, namespace, timeoutMs }: ProbeOptions) => ({
  jobName: 'probe',
  namespace,
  runtime: 'job',
  algorithm: { source: 'container', algorithmName: 'probe', imageUri: image },
  command: ['sh', '-c', 'echo the platform runs jobs'],
  resources: { instanceResources: { cpuCores: 0.1, memoryGiB: 0.25 }, instanceCount: 1, volumeSizeGB: 1 },
  // Ends it where nobody waits for it any more.
  stoppingCondition: { maxRuntimeSeconds: Math.max(1, Math.ceil(timeoutMs / 1000)) },
});

async function ended(
  ask: Ask,
  submitted: ProbeJob,
  { deadline, intervalMs = 1000 }: ProbeOptions & { deadline: number },
  say: (line: string) => void,
): Promise<ProbeJob> {
  const path = `${JOBS}/${submitted.id}`;
  let job = submitted;
  for (let last = ''; ; await sleep(intervalMs)) {
    const { status, text } = await patiently(() => ask('GET', path), deadline, say);
    if (status !== 200) throw new ProbeFailure(`${path} answers ${said(status, text)}`);
    job = jobIn(text);
    const now = `${job.status}, ${job.reason}: ${job.message}`;
    if (now !== last) say(now);
    last = now;
    if (job.status === 'Succeeded' || job.status === 'Failed') return job;
    if (performance.now() > deadline)
      throw new ProbeFailure(`job ${job.id} has not ended in time: ${now}${await whyItWaits(ask, path)}`);
  }
}

/** What the pods of a job say that does not get on. */
async function whyItWaits(ask: Ask, path: string): Promise<string> {
  const answer = await ask('GET', `${path}/pods`).catch(() => undefined);
  if (answer?.status !== 200) return '';
  const { clusters } = JSON.parse(answer.text) as {
    clusters: {
      cluster: string;
      pods: { name: string; reason: string | null; message: string | null; advice?: string | null }[];
    }[];
  };
  const waiting = clusters.flatMap(({ cluster, pods }) =>
    pods
      .filter(({ reason }) => reason)
      .map(({ advice, message, name, reason }) =>
        [`${cluster}/${name}: ${reason} ${message ?? ''}`.trimEnd(), ...(advice ? [advice] : [])].join(' - '),
      ),
  );
  return waiting.map((line) => `\n  ${line.trimEnd()}`).join('');
}

const jobIn = (text: string): ProbeJob => JSON.parse(text) as ProbeJob;

/** Answers that are no answer yet: the service starts, is replaced, or its database is. */
const NOT_YET = new Set([429, 502, 503, 504]);

/** Asks again until there is an answer to the question itself. */
async function patiently(
  ask: () => Promise<ProbeAnswer>,
  deadline: number,
  say: (line: string) => void = () => undefined,
): Promise<ProbeAnswer> {
  for (let last = ''; ; await sleep(1000)) {
    const answer = await ask().catch((error: unknown) => reasonOf(error));
    if (typeof answer !== 'string' && !NOT_YET.has(answer.status)) return answer;
    const now = typeof answer === 'string' ? answer : said(answer.status, answer.text);
    if (performance.now() > deadline) throw new ProbeFailure(`the job API does not answer: ${now}`);
    if (now !== last) say(`waiting: ${now}`);
    last = now;
  }
}

const reasonOf = (error: unknown): string => {
  const { cause, message } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
};

/** A problem's own words (RFC 9457), or the beginning of whatever came. */
function said(status: number, text: string): string {
  try {
    const { detail, title } = JSON.parse(text) as { detail?: string; title?: string };
    return `${status}: ${detail ?? title ?? text.slice(0, 500)}`;
  } catch {
    return `${status}: ${text.trim().slice(0, 500)}`;
  }
}
