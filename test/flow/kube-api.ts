import type { Identity } from '../../service/kube/identity.ts';
import { createLines, type Lines } from '../../service/kube/lines.ts';

interface KubeAnswer {
  readonly status: number;
  // What an API server answers is looked into by tests alone, which fail when it is not as expected.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

/** An API server as an administrator sees it: with it tests look, play KubeRay and clean up. Not the client under test. */
export interface KubeApi {
  get(path: string): Promise<KubeAnswer>;
  delete(path: string): Promise<KubeAnswer>;
  post(path: string, object: unknown): Promise<KubeAnswer>;
  /** Merges into the object; `/status` at the end of the path writes the status. */
  patch(path: string, change: unknown): Promise<KubeAnswer>;
  put(path: string, object: unknown): Promise<KubeAnswer>;
  close(): Promise<void>;
}

/** `under`: a path in front of all others, such as that of Karmada's proxy to a member. */
export function createKubeApi(kubeconfig: Identity, under = ''): KubeApi {
  const lines: Lines = createLines(kubeconfig);

  async function send(
    method: 'GET' | 'DELETE' | 'PATCH' | 'PUT' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<KubeAnswer> {
    const line = await lines.current();
    const answer = await line.requests.request({
      origin: line.origin,
      path: `${line.basePath}${under}${path}`,
      method,
      headers: {
        ...line.headers,
        accept: 'application/json',
        ...(body === undefined
          ? {}
          : { 'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  return {
    get: (path) => send('GET', path),
    delete: (path) => send('DELETE', path),
    post: (path, object) => send('POST', path, object),
    patch: (path, change) => send('PATCH', path, change),
    put: (path, object) => send('PUT', path, object),
    close: () => lines.close(),
  };
}

export const proxyPath = (cluster: string): string => `/apis/cluster.karmada.io/v1alpha1/clusters/${cluster}/proxy`;
