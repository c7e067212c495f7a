import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What a container answers on a forwarded port; undefined: nothing listens there. */
export type Answer = (pod: string, path: string) => { readonly status: number; readonly body: string } | undefined;

const PATH = /^\/api\/v1\/namespaces\/[^/]+\/pods\/([^/?]+)\/portforward\?ports=(\d+)$/;
const DATA = 0;
const ERROR = 1;

/** `pods/portforward` over a WebSocket, as kubelets serve it (v4.channel.k8s.io): each frame begins with its channel. */
export function createPortForward(answer: Answer) {
  const server = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  return (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const [, pod, port] = PATH.exec(request.url ?? '') ?? [];
    if (pod === undefined) return void socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
    server.handleUpgrade(request, socket, head, (client) => serve(client, pod, Number(port), answer));
  };
}

function serve(client: WebSocket, pod: string, port: number, answer: Answer): void {
  const send = (channel: number, content: Buffer): void =>
    client.send(Buffer.concat([Buffer.from([channel]), content]));
  const opening = Buffer.alloc(2);
  opening.writeUInt16LE(port);
  for (const channel of [DATA, ERROR]) send(channel, opening);
  let asked = '';
  client.on('message', (frame: Buffer) => {
    asked += frame.subarray(1).toString();
    if (!asked.includes('\r\n\r\n')) return;
    const [, path = '/'] = /^\w+ (\S+) /.exec(asked) ?? [];
    const reply = answer(pod, path);
    if (!reply) return send(ERROR, Buffer.from('connection refused'));
    const length = Buffer.byteLength(reply.body);
    send(
      DATA,
      Buffer.from(`HTTP/1.1 ${reply.status} -\r\ncontent-length: ${length}\r\nconnection: close\r\n\r\n${reply.body}`),
    );
  });
}
