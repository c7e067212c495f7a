import type { Request, RequestHandler } from 'express';
import type { Logger } from 'pino';
import { ENV } from '../../contract.ts';
import { Problem } from '../problem.ts';

const METHODS = 'GET, POST, DELETE';
const REQUEST_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-Id';
const ANSWER_HEADERS =
  'Link, Location, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, X-Request-Id';

/** Lets pages of the listed origins call the API. There are no cookies, so credentials are never allowed. */
export function allowOrigins(origins: readonly string[], log: Logger): RequestHandler {
  const allowed = new Set(origins);
  const tell = tellOnce(log);
  return (request, response, next) => {
    const origin = request.get('origin');
    if (allowed.size > 0) response.vary('Origin');
    if (origin === undefined || !allowed.has(origin)) {
      const refusal = origin === undefined ? undefined : refusalOf(origin, request);
      if (refusal) tell(refusal);
      // A preflight is sent by nobody else than a browser, and for another origin's page only.
      next(refusal && isPreflight(request) ? new Problem(403, refusal) : undefined);
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', origin);
    if (isPreflight(request)) {
      response.setHeader('Access-Control-Allow-Methods', METHODS);
      response.setHeader('Access-Control-Allow-Headers', REQUEST_HEADERS);
      response.setHeader('Access-Control-Max-Age', '600');
      response.status(204).end();
      return;
    }
    response.setHeader('Access-Control-Expose-Headers', ANSWER_HEADERS);
    next();
  };
}

const isPreflight = (request: Request): boolean =>
  request.method === 'OPTIONS' && request.get('access-control-request-method') !== undefined;

/** In the browser of whoever opens such a page nothing says more than "blocked": that a setting decides has to be said here. */
function refusalOf(origin: string, request: Request): string | undefined {
  if (!isPreflight(request) && !isFromElsewhere(origin, request)) return undefined;
  return `Pages of ${origin.slice(0, 200)} may not call this API: ${ENV.corsOrigins} does not list that origin`;
}

/** The page's own requests bear an Origin, too, and behind a proxy the host may be another than the one that the browser sees. */
function isFromElsewhere(origin: string, request: Request): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined) return site === 'cross-site' || site === 'same-site';
  return URL.canParse(origin) && new URL(origin).host !== request.get('host');
}

const MAX_TOLD = 100;

/** Once for each origin, as long as there are few: anyone can name any number of them. */
function tellOnce(log: Logger): (refusal: string) => void {
  const told = new Set<string>();
  return (refusal) => {
    if (told.has(refusal) || told.size >= MAX_TOLD) return;
    told.add(refusal);
    log.warn(refusal);
  };
}
