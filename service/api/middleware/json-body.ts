import express, { type RequestHandler } from 'express';
import { Problem } from '../problem.ts';

const LIMIT_BYTES = 1024 * 1024;

/** No honest request comes near; what walks a body recursively must not run out of stack. */
const DEEPEST = 32;

const parseJson = express.json({
  limit: LIMIT_BYTES,
  strict: false,
  verify: (_request, _response, body) => {
    if (isDeeperThan(DEEPEST, body)) throw new Problem(400, `The body is nested deeper than ${DEEPEST} levels`);
  },
});

/** For routes that take a body: JSON, of bounded size and depth. */
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

/** Counts brackets outside of strings; that is enough, since a body that is no JSON is refused right after. */
function isDeeperThan(limit: number, body: Buffer): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index];
    if (quoted) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth++;
      if (depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return false;
}
