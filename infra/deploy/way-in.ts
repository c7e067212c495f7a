import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { rootCertificates } from 'node:tls';
import type { WayIn } from '../stacks/definition.ts';

export interface Asked {
  /** Where it is: what the Ingress has as its address, or the host itself. */
  readonly address: string;
  /** Certificate of the authority that `trusts` names. */
  readonly authority?: string;
  readonly signal: AbortSignal;
}

/** A load balancer that has just been told of may take long to answer anything; one that answers does so soon. */
const TIMEOUT_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** What does not hold of the way in, each with what was found instead; none: all of it holds. */
export async function faultsOf(way: WayIn, asked: Asked): Promise<string[]> {
  const [secure, plain] = await Promise.all([overHttps(way, asked), way.redirects ? overHttp(way, asked) : []]);
  return [...secure, ...plain];
}

async function overHttps({ headers, host, path, ports, trusts }: WayIn, asked: Asked): Promise<string[]> {
  const place = `https://${host}${ports.https === 443 ? '' : `:${ports.https}`}${path}`;
  const ca = asked.authority === undefined ? [...rootCertificates] : [asked.authority];
  const found = await answered(
    requestHttps({
      ...optionsFor(host, asked, ports.https, path),
      servername: host,
      ca,
      rejectUnauthorized: trusts !== 'any',
    }),
  );
  if (typeof found === 'string') return [`${place}: ${found}`];
  if (found.status !== 200) return [`${place} answers ${found.status}, not 200`];
  return Object.entries(headers).flatMap(([name, wanted]) => {
    const value = String(found.headers[name] ?? '');
    if (value.includes(wanted)) return [];
    return [
      `${place}: ${value === '' ? `the header ${name} is missing` : `the header ${name} is "${value}"`}; it should have ${wanted}`,
    ];
  });
}

async function overHttp({ host, path, ports }: WayIn, asked: Asked): Promise<string[]> {
  const place = `http://${host}${ports.http === 80 ? '' : `:${ports.http}`}${path}`;
  const found = await answered(requestHttp(optionsFor(host, asked, ports.http, path)));
  if (typeof found === 'string') return [`${place}: ${found}`];
  const { headers, status } = found;
  const location = String(headers.location ?? '');
  if ([301, 302, 307, 308].includes(status) && location.startsWith(`https://${host}`)) return [];
  return [`${place} answers ${status}${location && ` to ${location}`}: it should lead to https://${host}`];
}

/** To the address, with the name of the host, whatever names servers know by now. */
const optionsFor = (host: string, { address, signal }: Asked, port: number, path: string) => ({
  host: address,
  port,
  path,
  signal,
  agent: false as const,
  headers: { host, connection: 'close' },
  timeout: TIMEOUT_MS,
});

/** The answer, or why there is none. */
function answered(request: ReturnType<typeof requestHttp>): Promise<Answer | string> {
  return new Promise((resolve) => {
    request.on('timeout', () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on('error', (error) => resolve(error.message || String((error as NodeJS.ErrnoException).code)));
    request.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
      response.destroy();
    });
    request.end();
  });
}
