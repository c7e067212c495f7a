import type { RequestHandler } from 'express';
import { Problem } from '../problem.ts';

/** RFC 9110 knows one expectation; json-body.ts meets it. */
export const knownExpectation: RequestHandler = (request, _response, next) => {
  const { expect } = request.headers;
  const known = expect === undefined || expect.toLowerCase() === '100-continue';
  next(known ? undefined : new Problem(417, 'Expect can be 100-continue, and nothing else'));
};
