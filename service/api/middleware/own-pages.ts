import type { RequestHandler } from 'express';
import { Problem } from '../problem.ts';

/**
 * Without sign-in nothing but the browser's own word tells a page of ours from a stranger's that is open beside it. A stranger's
 * cannot send JSON without asking first, which CORS refuses; but what needs no body, cancelling say, it could simply send.
 */
export function onlyOwnPages(corsOrigins: readonly string[]): RequestHandler {
  const allowed = new Set(corsOrigins);
  return (request, _response, next) => {
    const { origin, 'sec-fetch-site': site } = request.headers;
    const reads = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
    const listed = origin !== undefined && allowed.has(origin);
    if (reads || listed || isOurs(site, origin, request.host)) next();
    else next(new Problem(403, `Pages of ${told(origin)} may not do this here: ${WAYS_OUT}`));
  };
}

/** Programs send neither header. Older browsers, and all on plain HTTP, send the origin alone. */
function isOurs(site: string | string[] | undefined, origin: string | undefined, host: string | undefined): boolean {
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase().replace(/:(80|443)$/, '');
}

const told = (origin: string | undefined): string => (origin ?? 'another origin').slice(0, 200);

const WAYS_OUT = 'list their origin in CORS_ORIGINS, or configure sign-in';
