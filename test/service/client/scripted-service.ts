import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Handler = (asked: Asked, response: ServerResponse) => void | Promise<void>;

/** A service that answers as a test says, over real HTTP, and remembers what it was asked. */
export async function startScripted(handler: Handler) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const { method = '', headers } = request;
    const question = { method, path: pathname, query: searchParams, headers, body: await text(request) };
    asked.push(question);
    await handler(question, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export const json = (response: ServerResponse, body: unknown, status = 200, headers = {}): void => {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
};

export const problem = (response: ServerResponse, status: number, detail: string, more: object = {}, headers = {}) => {
  response.writeHead(status, { 'Content-Type': 'application/problem+json', ...headers });
  const body = { type: 'about:blank', title: 'x', status, detail, message: detail, requestId: 'request-1', ...more };
  response.end(JSON.stringify(body));
};

/** What has been sent arrives, and then the connection breaks: no end of the answer, no word why. */
export const cut = (response: ServerResponse, sent: string, type = 'text/plain; charset=utf-8'): void => {
  response.writeHead(200, { 'Content-Type': type });
  response.write(sent, () => setImmediate(() => response.destroy()));
};
