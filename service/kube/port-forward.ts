import { Duplex } from 'node:stream';
import { WebSocket } from 'undici';
import type { Deadline } from './deadline.ts';
import { causeOf } from './failures.ts';
import type { Line } from './lines.ts';
import type { Asked } from './server.ts';

// What `kubectl port-forward` does, over a WebSocket: the kubelet reaches the port from within the pod's own network. Each message
// begins with the number of its channel; a port has one for data and one for errors, and both open with the port's number.

/** Its successors only add how to tell that one side has written its last. */
const PROTOCOL = 'v4.channel.k8s.io';
const DATA = 0;
const ERROR = 1;
const PORT_BYTES = 2;
/** With more than this still to be sent, who writes waits. */
const MAX_UNSENT_BYTES = 1024 * 1024;
const LOOK_AGAIN_MS = 5;
/** A WebSocket cannot be held back: a reader who falls so far behind loses the stream. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** The stream, as soon as the server has opened it. */
export async function openPortForward(line: Line, asked: Asked, port: number, deadline: Deadline): Promise<Duplex> {
  const path = `${line.basePath}${asked.server.basePath}${asked.target.path}?ports=${port}`;
  const socket = new WebSocket(`${line.origin.replace(/^http/, 'ws')}${path}`, {
    protocols: [PROTOCOL],
    dispatcher: line.streams,
    headers: { ...line.headers },
  });
  socket.binaryType = 'arraybuffer';
  // Before it is open, so that no message is missed; the pod may refuse before anybody listens, which readers and writers still see.
  const stream = streamOver(socket, `${podOf(asked)}, port ${port}`).on('error', () => {});
  try {
    await Promise.race([opened(socket), deadline.passed]);
    return stream;
  } catch (error) {
    stream.destroy();
    throw error;
  }
}

/** "Pod a/p" of /api/v1/namespaces/a/pods/p/portforward. */
const podOf = ({ target }: Asked): string => {
  const [, namespace, , name] = target.path.split('/').slice(3);
  return `Pod ${namespace}/${name}`;
};

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', ({ error }) => reject(new Error(causeOf(error ?? 'it was not opened'))));
    socket.addEventListener('close', () => reject(new Error('it was closed at once')));
  });
}

function streamOver(socket: WebSocket, title: string): Duplex {
  const greeted = new Set<number>();
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      socket.send(Buffer.concat([Buffer.from([DATA]), chunk]));
      const goOn = (): void => {
        if (socket.bufferedAmount <= MAX_UNSENT_BYTES || socket.readyState !== WebSocket.OPEN) done();
        else setTimeout(goOn, LOOK_AGAIN_MS);
      };
      goOn();
    },
    destroy(error, done) {
      socket.close();
      done(error);
    },
  });
  const fail = (what: string): void => void stream.destroy(new Error(`${title}: ${what}`));

  socket.addEventListener('message', ({ data }: { data: ArrayBuffer }) => {
    const message = Buffer.from(data);
    const channel = message[0] ?? DATA;
    const body = message.subarray(1 + (greeted.has(channel) ? 0 : PORT_BYTES));
    greeted.add(channel);
    if (body.length === 0 || stream.destroyed) return;
    if (channel === ERROR) fail(body.toString('utf8').trim());
    else if (channel === DATA && !stream.push(body) && stream.readableLength > MAX_UNREAD_BYTES) {
      fail(`more than ${MAX_UNREAD_BYTES} bytes wait to be read`);
    }
  });
  socket.addEventListener('close', () => {
    if (!stream.destroyed) stream.push(null);
  });
  return stream;
}
