import type { RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import type { Authenticator } from '../../auth/authenticator.ts';
import { ANYONE, hasRole, type Identity } from '../../auth/identity.ts';
import type { Role } from '../../contract/access-files.ts';
import { Problem } from '../problem.ts';
import { localsOf } from './locals.ts';

/**
 * Finds out who calls. A missing or wrong token is no failure yet: public routes need none, and the limit below must count
 * the tries of an unknown caller by address.
 */
export const identifyCaller =
  (authenticator: Authenticator | null): RequestHandler =>
  async (request, response, next) => {
    if (authenticator === null) {
      localsOf(response).identity = ANYONE;
    } else {
      const token = /^Bearer +(\S+)$/i.exec(request.get('authorization') ?? '')?.[1];
      if (token) localsOf(response).identity = await authenticator.identify(token);
      localsOf(response).token = token;
    }
    next();
  };

/** The caller, when they are known and have that role somewhere. Which namespace is for the route to ask. */
export function callerWith(role: Role, response: Response): Identity {
  const { identity, token } = localsOf(response);
  if (!identity) {
    const [detail, challenge] = token
      ? ['This token is not valid (any more)', 'Bearer error="invalid_token"']
      : ['Send a token in the Authorization header: Bearer <token>', 'Bearer'];
    throw new Problem(401, detail, { headers: { 'WWW-Authenticate': challenge } });
  }
  if (!hasRole(identity, role)) throw new Problem(403, `${identity.name} lacks the role ${role}`);
  return identity;
}

/** Counted per caller where we know them, per address where not; each replica counts for itself. */
export function limitRate(perMinute: number, authenticated: boolean): RequestHandler {
  return rateLimit({
    windowMs: 60_000,
    limit: perMinute,
    standardHeaders: 'draft-6',
    legacyHeaders: false,
    keyGenerator: (request, response) => {
      const identity = authenticated ? localsOf(response as Response).identity : undefined;
      return identity?.id ?? ipKeyGenerator(request.ip ?? '');
    },
    handler: (_request, _response, next) =>
      next(new Problem(429, `More than ${perMinute} requests in a minute: wait until the time in Retry-After`)),
  });
}
