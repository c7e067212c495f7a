import { isIP } from 'node:net';
import type { RequestHandler } from 'express';
import { Problem } from '../problem.ts';

/**
 * Without sign-in, being reachable from this machine only is the whole protection; but a web page that its user opens is on this machine, too.
 * It may let its own name point here (DNS rebinding) and is then of the same origin. Its name still stands in Host, where no address can.
 */
export const onlyLocalNames: RequestHandler = (request, _response, next) => {
  const name = request.headers.host?.replace(/:\d*$/, '').toLowerCase();
  if (name === undefined || isLocal(name)) next();
  else next(new Problem(421, `${REFUSAL} (asked as ${name.slice(0, 100)})`));
};

const isLocal = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;

const REFUSAL =
  'Without sign-in the service answers to localhost and to addresses only: configure sign-in, or say AUTH=none (with HOST=127.0.0.1 to stay on this machine)';
