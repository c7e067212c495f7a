import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import type { Identity } from './identity.ts';
import type { ConnectionSettings } from './settings.ts';

/**
 * Kept-alive connections to one API server. Two pools, because a watch or a followed log holds its connection
 * for as long as it lasts: however many of those there are, the short requests keep theirs.
 *
 * HTTP/1.1 on purpose: with HTTP/2 one lost packet or one slow reader holds up all other answers, and undici's
 * HTTP/2 is still marked experimental in 7.30.
 */
export interface Lines {
  /** What the next request must use; follows the credentials when those change. */
  current(): Promise<Line>;
  close(): Promise<void>;
}

export interface Line {
  readonly origin: string;
  /** Of servers that live under a path, such as a gateway's. */
  readonly basePath: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly requests: Dispatcher;
  readonly streams: Dispatcher;
}

const CONNECT_TIMEOUT_MS = 5_000;
/** More requests than this at once wait for a free connection; enough to ask 100 clusters behind a proxy at a time. */
const REQUEST_CONNECTIONS = 64;
const STREAM_CONNECTIONS = 1_024;

export function createLines(identity: Identity): Lines {
  let line: Line | undefined;
  let madeFor = '';
  let known: ConnectionSettings | undefined;

  return {
    async current() {
      const settings = await identity.settings();
      // Certificates are long, and nearly always the very same: a fingerprint a request would cost more than its headers.
      const isSame = known && known.server === settings.server && known.tls === settings.tls;
      const fingerprint = isSame && known?.proxyUrl === settings.proxyUrl ? madeFor : fingerprintOf(settings);
      known = settings;
      if (line === undefined || fingerprint !== madeFor) {
        // Requests in flight finish on the old connections; closing waits for them.
        if (line) void closeLine(line);
        line = openLine(settings);
        madeFor = fingerprint;
      } else if (line.headers !== settings.headers) {
        line = { ...line, headers: settings.headers };
      }
      return line;
    },
    async close() {
      if (line) await Promise.all([line.requests.destroy(), line.streams.destroy()]);
      line = undefined;
    },
  };
}

/** A new token needs no new connection, a new certificate does. */
function fingerprintOf({ server, proxyUrl, tls }: ConnectionSettings): string {
  const text = (value: unknown): string => (Buffer.isBuffer(value) ? value.toString('base64') : String(value));
  return JSON.stringify([server.href, proxyUrl, Object.values(tls).map(text)]);
}

function openLine(settings: ConnectionSettings): Line {
  return {
    origin: settings.server.origin,
    basePath: settings.server.pathname.replace(/\/$/, ''),
    headers: settings.headers,
    requests: openPool(settings, REQUEST_CONNECTIONS),
    streams: openPool(settings, STREAM_CONNECTIONS),
  };
}

const closeLine = (line: Line): Promise<unknown> => Promise.allSettled([line.requests.close(), line.streams.close()]);

function openPool({ proxyUrl, tls }: ConnectionSettings, connections: number): Dispatcher {
  const options: Agent.Options = {
    connections,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    // Each request brings its own deadline, which covers head and body together.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { ...tls, timeout: CONNECT_TIMEOUT_MS, keepAlive: true, keepAliveInitialDelay: 30_000 },
  };
  if (proxyUrl === undefined) return new Agent(options);
  return new ProxyAgent({ ...options, uri: proxyUrl, requestTls: { ...tls, timeout: CONNECT_TIMEOUT_MS } });
}
