import { createConnection } from '../../../service/kube/connection.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import type { ConnectionSettings } from '../../../service/kube/settings.ts';

/** An API server refused, or could not be asked; the message is fit to be shown. */
export class ApiFailure extends Error {
  override name = 'ApiFailure';
  /** 0: no answer at all. */
  readonly status: number;
  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Asking {
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** One API server, as far as the deploy command needs it. */
export interface KubeApi {
  /** Address, fit for messages. */
  readonly server: string;
  /** How the server is reached: for the kubeconfig that the backend gets. */
  settings(): Promise<ConnectionSettings>;
  /** The parsed answer; throws ApiFailure for every status but 2xx. */
  ask<Answer>(method: Method, path: string, asking?: Asking): Promise<Answer>;
  /** As ask with GET, undefined for what is not there. */
  find<Answer>(path: string, query?: Asking['query']): Promise<Answer | undefined>;
  /** Whatever was answered, unparsed: logs, and what a proxy passes on. */
  text(method: Method, path: string, asking?: Asking): Promise<{ readonly status: number; readonly text: string }>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 30_000;

export async function connectTo(path: string, signal: AbortSignal, context?: string): Promise<KubeApi> {
  const kubeconfig = await loadKubeconfig(path, context === undefined ? {} : { context });
  const connection = createConnection(kubeconfig);

  async function text(method: Method, at: string, { body, contentType, query = {} }: Asking = {}) {
    const search = new URLSearchParams(query);
    const late = AbortSignal.timeout(TIMEOUT_MS);
    try {
      const line = await connection.current();
      const answer = await line.requests.request({
        origin: line.origin,
        path: `${line.basePath}${at}${search.size > 0 ? `?${search}` : ''}`,
        method,
        headers: {
          ...line.headers,
          accept: 'application/json',
          'user-agent': 'ml-platform-deploy',
          ...(body !== undefined && { 'content-type': contentType ?? 'application/json' }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, late]),
      });
      return { status: answer.statusCode, text: await answer.body.text() };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw new ApiFailure(
        0,
        `${kubeconfig.server} does not answer: ${late.aborted ? 'nothing within 30 s' : why(error)}`,
      );
    }
  }

  async function ask<Answer>(method: Method, at: string, asking?: Asking): Promise<Answer> {
    const { status, text: body } = await text(method, at, asking);
    if (status < 200 || status > 299) throw new ApiFailure(status, said(body) || `HTTP ${status} to ${method} ${at}`);
    try {
      return JSON.parse(body) as Answer;
    } catch {
      throw new ApiFailure(status, `${kubeconfig.server} is no Kubernetes API server: no JSON to ${method} ${at}`);
    }
  }

  return {
    server: kubeconfig.server,
    settings: () => kubeconfig.settings(),
    ask,
    text,
    async find<Answer>(at: string, query?: Asking['query']) {
      try {
        return await ask<Answer>('GET', at, query && { query });
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 404) return undefined;
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

function why(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Of a name with several addresses Node reports an AggregateError without a message.
  return error.message || (error as NodeJS.ErrnoException).code || error.name;
}

/** The message of a Status object; of a proxy's page, the beginning. */
function said(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return message;
  } catch {
    // Not a Status: shown as it is.
  }
  return body.trim().slice(0, 300);
}
