import type { IncomingMessage } from 'node:http';
import express, { type RequestHandler } from 'express';
import { MAX_REQUEST_BYTES } from '../../jobs/request.ts';
import { Problem } from '../problem.ts';
import { longIntegersAsText } from './long-integers.ts';

/** Of bodies that JSON.parse would read inexactly: the text to read instead. */
const exactTexts = new WeakMap<IncomingMessage, string>();

const parseJson = express.json({
  limit: MAX_REQUEST_BYTES,
  strict: false,
  verify(request, _response, body) {
    const exact = longIntegersAsText(body.toString('utf8'));
    if (exact !== undefined) exactTexts.set(request, exact);
  },
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
  parseJson(request, response, (error?: unknown) => {
    const exact = exactTexts.get(request);
    if (error === undefined && exact !== undefined) request.body = JSON.parse(exact);
    next(error);
  });
};
