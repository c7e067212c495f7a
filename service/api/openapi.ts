import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi';
import { version } from '../config.ts';
import type { Route } from './route.ts';
import { ProblemBody } from './schemas.ts';

/** The document of exactly the routes that are served, with the schemas that check them. */
export function describeRoutes(routes: readonly Route[]) {
  const registry = new OpenAPIRegistry();
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description:
      'A token of AUTH_TOKENS_FILE, or an access token of the OpenID Connect issuer; GET /api/v1/auth says which',
  });
  for (const one of routes) {
    const { method, path, tag, summary, description, params, query, headers, body } = one;
    registry.registerPath({
      method,
      path,
      tags: [tag],
      summary,
      operationId: operationId(method, path),
      description:
        [description, one.role === 'public' ? undefined : `Role: ${one.role}.`].filter(Boolean).join(' ') || undefined,
      security: one.role === 'public' ? [] : [{ bearer: [] }],
      request: {
        params,
        query,
        headers,
        ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
      },
      responses: {
        ...Object.fromEntries(
          Object.entries(one.answers).map(([status, answer]) => [
            status,
            {
              description: answer.description,
              ...(answer.body && { content: { [answer.type ?? 'application/json']: { schema: answer.body } } }),
            },
          ]),
        ),
        default: {
          description: 'What was wrong (RFC 9457)',
          content: { 'application/problem+json': { schema: ProblemBody } },
        },
      },
    });
  }
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'ML platform job API',
      version: version(),
      description: 'Submit training jobs to many clusters, watch them, understand them and stop them.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Relative: wherever the document came from.
    servers: [{ url: '/' }],
  });
}

/** get /api/v1/jobs/{id}/status -> getJobsIdStatus */
const operationId = (method: string, path: string): string =>
  method +
  path
    .replace('/api/v1', '')
    .split(/[^a-zA-Z]+/)
    .filter((word) => word !== '')
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join('');
