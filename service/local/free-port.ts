import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Where ports are looked for: below those that the system itself gives to outgoing connections (Linux from 32768, macOS and Windows from
 * 49152), any of which may take one between this look and the program's start, and below Kubernetes' node ports (from 30000).
 */
const FROM = 20_000;
const COUNT = 10_000;
const TRIES = 100;

/** A port of this machine that nobody listened on a moment ago, for programs that must be told one. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = FROM + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(
    `None of ${TRIES} ports between ${FROM} and ${FROM + COUNT - 1} can be listened on at 127.0.0.1: end programs that hold them`,
  );
}

export async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
