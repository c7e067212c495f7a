import { parse } from 'yaml';
import type { ApiRequest } from './exchange.ts';
import { badRequest } from './status.ts';

/** JSON, or YAML where a client says so: server-side apply allows both under one content type. */
export function parseBody(request: ApiRequest): unknown {
  try {
    return request.headers['content-type']?.includes('yaml') && !request.body.trimStart().startsWith('{')
      ? parse(request.body)
      : JSON.parse(request.body);
  } catch (error) {
    throw badRequest(`the object provided is unrecognized: ${(error as Error).message}`);
  }
}
