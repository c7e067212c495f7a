import { once } from 'node:events';
import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';

/** A request that was stopped on its way, so that something can happen just before or just after Karmada acts on it. */
interface HeldRequest {
  /** The server does what was asked; its answer is kept back. */
  forward(): Promise<void>;
  /** The connection breaks. */
  drop(): void;
}

/** A reverse proxy before the simulated Karmada. */
export interface Gate {
  readonly url: string;
  /** Keeps the next request whose `METHOD /path`, and body if that is given, match, and resolves when it is there. */
  hold(matching: RegExp, body?: RegExp): Promise<HeldRequest>;
  close(): Promise<void>;
}

export async function startGate(upstream: string): Promise<Gate> {
  const waiting: { matching: RegExp; inBody: RegExp; resolve: (held: HeldRequest) => void }[] = [];
  const sockets = new Set<Socket>();

  const server = createServer(async (message, response) => {
    const body = await bodyOf(message);
    const at = waiting.findIndex(
      ({ inBody, matching }) => matching.test(`${message.method} ${message.url}`) && inBody.test(body.toString()),
    );
    const [holder] = at < 0 ? [] : waiting.splice(at, 1);
    if (!holder) return pass(upstream, message, body, response);
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
    hold: (matching, inBody = /(?:)/) => new Promise((resolve) => waiting.push({ matching, inBody, resolve })),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** Piece by piece, for watches. */
function pass(upstream: string, message: IncomingMessage, body: Buffer, response: ServerResponse): void {
  const outgoing = requestTo(upstream, message, body);
  outgoing.on('error', () => response.destroy());
  outgoing.on('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, withoutHopByHop(answer.headers));
    answer.on('error', () => response.destroy());
    answer.pipe(response);
  });
  response.on('close', () => outgoing.destroy());
}

async function ask(upstream: string, message: IncomingMessage, body: Buffer): Promise<void> {
  const [answer] = (await once(requestTo(upstream, message, body), 'response')) as [IncomingMessage];
  await bodyOf(answer);
}

function requestTo(upstream: string, message: IncomingMessage, body: Buffer): ClientRequest {
  const headers = { ...withoutHopByHop(message.headers), 'content-length': body.length };
  const outgoing = httpRequest(`${upstream}${message.url}`, { method: message.method, headers, agent: false });
  outgoing.end(body);
  return outgoing;
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
