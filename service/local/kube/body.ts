import { parse } from 'yaml';
import type { Writer } from './apply.ts';
import type { ApiRequest } from './exchange.ts';
import { type DraftObject, isFields } from './objects.ts';
import { groupVersion } from './resources.ts';
import type { Route } from './routes.ts';
import { ApiError, badRequest } from './status.ts';

/** JSON, or YAML where a client says so: server-side apply allows both under one content type. */
export function parseBody(request: ApiRequest): unknown {
  if (request.headers['content-type']?.includes('protobuf')) {
    throw new ApiError(415, 'UnsupportedMediaType', 'the simulated API server reads no protobuf', {});
  }
  try {
    return request.headers['content-type']?.includes('yaml') && !request.body.trimStart().startsWith('{')
      ? parse(request.body)
      : JSON.parse(request.body);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}

/** The body as an object of the route's kind; what it leaves out, the path says. */
export function draftOf(request: ApiRequest, { type, namespace, name }: Route): DraftObject {
  const body = parseBody(request);
  if (!isFields(body)) throw badRequest('the body is no object');
  const { apiVersion = groupVersion(type), kind = type.kind } = body;
  if (apiVersion !== groupVersion(type) || kind !== type.kind) {
    throw badRequest(
      `the API version in the data (${String(apiVersion)}) does not match the expected API version (${groupVersion(type)})`,
    );
  }
  const metadata = isFields(body.metadata) ? body.metadata : {};
  if (name !== undefined && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(`the name of the object (${String(metadata.name)}) does not match the name on the URL (${name})`);
  }
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  // What has no namespace loses one that a client gives it, as in a real API server.
  const { namespace: _, ...unscoped } = metadata;
  const scope = type.namespaced ? { namespace } : {};
  return {
    ...body,
    apiVersion,
    kind,
    metadata: { ...unscoped, ...(name !== undefined && { name }), ...scope },
  } as DraftObject;
}

export function writerOf(request: ApiRequest, route: Route): Writer {
  const agent = request.headers['user-agent']?.split('/')[0] || 'unknown';
  return {
    manager: request.query.get('fieldManager') || agent,
    ...(route.subresource === 'status' && { subresource: 'status' }),
  };
}
