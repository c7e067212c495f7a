import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiRequest, Handler, Reply, WholeReply } from '../kube/exchange.ts';
import { json } from '../kube/exchange.ts';
import type { RawHandler, Wire } from '../kube/listener.ts';
import { ApiError, notFound } from '../kube/status.ts';
import type { Fault, Faults } from './faults.ts';
import { CLUSTER } from './kinds.ts';
import type { RequestLog } from './request-log.ts';

/** What net/http gives a TLS handshake; the proxy reports it as a plain 500. */
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Between the socket and the API: writes every request down and does the faults that were asked for. */
export function createGate(handle: Handler, faults: Faults, log: RequestLog): RawHandler {
  return async (request, wire) => {
    const { cluster, path } = destination(request);
    const query = request.query.toString();
    log.add({ at: Date.now(), method: request.method, cluster, path, query }, request.signal);
    const fault = faults.next({ cluster, method: request.method, url: query ? `${path}?${query}` : path });
    if (fault) await suffer(fault, cluster, request, wire);
    else await deliver(await handle(request), cluster, wire);
  };

  async function suffer(fault: Fault, cluster: string | null, request: ApiRequest, wire: Wire): Promise<void> {
    switch (fault.kind) {
      case 'hang':
        if (cluster === null) return;
        await pause(fault.ms ?? HANDSHAKE_TIMEOUT_MS, request.signal);
        return wire.send(dialError('net/http: TLS handshake timeout'));
      case 'refuse':
        if (cluster === null) return wire.drop();
        return wire.send(dialError('dial tcp 127.0.0.1:6443: connect: connection refused'));
      case 'dialError':
        return wire.send(dialError(fault.message));
      case 'status':
        return wire.send(statusReply(fault.code, fault.message, fault.retryAfterSeconds));
      case 'unknownCluster': {
        const error = notFound(CLUSTER, cluster ?? '');
        return wire.send(json(error.code, error.status()));
      }
      case 'lostAnswer':
        await handle(request);
        return wire.drop();
      case 'truncate':
        return truncate(await handle(request), wire, fault.clean === true);
      case 'garble':
        return wire.send(garbled(fault.as));
      case 'delay':
        await pause(fault.ms, request.signal);
        return deliver(await handle(request), cluster, wire);
      case 'halfOpen':
        return;
      case 'emptyCache':
        return deliver(atItsBeginning(await handle(withoutObjects(request))), cluster, wire);
    }
  }

  async function deliver(reply: Reply, cluster: string | null, wire: Wire): Promise<void> {
    if (!('stream' in reply)) return wire.send(reply);
    return wire.send({ ...reply, stream: unlessSilenced(reply.stream, cluster) });
  }

  async function* unlessSilenced(stream: AsyncIterable<string>, cluster: string | null): AsyncGenerator<string> {
    for await (const piece of stream) {
      if (!faults.silenced(cluster)) yield piece;
    }
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<unknown> => sleep(ms, undefined, { signal }).catch(() => {});

function destination({ path }: ApiRequest): { cluster: string | null; path: string } {
  const [, group, , plural, cluster, subresource, ...rest] = path;
  const proxied = group === 'cluster.karmada.io' && plural === 'clusters' && subresource === 'proxy';
  return proxied
    ? { cluster: cluster ?? '', path: `/${rest.join('/')}` }
    : { cluster: null, path: `/${path.join('/')}` };
}

/** Errors of the proxy that are no Status of their own come as 500 without a reason. */
const dialError = (message: string): WholeReply => json(500, new ApiError(500, '', message).status());

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

const MESSAGES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'the server could not find the requested resource',
  429: 'Too many requests, please try again later.',
  500: 'Internal error occurred: etcdserver: request timed out',
};

function statusReply(code: number, message: string | undefined, retryAfterSeconds: number | undefined): WholeReply {
  const details = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  const error = new ApiError(code, REASONS[code] ?? '', message ?? MESSAGES[code] ?? `simulated ${code}`, details);
  const reply = json(code, error.status());
  return retryAfterSeconds === undefined
    ? reply
    : { ...reply, headers: { ...reply.headers, 'retry-after': String(retryAfterSeconds) } };
}

async function truncate(reply: Reply, wire: Wire, clean: boolean): Promise<void> {
  if ('stream' in reply) return wire.drop();
  const half = reply.body.slice(0, Math.floor(reply.body.length / 2));
  if (clean) return wire.send({ ...reply, body: half });
  wire.response.writeHead(reply.status, { ...reply.headers, 'content-length': String(Buffer.byteLength(reply.body)) });
  wire.response.write(half, () => wire.drop());
}

function garbled(as: 'html' | 'noise' | 'otherJson' | 'empty'): WholeReply {
  switch (as) {
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: '<html><body>Sign in</body></html>' };
    case 'noise':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '\u0000\u0001{"kind":"Tab' };
    case 'otherJson':
      return json(200, { hello: ['world'] });
    case 'empty':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
  }
}

/** A cache that has seen nothing yet has come to no version of its objects either. */
function atItsBeginning(reply: Reply): Reply {
  if ('stream' in reply) return reply;
  return { ...reply, body: reply.body.replace(/"resourceVersion":"\d+"/, '"resourceVersion":"1"') };
}

function withoutObjects(request: ApiRequest): ApiRequest {
  const query = new URLSearchParams(request.query);
  query.set('labelSelector', 'simulated.mlplatform.io/no-object-has-this');
  return { ...request, query };
}
