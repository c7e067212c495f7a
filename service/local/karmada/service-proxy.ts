import type { ApiRequest, Reply } from '../kube/exchange.ts';
import { streamed } from '../kube/exchange.ts';
import type { StoredObject } from '../kube/objects.ts';
import { ApiError } from '../kube/status.ts';

/** What an API server's subresource `proxy` of a Service answers: what listens behind it, on a port of this machine, does. */
export async function proxyToService(
  request: ApiRequest,
  { name, port, rest }: { readonly name: string; readonly port: string; readonly rest: readonly string[] },
  service: StoredObject,
  ports: ReadonlyMap<string, number>,
): Promise<Reply> {
  const { namespace } = service.metadata;
  const local = ports.get(`${service.metadata.name}.${namespace}.svc:${port}`);
  const unavailable = (message: string) => new ApiError(503, 'ServiceUnavailable', message);
  if (local === undefined) throw unavailable(`no endpoints available for service "${name}"`);
  const path = rest.map(encodeURIComponent).join('/');
  const address = `http://127.0.0.1:${local}/${path}${request.query.size > 0 ? `?${request.query}` : ''}`;
  const answer = await fetch(address, { method: request.method, signal: request.signal }).catch((error: unknown) => {
    const cause = (error as Error).cause ?? error;
    throw unavailable(`error trying to reach service: ${(cause as Error).message}`);
  });
  const { headers, ...reply } = streamed(answer.headers.get('content-type') ?? 'text/plain', textOf(answer));
  return { ...reply, headers, status: answer.status };
}

async function* textOf({ body }: Response): AsyncGenerator<string> {
  if (body) yield* body.pipeThrough(new TextDecoderStream());
}
