import createClient from 'openapi-fetch';
import { problemOf, Unreachable } from './problem.ts';
import type { paths } from './schema.generated.ts';
import { currentSession, setSession } from './session.ts';

/** Every request of the page goes through here: it proves who asks, and tells "no answer" from a refusal. */
const ask: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const session = currentSession();
  if (session !== null && !request.headers.has('Authorization')) {
    request.headers.set('Authorization', `Bearer ${session.token}`);
  }
  let response: Response;
  try {
    response = await fetch(request);
  } catch (error) {
    if (request.signal.aborted) throw error;
    throw new Unreachable(error);
  }
  // Only if it is this session that was refused: an answer to an older one may come late.
  if (response.status === 401 && session !== null && session === currentSession()) setSession(null);
  return response;
};

const clientAt = (baseUrl: string) => createClient<paths>({ baseUrl, fetch: ask });

let client = clientAt('');

/** Where the API answers; empty when it is where the page came from. Said once, before anything is asked. */
export const setApiBase = (url: string): void => {
  client = clientAt(url);
};

/** Typed by the service's OpenAPI document. */
export const api = () => client;

/** The answer's body, or the reason why there is none as an error. */
export const bodyOf = async <T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> => {
  const { data, error, response } = await answer;
  if (!response.ok || data === undefined) throw problemOf(response, error);
  return data;
};

/** For answers that are read as they come. */
export const streamOf = async (answer: Promise<{ response: Response; error?: unknown }>): Promise<Response> => {
  const { response, error } = await answer;
  if (!response.ok) throw problemOf(response, error);
  return response;
};
