import express, { type Request, type RequestHandler } from 'express';
import { MAX_REQUEST_BYTES } from '../../jobs/request.ts';
import { IN_UTF_8, Problem } from '../problem.ts';
import { turn } from '../turns.ts';
import { parseExactly } from './long-integers.ts';

const readBytes = express.raw({ type: 'application/json', limit: MAX_REQUEST_BYTES });

/** For routes that take a body: JSON, of bounded size. Who sends much waits for a turn, and holds nobody else up. */
export const jsonBody: RequestHandler = (request, response, next) => {
  if (!request.is('application/json')) {
    next(
      new Problem(415, 'The body must be JSON, sent with Content-Type: application/json', {
        headers: { 'Accept-Post': 'application/json' },
      }),
    );
    return;
  }
  const charset = /charset *= *"?([^";, ]+)/i.exec(request.get('content-type') ?? '')?.[1] ?? 'utf-8';
  if (charset.toLowerCase() !== 'utf-8') {
    next(new Problem(415, IN_UTF_8));
    return;
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  readBytes(request, response, (error?: unknown) => {
    if (error !== undefined) next(error);
    else void turn().then(() => next(parsed(request)));
  });
};

/** undefined, or why not. */
function parsed(request: Request): Problem | undefined {
  const bytes: unknown = request.body;
  // None was sent.
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
    request.body = {};
    return undefined;
  }
  const names = namesIn(bytes);
  if (names > MAX_NAMES) return new Problem(400, `The body has ${names} names; at most ${MAX_NAMES} are looked at`);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    request.body = parseExactly(text);
    return undefined;
  } catch {
    return new Problem(400, 'The body is not valid JSON');
  }
}

/** Several times what the longest request has. JSON.parse takes 40 ms for an object of 22,000 names, and a millisecond to count them. */
const MAX_NAMES = 5000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** Each name is followed by a colon, and outside of a text there is no other. */
function namesIn(json: Buffer): number {
  let names = 0;
  let isText = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === QUOTE) isText = !isText;
    else if (byte === BACKSLASH) at++;
    else if (byte === COLON && !isText) names++;
  }
  return names;
}
