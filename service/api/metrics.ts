import express, { type Express, type RequestHandler } from 'express';
import type { Logger } from 'pino';
import { isSameToken, readMetricsToken } from '../auth/metrics-token.ts';
import { PATHS } from '../contract.ts';
import type { Metrics } from '../metrics.ts';
import { answerProblems, Problem } from './problem.ts';

/** What Prometheus scrapes: for everybody who reaches it, or for who has the token in the file. */
export function metricsEndpoint(metrics: Pick<Metrics, 'render'>, tokenFile: string | null): RequestHandler {
  return async (request, response) => {
    if (tokenFile !== null) await requireToken(tokenFile, request.get('authorization'));
    const { contentType, text } = await metrics.render();
    response.set('Content-Type', contentType).set('Cache-Control', 'no-store').send(text);
  };
}

/** On a port of its own, where there is nothing else. */
export function createMetricsApp(endpoint: RequestHandler, log: Logger): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get(PATHS.metrics, endpoint);
  app.use((_request, _response, next) => next(new Problem(404, `There is nothing here but ${PATHS.metrics}`)));
  app.use(answerProblems(log));
  return app;
}

/** Read at each scrape, so that another token in the Secret is in force at once. */
async function requireToken(file: string, authorization: string | undefined): Promise<void> {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (given !== undefined && isSameToken(given, await readMetricsToken(file))) return;
  const detail =
    given === undefined
      ? 'Send the token for metrics in the Authorization header: Bearer <token>'
      : 'This is not the token for metrics';
  throw new Problem(401, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });
}
