import express, { type RequestHandler } from 'express';
import { MAX_REQUEST_BYTES } from '../../jobs/request.ts';
import { Problem } from '../problem.ts';

const parseJson = express.json({
  limit: MAX_REQUEST_BYTES,
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
  if (request.headers.expect !== undefined) response.writeContinue();
  parseJson(request, response, next);
};
