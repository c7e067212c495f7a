import { z } from 'zod';
import type { AuthConfig } from '../../auth/authenticator.ts';
import { highestRole, namespacesOf } from '../../auth/identity.ts';
import { PATHS } from '../../contract.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { notOpen } from '../problem.ts';
import { type Route, route } from '../route.ts';
import { AuthBody, MeBody } from '../schemas.ts';

const READY_TIMEOUT_MS = 2000;

/** About the service itself and who calls it. */
export const serviceRoutes = ({ config, store, state }: ApiDependencies): Route[] => [
  route({
    method: 'get',
    path: PATHS.health,
    tag: 'Service',
    summary: 'The process is alive',
    role: 'public',
    answers: { 200: { description: 'Alive', body: z.object({ status: z.literal('healthy') }) } },
    handle: async () => ({ body: { status: 'healthy' } }),
  }),
  route({
    method: 'get',
    path: PATHS.ready,
    tag: 'Service',
    summary: 'The database answers, its migrations are done, and the service is not stopping',
    role: 'public',
    answers: { 200: { description: 'Ready', body: z.object({ status: z.literal('ready') }) } },
    async handle() {
      if (state() !== 'open') throw notOpen(state());
      await store.check(AbortSignal.timeout(READY_TIMEOUT_MS));
      return { body: { status: 'ready' } };
    },
  }),
  route({
    method: 'get',
    path: '/api/v1/auth',
    tag: 'Service',
    summary: 'How callers prove who they are; what the page needs to sign its user in',
    role: 'public',
    answers: { 200: { description: 'No secrets in here', body: AuthBody } },
    handle: async () => ({ body: authView(config.auth) }),
  }),
  route({
    method: 'get',
    path: '/api/v1/me',
    tag: 'Service',
    summary: 'Who is calling, and what they may do',
    role: 'viewer',
    answers: { 200: { description: 'The caller', body: MeBody } },
    handle: async ({ caller }) => ({
      body: {
        name: caller.name,
        role: highestRole(caller),
        namespaces: namespacesOf(caller, 'viewer'),
        grants: caller.grants,
        auth: authView(config.auth),
        links: config.jobLinks,
      },
    }),
  }),
];

const authView = (auth: AuthConfig) =>
  auth.kind === 'oidc'
    ? { mode: auth.kind, issuer: auth.issuer, clientId: auth.clientId, audience: auth.audience }
    : { mode: auth.kind, issuer: null, clientId: null, audience: null };
