import type { Express, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import { ANYONE, type Identity } from '../auth/identity.ts';
import type { Role } from '../contract/access-files.ts';
import { type FieldProblem, nameSearch, problemsOf } from '../jobs/problems.ts';
import { callerWith } from './middleware/caller.ts';
import { jsonBody } from './middleware/json-body.ts';
import { localsOf } from './middleware/locals.ts';
import { noteRoute } from './middleware/request-log.ts';
import { invalid, notFound, Problem } from './problem.ts';

type Shape = z.ZodObject | undefined;
type Parsed<S extends Shape> = S extends z.ZodObject ? z.output<S> : Record<never, never>;

export interface Call<P extends Shape, Q extends Shape> {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  /** Parsed JSON; its meaning is for the route to check. */
  readonly body: unknown;
  readonly caller: Identity;
  readonly request: Request;
  readonly response: Response;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One path and method: what is served, what is checked and what /openapi.json says all come from here. */
export interface Route<P extends Shape = Shape, Q extends Shape = Shape> {
  readonly method: 'get' | 'post' | 'delete';
  /** As OpenAPI writes it: /api/v1/jobs/{id} */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** The least role that may call it. */
  readonly role: Role | 'public';
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: z.ZodObject;
  /** Documents the body; the handler parses it, since some rules lie between its fields. */
  readonly body?: z.ZodType;
  readonly answers: Readonly<
    Record<number, { readonly description: string; readonly body?: z.ZodType; readonly type?: string }>
  >;
  /** 'streamed' when it has written the answer itself. */
  handle(call: Call<P, Q>): Promise<Answer | 'streamed'>;
}

/** Keeps the types of params and query together with their schemas. */
export const route = <P extends Shape, Q extends Shape>(definition: Route<P, Q>): Route => ({
  ...definition,
  // `serve` has parsed the call by these very schemas, which the type of a list of routes cannot tell.
  handle: (call) => definition.handle(call as Call<P, Q>),
});

export function mountRoutes(app: Express, routes: readonly Route[]): void {
  for (const one of routes) {
    const steps = one.body ? [...admission(one), jsonBody] : admission(one);
    app[one.method](expressPath(one.path), ...steps, serve(one));
  }
  for (const path of new Set(routes.map((one) => one.path))) app.all(expressPath(path), refuseMethod(path, routes));
}

const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Before the body is read: a stranger's body is not worth parsing. */
const admission = (one: Route): RequestHandler[] => [
  (_request, response, next) => {
    noteRoute(response, one.path);
    localsOf(response).caller = one.role === 'public' ? ANYONE : callerWith(one.role, response);
    next();
  },
];

const serve =
  (one: Route): RequestHandler =>
  async (request, response) => {
    const { caller } = localsOf(response);
    if (!caller) throw new Error(`${one.path} is served to somebody who was not let in`);
    const answer = await one.handle({
      params: parseParams(one, request),
      query: parseQuery(one, request),
      body: request.body,
      caller,
      request,
      response,
    });
    if (answer === 'streamed') return;
    send(response, answer);
  };

/**
 * What response.json does, without its detours: head and body leave as one string in one write. Measured with npm run bench -- api:
 * writing them apart was a third of the whole cost of GET /jobs/{id}. Without the length, `compress` would have the head made before
 * the body is known, and the answer would leave in chunks.
 */
function send(response: Response, { status = 200, headers = {}, body }: Answer): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const text = JSON.stringify(body);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(text);
}

/** No object can have a name that is out of form, so that is a 404 and not a 400. */
function parseParams(one: Route, request: Request) {
  const parsed = one.params?.safeParse(request.params);
  if (parsed && !parsed.success)
    throw notFound(`${one.path.replaceAll(/\{(\w+)\}/g, (_, name) => String(request.params[name]).slice(0, 100))}`);
  return parsed?.data ?? {};
}

function parseQuery(one: Route, request: Request) {
  if (!one.query) return {};
  const known = Object.keys(one.query.shape);
  const search = nameSearch();
  const misspelt: FieldProblem[] = Object.keys(request.query).flatMap((name) => {
    // What is shorter is near to anything: the _=123 that some clients add against caches is no misspelt q.
    const meant = known.includes(name) || name.length < 3 ? undefined : search.nearest(name, known);
    return meant === undefined ? [] : [{ path: [name], message: `is not known, did you mean ${meant}?` }];
  });
  const parsed = one.query.safeParse(request.query);
  if (parsed.success && misspelt.length === 0) return parsed.data;
  throw invalid([...misspelt, ...(parsed.success ? [] : problemsOf(parsed.error))]);
}

function refuseMethod(path: string, routes: readonly Route[]): RequestHandler {
  const methods = routes.filter((one) => one.path === path).map((one) => one.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response, next) => {
    noteRoute(response, path);
    if (request.method === 'OPTIONS') response.status(204).set('Allow', allow).end();
    else next(new Problem(405, `${request.method} is not possible here, only ${allow}`, { headers: { Allow: allow } }));
  };
}
