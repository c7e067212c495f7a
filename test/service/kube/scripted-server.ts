import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { createKube, type KubeOptions } from '../../../service/kube/client.ts';
import type { Kube } from '../../../service/kube/kube.ts';
import { freePort } from '../../../service/local/free-port.ts';

/** One request as it came, to be answered by the test. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  json(body: unknown, status?: number): void;
  text(body: string, status?: number): void;
  /** Begins a 200 that goes on until it is ended. */
  stream(): Stream;
  /** Resolves when the client has hung up. */
  readonly gone: Promise<unknown>;
}

export interface Stream {
  event(type: string, object: unknown): void;
  raw(text: string): void;
  end(): void;
  /** The connection breaks. */
  cut(): void;
}

export interface ScriptedServer {
  readonly url: string;
  readonly kube: Kube;
  /** The next request, whenever it comes. */
  next(): Promise<Asked>;
  /** Requests that nobody has taken yet. */
  waiting(): number;
  stopListening(): Promise<void>;
  listenAgain(): Promise<void>;
}

/** An API server that answers nothing by itself; it ends with the test. */
export async function scriptedServer(options: Partial<KubeOptions> = {}): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const takers: ((request: Asked) => void)[] = [];
  const server = createServer(async (request, response) => {
    const one = await readAsked(request, response);
    const taker = takers.shift();
    if (taker) taker(one);
    else asked.push(one);
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  // One that nothing else is given while the server does not listen.
  const port = await freePort();
  await listen(port);
  const url = `http://127.0.0.1:${port}`;
  const settings = { server: new URL(url), proxyUrl: undefined, tls: {}, headers: {} };
  const identity = { source: 'test', server: url, settings: async () => settings, distrust: () => {} };
  const kube = createKube(identity, { userAgent: 'test', ...options });
  const stopListening = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  onTestFinished(async () => {
    await kube.close();
    await stopListening();
  });
  return {
    url,
    kube,
    next: () =>
      new Promise((resolve) => {
        const one = asked.shift();
        if (one) resolve(one);
        else takers.push(resolve);
      }),
    waiting: () => asked.length,
    stopListening,
    async listenAgain() {
      await listen(port);
    },
  };
}

async function readAsked(request: IncomingMessage, response: ServerResponse): Promise<Asked> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
  const answer = (status: number, type: string, text: string): void => {
    response.writeHead(status, { 'content-type': type }).end(text);
  };
  return {
    method: request.method ?? '',
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: request.headers,
    body,
    json: (object, status = 200) => answer(status, 'application/json', JSON.stringify(object)),
    text: (text, status = 200) => answer(status, 'text/plain', text),
    stream() {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.flushHeaders();
      const raw = (text: string): void => void response.write(text);
      return {
        raw,
        event: (type, object) => raw(`${JSON.stringify({ type, object })}\n`),
        end: () => void response.end(),
        cut: () => void response.destroy(),
      };
    },
    gone: once(response, 'close'),
  };
}
