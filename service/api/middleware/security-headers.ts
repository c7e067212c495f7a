import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import type { AuthConfig } from '../../auth/authenticator.ts';

/**
 * helmet's headers, which are the same for every answer: it is asked for them once. Its nine steps for each request were a twentieth of
 * the cost of GET /jobs/{id} (npm run bench -- api).
 */
export function securityHeaders(auth: AuthConfig): RequestHandler {
  const headers = headersOf(helmetFor(auth));
  return (_request, response, next) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    next();
  };
}

/** The page loads nothing from elsewhere; it talks to its own origin and, to sign in, to the identity provider. */
function helmetFor(auth: AuthConfig) {
  const connect = auth.kind === 'oidc' ? ["'self'", new URL(auth.issuer).origin] : ["'self'"];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'connect-src': connect,
        'img-src': ["'self'", 'data:'],
        'object-src': ["'none'"],
        'base-uri': ["'none'"],
        'form-action': ["'self'"],
        'frame-ancestors': ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // For Internet Explorer and Flash, and a hint that means nothing here.
    xDownloadOptions: false,
    xPermittedCrossDomainPolicies: false,
    xDnsPrefetchControl: false,
    xXssProtection: false,
    // Express is told not to name itself (app.ts).
    xPoweredBy: false,
  });
}

function headersOf(handler: ReturnType<typeof helmet>): readonly (readonly [string, string])[] {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  let isThrough = false;
  handler(request, response, (error) => {
    if (error !== undefined) throw error;
    isThrough = true;
  });
  // Never so with directives that are not made for each request.
  if (!isThrough) throw new Error('helmet asks for time');
  return response.getHeaderNames().map((name) => [name, String(response.getHeader(name))]);
}
