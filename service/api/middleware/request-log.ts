import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import type { Metrics } from '../../metrics.ts';
import { localsOf } from './locals.ts';

/** A caller's own id is kept when it is harmless to print. */
const ACCEPTED_ID = /^[\w.-]{8,64}$/;

export const requestIdOf = (response: Response): string => localsOf(response).requestId ?? '';

/** The template of the matched path, so that metrics have one series a route and not one a job. */
export const noteRoute = (response: Response, path: string): void => {
  localsOf(response).route = path;
};

/** Names each request, counts it, and logs its end: method, path without query, status, time. Never headers or bodies. */
export const logRequests =
  (log: Logger, metrics: Metrics): RequestHandler =>
  (request, response, next) => {
    const started = performance.now();
    const given = request.get('x-request-id');
    const requestId = given && ACCEPTED_ID.test(given) ? given : randomUUID();
    localsOf(response).requestId = requestId;
    response.setHeader('X-Request-Id', requestId);
    const { method, path } = request;
    response.once('close', () => {
      const milliseconds = performance.now() - started;
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.httpRequest(method, localsOf(response).route ?? 'other', status, milliseconds / 1000);
      const level = method === 'GET' || method === 'HEAD' ? 'debug' : 'info';
      if (log.isLevelEnabled(level)) {
        log[level]({ requestId, method, path, status, ms: Math.round(milliseconds * 10) / 10 }, 'Request');
      }
    });
    next();
  };
