import { once } from 'node:events';
import { createServer as createHttp, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../../service/kube/certificates.ts';

export const HEADERS = {
  'strict-transport-security': 'max-age=31536000',
  'content-security-policy': "script-src 'self'",
};

/** What answers at an address: as a load balancer in front of Grafana, but for what a test changes. */
export interface Entrance {
  readonly ports: { readonly http: number; readonly https: number };
  headers: Readonly<Record<string, string>>;
  /** Where HTTP leads; undefined: it shows the page itself. */
  redirect: string | undefined;
  close(): Promise<void>;
}

export async function startEntrance(host: string, certificate: Certificate): Promise<Entrance> {
  const state = {
    headers: HEADERS as Readonly<Record<string, string>>,
    redirect: `https://${host}/login` as string | undefined,
  };
  const https = createHttps(certificate, (_request, response) => response.writeHead(200, state.headers).end('page'));
  const http = createHttp((_request, response) => {
    if (state.redirect === undefined) response.end('page');
    else response.writeHead(301, { location: state.redirect }).end();
  });
  const [httpPort, httpsPort] = await Promise.all([http, https].map(listening));
  return Object.assign(state, {
    ports: { http: httpPort ?? 0, https: httpsPort ?? 0 },
    async close() {
      await Promise.all(
        [http, https].map(async (server) => {
          server.closeAllConnections();
          server.close();
          await once(server, 'close');
        }),
      );
    },
  });
}

async function listening(server: Server | ReturnType<typeof createHttps>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
