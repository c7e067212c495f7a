import express, { type Express } from 'express';
import { PATHS } from '../contract.ts';
import type { ApiDependencies } from './dependencies.ts';
import { serveDocs } from './docs.ts';
import { metricsEndpoint } from './metrics.ts';
import { identifyCaller, limitRate } from './middleware/caller.ts';
import { compress } from './middleware/compress.ts';
import { allowOrigins } from './middleware/cors.ts';
import { knownExpectation } from './middleware/expectation.ts';
import { onlyLocalNames } from './middleware/local-names.ts';
import { oneHost } from './middleware/one-host.ts';
import { onlyOwnPages } from './middleware/own-pages.ts';
import { logRequests } from './middleware/request-log.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { describeRoutes } from './openapi.ts';
import { servePage } from './page.ts';
import { answerProblems, notOpen, Problem } from './problem.ts';
import { mountRoutes, type Route } from './route.ts';
import { actionRoutes } from './routes/actions.ts';
import { algorithmRoutes } from './routes/algorithms.ts';
import { clusterRoutes } from './routes/clusters.ts';
import { curveRoutes } from './routes/curves.ts';
import { eventStreamRoute } from './routes/event-stream.ts';
import { fenceRoutes } from './routes/fences.ts';
import { goodputRoute } from './routes/goodput.ts';
import { insightRoutes } from './routes/insight.ts';
import { jobRoutes } from './routes/jobs.ts';
import { logRoute, logRunsRoute } from './routes/logs.ts';
import { outputRoutes } from './routes/outputs.ts';
import { overviewRoutes } from './routes/overviews.ts';
import { serviceRoutes } from './routes/service.ts';
import { submitRoutes } from './routes/submit.ts';
import { workdirRoute } from './routes/workdirs.ts';

export const allRoutes = (dependencies: ApiDependencies): Route[] => [
  ...submitRoutes(dependencies),
  workdirRoute(dependencies),
  // Before /jobs/{id}, which would take compare for an id.
  ...curveRoutes(dependencies),
  ...jobRoutes(dependencies),
  ...outputRoutes(dependencies),
  ...overviewRoutes(dependencies),
  ...actionRoutes(dependencies),
  logRoute(dependencies),
  logRunsRoute(dependencies),
  ...insightRoutes(dependencies),
  goodputRoute(dependencies),
  eventStreamRoute(dependencies),
  ...clusterRoutes(dependencies),
  ...fenceRoutes(dependencies),
  ...algorithmRoutes(),
  ...serviceRoutes(dependencies),
];

/** A request's way, from top to bottom. */
export function createApp(dependencies: ApiDependencies): Express {
  const { config, log, metrics, authenticator } = dependencies;
  const routes = allRoutes(dependencies);
  const app = express();
  app.disable('x-powered-by');
  // Answers of the API change all the time; hashing each of them for a 304 that hardly ever comes costs more than it saves.
  app.disable('etag');
  app.set('trust proxy', config.trustProxy);
  app.set('query parser', 'simple');

  app.use(logRequests(log, metrics));
  app.use(compress);
  app.use(securityHeaders(config.auth));
  app.use(oneHost, knownExpectation);
  if (!config.saysWhoMayCall) app.use(onlyLocalNames);
  app.use(allowOrigins(config.corsOrigins, log));
  if (authenticator === null) app.use(onlyOwnPages(config.corsOrigins));
  app.use(PATHS.api, noStore, onceStarted(dependencies), identifyCaller(authenticator));
  if (config.rateLimitPerMinute > 0) app.use(PATHS.api, limitRate(config.rateLimitPerMinute, authenticator !== null));
  mountRoutes(app, routes);
  if (config.metrics.port === null) app.get(PATHS.metrics, metricsEndpoint(metrics, config.metrics.tokenFile));
  serveDocs(app, describeRoutes(routes));
  servePage(app, config);
  app.use((request, _response, next) => next(new Problem(404, `There is nothing at ${request.path.slice(0, 200)}`)));
  app.use(answerProblems(log));
  return app;
}

/** While the service stops it still serves: some requests arrive before the load balancer knows that it is going. */
const onceStarted =
  ({ state }: ApiDependencies): express.RequestHandler =>
  (_request, _response, next) =>
    next(state() === 'starting' ? notOpen('starting') : undefined);

const noStore: express.RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};
