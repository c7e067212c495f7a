import { parse } from 'yaml';
import type { ApiRequest } from './exchange.ts';
import { ApiError, badRequest } from './status.ts';

/** JSON, or YAML where a client says so: server-side apply allows both under one content type. */
export function parseBody(request: ApiRequest): unknown {
  if (request.headers['content-type']?.includes('protobuf')) {
    throw new ApiError(415, 'UnsupportedMediaType', 'the simulated API server reads JSON and YAML, no protobuf', {});
  }
  try {
    return request.headers['content-type']?.includes('yaml') && !request.body.trimStart().startsWith('{')
      ? parse(request.body)
      : JSON.parse(request.body);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}
