import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { ServerOptions as TlsOptions } from 'node:https';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type ApiRequest, json, type Reply } from './exchange.ts';
import { ApiError } from './status.ts';

/** Where API servers begin to zip, and how hard (apiserver/pkg/endpoints/handlers/responsewriters). */
const GZIP_FROM_BYTES = 128 * 1024;
const GZIP_LEVEL = constants.Z_BEST_SPEED;
const MAX_BODY_BYTES = 3 * 1024 * 1024;

const zip = promisify(gzip);

export interface Listener {
  readonly url: string;
  close(): Promise<void>;
}

interface ListenOptions {
  readonly port?: number;
  readonly tls?: TlsOptions;
  /** Takes over connections that leave HTTP; without it they are refused. */
  onUpgrade?(incoming: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** Does what a request asks for and sends the answer, or does not: faults are the handler's business. */
export type RawHandler = (request: ApiRequest, wire: Wire) => Promise<void>;

/** The connection of one request. */
export interface Wire {
  readonly response: ServerResponse;
  send(reply: Reply): Promise<void>;
  /** Drops the connection without another byte. */
  drop(): void;
}

export async function listen(handler: RawHandler, { onUpgrade, port = 0, tls }: ListenOptions = {}): Promise<Listener> {
  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    serve(handler, incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else void sendReply(incoming, response, failure(error));
    });
  };
  const server = tls ? createTlsServer(tls, onRequest) : createServer(onRequest);
  // Go's servers keep idle connections for long; Node would close them after 5 s under the client's feet.
  server.keepAliveTimeout = 180_000;
  const upgraded = new Set<Duplex>();
  if (onUpgrade) {
    server.on('upgrade', (incoming, socket: Duplex, head: Buffer) => {
      upgraded.add(socket.once('close', () => upgraded.delete(socket)));
      onUpgrade(incoming, socket, head);
    });
  }
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}

async function serve(handler: RawHandler, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const request = await readRequest(incoming, hungUp.signal);
  await handler(request, {
    response,
    send: (reply) => sendReply(incoming, response, reply),
    drop: () => response.destroy(),
  });
}

async function readRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<ApiRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES)
      throw new ApiError(413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  return {
    method: incoming.method ?? 'GET',
    path: path
      .split('/')
      .filter((segment) => segment !== '')
      .map(decodeURIComponent),
    query: new URLSearchParams(query),
    headers: incoming.headers as Record<string, string | undefined>,
    body: body.toString('utf8'),
    bytes: body,
    signal,
  };
}

const failure = (error: unknown): Reply =>
  error instanceof ApiError
    ? json(error.code, error.status())
    : json(500, new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`).status());

/** Until more can be written, or nobody reads any more. What was waited for in vain is not waited for any longer. */
async function drained(response: ServerResponse): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  over.abort();
}

async function sendReply(incoming: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  if ('stream' in reply) {
    response.writeHead(reply.status, reply.headers);
    response.flushHeaders();
    for await (const piece of reply.stream) {
      if (response.destroyed) break;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
    return;
  }
  const body = Buffer.from(reply.body, 'utf8');
  const zipped = body.length >= GZIP_FROM_BYTES && incoming.headers['accept-encoding']?.includes('gzip');
  const sent = zipped ? await zip(body, { level: GZIP_LEVEL }) : body;
  response.writeHead(reply.status, {
    ...reply.headers,
    ...(zipped && { 'content-encoding': 'gzip', vary: 'Accept-Encoding' }),
    'content-length': String(sent.length),
  });
  response.end(sent);
}
