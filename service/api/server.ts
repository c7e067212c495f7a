import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Logger, pino } from 'pino';
import { addressToListenOn } from '../listening.ts';
import { answerUnreadable } from './unreadable.ts';

/** The listening side of the API. */
interface HttpServer {
  start(): Promise<{ port: number }>;
  /** Takes no more connections, lets requests in flight finish until the time is up, then cuts them off. */
  stop(graceMs: number): Promise<void>;
}

/** A half-open connection holds nothing but its socket; these end it. Longer than the keep-alive of common load balancers (60 s). */
const KEEP_ALIVE_MS = 65_000;
const PATIENCE = { headersMs: 20_000, requestMs: 60_000, lookEveryMs: 5_000 };

export function createHttpServer(
  listener: RequestListener,
  host: string,
  port: number,
  log: Logger,
  patience = PATIENCE,
): HttpServer {
  const server = createServer(
    {
      keepAliveTimeout: KEEP_ALIVE_MS,
      headersTimeout: patience.headersMs,
      requestTimeout: patience.requestMs,
      connectionsCheckingInterval: patience.lookEveryMs,
      // Asked for by the app, whose answer has a body.
      requireHostHeader: false,
    },
    listener,
  );
  const unanswered = new Set<ServerResponse>();
  let stopping = false;
  // A body is asked for by whoever reads it: a caller who is refused need not send it. What else is expected cannot be met, and
  // is told as a problem like any other.
  for (const event of ['checkContinue', 'checkExpectation'] as const) {
    server.on(event, (request, response) => server.emit('request', request, response));
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    // Something else in the midst of an answer would be taken for a part of it.
    const inTheMidst = [...unanswered].some((response) => response.socket === socket && response.headersSent);
    if (inTheMidst) socket.destroy();
    else answerUnreadable(log, error, socket as Socket);
  });
  server.prependListener('request', (_request, response) => {
    if (stopping) tellLast(response);
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
  });
  return {
    async start() {
      server.listen(port, addressToListenOn(host));
      await once(server, 'listening').catch((error) => {
        throw explained(error, host, port);
      });
      return { port: (server.address() as AddressInfo).port };
    },
    async stop(graceMs) {
      if (!server.listening) return;
      stopping = true;
      for (const response of unanswered) tellLast(response);
      const closed = new Promise((resolve) => server.close(resolve));
      // A kept-alive connection that becomes idle now would hold the stop for its whole keep-alive.
      const sweep = setInterval(() => server.closeIdleConnections(), 50);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(sweep);
      clearTimeout(cut);
    },
  };
}

/** Else a client sends its next request on a connection that is being closed, and cannot know what became of it. */
function tellLast(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Tells that the port is in use before time is spent on what comes before listening. */
export async function requireFreePort(host: string, port: number): Promise<void> {
  const probe = createHttpServer(() => undefined, host, port, pino({ level: 'silent' }));
  await probe.start();
  await probe.stop(0);
}

function explained(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const at = `${host}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenError(
        `Port ${port} is in use on ${host} by another process. Choose another: PORT=${port + 1} or --port=${port + 1}`,
      );
    case 'EACCES':
      return new ListenError(`This user may not listen on ${at}. Choose a port above 1023: --port=8080`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenError(`This machine has no address ${host}. Choose another: HOST=127.0.0.1 or --host=127.0.0.1`);
    default:
      return error;
  }
}

/** Something the operator must change; told as one line, without a stack. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}
