import { eventually } from '../patience.ts';

export interface JobAnswer {
  readonly id: string;
  readonly jobName: string;
  readonly namespace: string;
  readonly algorithm: string;
  readonly priority: number;
  readonly status: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
  readonly reason: string;
  readonly message: string;
  readonly request: Record<string, unknown>;
  readonly clusters: readonly string[];
  readonly unreachableSince: Readonly<Record<string, string>>;
  readonly attention: { readonly reason: string } | null;
  readonly retryOf: string | null;
  readonly attempt: number;
  readonly progress: { readonly source: string; readonly percent: number | null; readonly loss: number | null } | null;
}

interface EventAnswer {
  readonly status: string;
  readonly previous: string | null;
  readonly cluster: string | null;
  readonly reason: string;
  readonly message: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers, and fail when they are not as expected
  readonly body: any;
}

/** A client of the job API such as a script would be. */
export function createClient(url: string, patienceMs: number) {
  async function send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
  }

  async function job(id: string): Promise<JobAnswer | undefined> {
    const answer = await send('GET', `/api/v1/jobs/${id}`);
    return answer.status === 404 ? undefined : answer.body;
  }

  return {
    url,
    send,
    job,
    async submit(request: Record<string, unknown>): Promise<JobAnswer> {
      const answer = await send('POST', '/api/v1/jobs', request);
      if (answer.status !== 201)
        throw new Error(`POST /jobs answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    async events(id: string): Promise<EventAnswer[]> {
      return (await send('GET', `/api/v1/jobs/${id}/events`)).body;
    },
    /** The job as soon as it holds; undefined stands for one that is gone. */
    until: (id: string, holds: (job: JobAnswer | undefined) => boolean): Promise<JobAnswer | undefined> =>
      eventually(() => job(id), holds, { patienceMs }),
  };
}

export type Client = ReturnType<typeof createClient>;
