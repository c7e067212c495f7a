import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createKube } from '../../../service/kube/client.ts';
import type { Kube } from '../../../service/kube/kube.ts';

const POD = { namespace: 'a', name: 'p' };
const GREETING = Buffer.from([0x90, 0x1f]);
const frame = (channel: number, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);

interface Kubelet {
  readonly kube: Kube;
  /** The next forwarding, with the request that asked for it. */
  readonly asked: Promise<{ socket: WebSocket; request: IncomingMessage; said: () => string }>;
}

/** A server that forwards, as a kubelet does it behind an API server; `refuse`: it answers so instead. */
async function kubelet(refuse?: number): Promise<Kubelet> {
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'v4.channel.k8s.io' });
  const server = createServer((_, response) => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      reason: 'Forbidden',
      message: 'pods "p" is forbidden',
      code: refuse,
    };
    response.writeHead(refuse ?? 200, { 'content-type': 'application/json' }).end(JSON.stringify(status));
  });
  const asked = new Promise<{ socket: WebSocket; request: IncomingMessage; said: () => string }>((resolve) => {
    server.on('upgrade', (request, socket, head) => {
      if (refuse !== undefined) return void socket.end(`HTTP/1.1 ${refuse} No\r\ncontent-length: 0\r\n\r\n`);
      sockets.handleUpgrade(request, socket, head, (opened) => {
        let said = '';
        opened.on('message', (message: Buffer) => {
          said += `${message[0]}:${message.subarray(1)}`;
        });
        resolve({ socket: opened, request, said: () => said });
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = { authorization: 'Bearer secret' };
  const settings = { server: new URL(url), proxyUrl: undefined, tls: {}, headers };
  const kube = createKube(
    { source: 'test', server: url, settings: async () => settings, distrust: () => {} },
    { userAgent: 'test' },
  );
  onTestFinished(async () => {
    await kube.close();
    for (const socket of sockets.clients) socket.terminate();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { kube, asked };
}

test('bytes go both ways without what frames them, and the end of the pod is the end of the stream', async () => {
  const { asked, kube } = await kubelet();
  const opening = kube.forward(POD, 8080);
  const { request, said, socket } = await asked;
  expect(request.url).toBe('/api/v1/namespaces/a/pods/p/portforward?ports=8080');
  expect(request.headers).toMatchObject({
    authorization: 'Bearer secret',
    'sec-websocket-protocol': 'v4.channel.k8s.io',
  });
  socket.send(frame(0, GREETING));
  socket.send(frame(1, GREETING));
  const stream = await opening;
  const message = once(socket, 'message');
  stream.write('ping');
  await message;
  expect(said()).toBe('0:ping');
  socket.send(frame(0, 'po'));
  socket.send(frame(0, 'ng'));
  socket.close();
  expect(await text(stream)).toBe('pong');
});

test("what the pod's side refuses is the stream's error, in its own words", async () => {
  const { asked, kube } = await kubelet();
  const opening = kube.forward(POD, 8080);
  const { socket } = await asked;
  for (const channel of [0, 1]) socket.send(frame(channel, GREETING));
  const stream = await opening;
  socket.send(frame(1, 'dial tcp 127.0.0.1:8080: connect: connection refused\n'));
  await expect(text(stream)).rejects.toThrow(
    'Pod a/p, port 8080: dial tcp 127.0.0.1:8080: connect: connection refused',
  );
});

test('a refusal that comes before anybody reads is kept for who reads', async () => {
  const { asked, kube } = await kubelet();
  const opening = kube.forward(POD, 8080);
  const { socket } = await asked;
  for (const channel of [0, 1]) socket.send(frame(channel, GREETING));
  socket.send(frame(1, 'connection refused'));
  const stream = await opening;
  if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve));
  await expect(text(stream)).rejects.toThrow('Pod a/p, port 8080: connection refused');
});

test('a server that does not forward is told at once, with its reason; one that says nothing when the time is up', async () => {
  await expect((await kubelet(403)).kube.forward(POD, 8080)).rejects.toMatchObject({
    failure: 'forbidden',
    message: expect.stringMatching(/answered 403 to GET .*portforward: pods "p" is forbidden - check the RBAC/),
  });
  await expect((await kubelet(400)).kube.forward(POD, 8080)).rejects.toMatchObject({ failure: 'refused', status: 400 });
  const silent = createServer().on('upgrade', () => {});
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = new URL(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
  const settings = { server: url, proxyUrl: undefined, tls: {}, headers: {} };
  const kube = createKube(
    { source: 'test', server: url.origin, settings: async () => settings, distrust: () => {} },
    { userAgent: 'test' },
  );
  onTestFinished(async () => {
    await kube.close();
    silent.closeAllConnections();
    silent.close();
  });
  await expect(kube.forward(POD, 8080, { timeoutMs: 50 })).rejects.toThrow('within 50 ms');
  const reason = new Error('enough');
  await expect(kube.forward(POD, 8080, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test('who is done hangs up', async () => {
  const { asked, kube } = await kubelet();
  const opening = kube.forward(POD, 8080);
  const { socket } = await asked;
  const stream = await opening;
  const closed = once(socket, 'close');
  stream.destroy();
  await closed;
});
