import express, { type RequestHandler } from 'express';
import { Problem } from '../problem.ts';

const MAX_BODY_BYTES = 1024 * 1024;

const parseJson = express.json({
  limit: MAX_BODY_BYTES,
  strict: false,
});

/** For routes that take a body: JSON, of bounded size. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!request.is('application/json')) {
    next(
      new Problem(415, 'The body must be JSON, sent with Content-Type: application/json', {
        headers: { 'Accept-Post': 'application/json' },
      }),
    );
    return;
  }
  parseJson(request, response, next);
};
