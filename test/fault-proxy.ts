import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP proxy on loopback that breaks connections the way networks and servers do. Starts healthy. */
export interface FaultProxy {
  readonly port: number;
  /** Connections that were refused by a reset, or have sent something into the black hole that they are in. */
  readonly victims: number;
  /** Nothing passes any more, in either direction, and nobody is told: the half-open connection. New ones are accepted and hang too. */
  blackHole(): void;
  /** New connections pass; those that are open stay in the black hole for ever. */
  forget(): void;
  /** All open connections are reset, and so is each new one, until `heal`. */
  reset(): void;
  /** Open connections are reset once; new ones work. */
  cut(): void;
  /** Each chunk is passed on so much later; of what arrives from now on. */
  delay(milliseconds: number): void;
  /** As new. Connections that were in the black hole go on where they were. */
  heal(): void;
  close(): Promise<void>;
}

type Mode = { kind: 'pass' } | { kind: 'blackHole' } | { kind: 'reset' } | { kind: 'delay'; milliseconds: number };

export async function startFaultProxy(target: { host?: string; port: number }): Promise<FaultProxy> {
  let mode: Mode = { kind: 'pass' };
  let refused = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer({ noDelay: true }, (near) => {
    if (mode.kind === 'reset') {
      refused += 1;
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const far = connect({ host: target.host ?? '127.0.0.1', port: target.port, noDelay: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    pipe(near, far);
    pipe(far, near);
    for (const socket of pair) {
      socket.on('error', () => undefined);
      socket.once('close', () => {
        pairs.delete(pair);
        for (const each of pair) each.destroy();
      });
    }
    if (mode.kind === 'blackHole') for (const socket of pair) socket.pause();
  });

  function pipe(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      const send = () => {
        if (!to.destroyed) to.write(chunk);
      };
      if (mode.kind === 'delay') setTimeout(send, mode.milliseconds);
      else send();
    });
    from.once('end', () => {
      if (mode.kind === 'delay') setTimeout(() => to.end(), mode.milliseconds);
      else to.end();
    });
  }

  const eachSocket = (act: (socket: Socket) => void) => {
    for (const pair of [...pairs]) for (const socket of pair) act(socket);
  };
  const cut = () => eachSocket((socket) => socket.resetAndDestroy());

  const port = await listening(server);
  return {
    port,
    get victims() {
      return refused + [...pairs].filter(([near]) => near.isPaused() && near.readableLength > 0).length;
    },
    blackHole() {
      mode = { kind: 'blackHole' };
      eachSocket((socket) => socket.pause());
    },
    forget() {
      mode = { kind: 'pass' };
    },
    reset() {
      mode = { kind: 'reset' };
      cut();
    },
    cut,
    delay(milliseconds) {
      mode = { kind: 'delay', milliseconds };
    },
    heal() {
      mode = { kind: 'pass' };
      eachSocket((socket) => socket.resume());
    },
    async close() {
      server.close();
      cut();
      await once(server, 'close');
    },
  };
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The proxy has no port');
  return address.port;
}
