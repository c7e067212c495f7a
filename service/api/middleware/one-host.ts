import type { RequestHandler } from 'express';
import { Problem } from '../problem.ts';

/**
 * Whoever stands before us may have looked at one of two Host headers, and we at the other: RFC 9112 (3.2) has such a request
 * refused, as one without. Node takes the first, and answers one without in its own words.
 */
export const oneHost: RequestHandler = (request, _response, next) => {
  const hosts = request.rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
  const allowed = hosts === 1 || (hosts === 0 && request.httpVersion === '1.0');
  next(allowed ? undefined : new Problem(400, `The request must have one Host header, and has ${hosts}`));
};
