import compression from 'compression';
import type { RequestHandler } from 'express';

/**
 * The page's scripts are a fourth of their size, lists a tenth. What is told as it happens (events, logs) is left alone: zipping
 * collects some kilobytes before it gives anything away.
 */
const ZIPPED =
  /^(application\/(json|problem\+json|javascript|manifest\+json)|text\/(html|css|javascript)|image\/svg\+xml)\b/;

const zip: RequestHandler = compression({
  filter: (_request, response) => ZIPPED.test(String(response.getHeader('content-type') ?? '')),
});

/** Programs often do not say that they can unzip, and are spared what it takes to find that out. */
export const compress: RequestHandler = (request, response, next) => {
  if (request.headers['accept-encoding'] === undefined) next();
  else zip(request, response, next);
};
