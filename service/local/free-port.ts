import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * Where ports are looked for: below those that the system itself gives to outgoing connections (Linux from 32768, macOS and Windows from
 * 49152), any of which may take one between this look and the program's start, and below Kubernetes' node ports (from 30000).
 */
const FROM = 20_000;
const COUNT = 10_000;
const TRIES = 100;
const MAX_PORT = 65_535;

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

/** The port that a file remembers, so that who was told of it finds us there when we have been started again; a free one where that is not usable. */
export async function rememberedPort(
  file: string,
  isUsable: (port: number) => boolean | Promise<boolean> = isFree,
): Promise<number> {
  const last = Number(await readFile(file, 'utf8').catch(() => ''));
  const isPort = Number.isInteger(last) && last > 0 && last <= MAX_PORT;
  const port = isPort && (await isUsable(last)) ? last : await freePort();
  await writeFile(file, String(port), { mode: 0o600 });
  return port;
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
