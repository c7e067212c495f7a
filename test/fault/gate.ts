import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What befalls the requests that match, instead of passing. */
export type Fault =
  /** Answered here; the server never hears of it. */
  | { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks before the server hears of it. */
  | 'lostRequest'
  /** The server does what was asked, and the connection breaks before its answer. */
  | 'lostAnswer'
  /** The server does what was asked, and the answer is cut in half. */
  | 'cutAnswer'
  /** Nobody ever answers. */
  | 'hang';

export interface HeldRequest {
  readonly line: string;
  /** The server does what was asked; its answer is kept back. */
  forward(): Promise<void>;
  /** The caller is gone or is cut off. */
  drop(): void;
}

/** A reverse proxy before a (simulated) Karmada, where single requests can be lost, held or answered otherwise. */
export interface Gate {
  readonly url: string;
  /** `METHOD /path` of all that came, in order. */
  readonly log: readonly string[];
  /** The next so many matching requests (all, unless said) meet this fault; returns how to end it. */
  fault(matching: RegExp, fault: Fault, times?: number): () => void;
  /** Waits for the next matching request, and keeps it. */
  hold(matching: RegExp): Promise<HeldRequest>;
  close(): Promise<void>;
}

interface Rule {
  readonly matching: RegExp;
  left: number;
  meet(incoming: Incoming): Promise<void>;
}

interface Incoming {
  readonly line: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

export async function startGate(upstream: string): Promise<Gate> {
  const rules: Rule[] = [];
  const log: string[] = [];
  const sockets = new Set<Socket>();

  const server = createServer(async (message, response) => {
    const line = `${message.method} ${message.url}`;
    log.push(line);
    const incoming = { line, message, response, body: await bodyOf(message) };
    const rule = rules.find(({ matching, left }) => left > 0 && matching.test(line));
    if (rule) rule.left -= 1;
    await (rule ? rule.meet(incoming) : pass(upstream, incoming)).catch(() => response.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The gate has no port');

  const add = (rule: Rule) => {
    rules.unshift(rule);
    return () => {
      rule.left = 0;
    };
  };

  return {
    url: `http://127.0.0.1:${address.port}`,
    log,
    fault: (matching, fault, times = Number.POSITIVE_INFINITY) =>
      add({ matching, left: times, meet: (incoming) => suffer(upstream, incoming, fault) }),
    hold: (matching) =>
      new Promise((resolve) => {
        add({
          matching,
          left: 1,
          meet: async (incoming) =>
            resolve({
              line: incoming.line,
              forward: async () => void (await ask(upstream, incoming)),
              drop: () => incoming.response.destroy(),
            }),
        });
      }),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

async function suffer(upstream: string, incoming: Incoming, fault: Fault): Promise<void> {
  const { response } = incoming;
  if (fault === 'hang') return;
  if (fault === 'lostRequest') return void response.destroy();
  if (fault === 'lostAnswer') {
    await ask(upstream, incoming);
    return void response.destroy();
  }
  if (fault === 'cutAnswer') {
    const { status, headers, body } = await ask(upstream, incoming);
    response.writeHead(status, { 'content-type': headers['content-type'] ?? 'application/json' });
    response.end(body.subarray(0, body.length / 2));
    return;
  }
  response.writeHead(fault.status, { 'content-type': 'application/json', ...fault.headers });
  response.end(JSON.stringify(fault.body ?? status(fault.status)));
}

/** As a Kubernetes API server words it. */
const status = (code: number) => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message: `the test says ${code}`,
  reason: { 401: 'Unauthorized', 403: 'Forbidden', 409: 'Conflict', 422: 'Invalid' }[code] ?? 'InternalError',
  details: {},
  code,
});

async function pass(upstream: string, incoming: Incoming): Promise<void> {
  const { status: code, headers, body } = await ask(upstream, incoming);
  const { 'transfer-encoding': _chunked, 'content-length': _length, connection: _connection, ...kept } = headers;
  incoming.response.writeHead(code, { ...kept, 'content-length': body.length });
  incoming.response.end(body);
}

async function ask(upstream: string, { message, body }: Incoming): Promise<Answer> {
  const { host: _host, connection: _connection, ...headers } = message.headers;
  const outgoing = httpRequest(`${upstream}${message.url}`, { method: message.method, headers, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 502, headers: response.headers, body: await bodyOf(response) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
