import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request that was stopped on its way, so that something can happen just before or just after Karmada acts on it. */
export interface HeldRequest {
  /** The server does what was asked; its answer is kept back. */
  forward(): Promise<void>;
  /** The connection breaks. */
  drop(): void;
}

/** A reverse proxy before the simulated Karmada. */
export interface Gate {
  readonly url: string;
  /** Keeps the next request whose `METHOD /path` matches, and resolves when it is there. */
  hold(matching: RegExp): Promise<HeldRequest>;
  close(): Promise<void>;
}

export async function startGate(upstream: string): Promise<Gate> {
  const waiting: { matching: RegExp; resolve: (held: HeldRequest) => void }[] = [];
  const sockets = new Set<Socket>();

  const server = createServer(async (message, response) => {
    const body = await bodyOf(message);
    const at = waiting.findIndex(({ matching }) => matching.test(`${message.method} ${message.url}`));
    const [holder] = at < 0 ? [] : waiting.splice(at, 1);
    if (!holder) return pass(upstream, message, body, response).catch(() => response.destroy());
    holder.resolve({
      forward: async () => {
        await ask(upstream, message, body);
      },
      drop: () => response.destroy(),
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The gate has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    hold: (matching) => new Promise((resolve) => waiting.push({ matching, resolve })),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

async function pass(upstream: string, message: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
  const answer = await ask(upstream, message, body);
  response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
  response.end(answer.body);
}

async function ask(upstream: string, message: IncomingMessage, body: Buffer) {
  const outgoing = httpRequest(`${upstream}${message.url}`, {
    method: message.method,
    headers: { ...withoutHopByHop(message.headers), 'content-length': body.length },
    agent: false,
  });
  outgoing.end(body);
  const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: answer.statusCode ?? 502, headers: withoutHopByHop(answer.headers), body: await bodyOf(answer) };
}

function withoutHopByHop(headers: IncomingMessage['headers']): IncomingMessage['headers'] {
  const {
    host: _host,
    connection: _connection,
    'transfer-encoding': _chunked,
    'content-length': _length,
    ...kept
  } = headers;
  return kept;
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}
