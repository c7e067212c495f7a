import { allRoutes } from '../../../service/api/app.ts';
import type { ApiDependencies } from '../../../service/api/dependencies.ts';
import { MAX_REQUEST_BYTES } from '../../../service/jobs/request.ts';

/** A request that one caller may send, as costly for the service as that route can be asked for. */
export interface Attack {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  /** Of an answer that never ends, so many bytes are read. */
  readonly take?: number;
}

/** `large` has a long history and a long kept log, `withPods` pods in member1; both are finished jobs with large requests. */
export function attacksOn(large: string, withPods: string): Record<string, Attack> {
  const get = (path: string, more: Partial<Attack> = {}): Attack => ({ method: 'GET', path, ...more });
  const post = (path: string, body?: unknown): Attack => ({
    method: 'POST',
    path,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const submit = (fields: object, query = ''): Attack =>
    post(`/api/v1/jobs${query}`, { jobName: 'worst', algorithm: { algorithmName: 'xgboost' }, ...fields });
  const of = (id: string, rest = '') => `/api/v1/jobs/${id}${rest}`;
  const filled = Array.from({ length: 1000 }, (_, index) => `filled-${index + 1}`);
  return {
    ...submissions(submit),
    'GET /jobs, 1,000 whole': get('/api/v1/jobs?limit=1000'),
    'GET /jobs, 1,000 listed': get('/api/v1/jobs?limit=1000&view=list'),
    'GET /jobs, large ones': get('/api/v1/jobs?limit=1000&namespace=large'),
    'GET /jobs, by text': get('/api/v1/jobs?limit=1000&q=zz'),
    'GET /jobs, misspelt filters': get(`/api/v1/jobs?${filled.map((name) => `${name}=1`).join('&')}`),
    'GET /jobs/{id}': get(of(large)),
    'GET /jobs/{id}/status': get(of(large, '/status')),
    'GET /jobs/{id}/manifest': get(of(large, '/manifest')),
    'GET /jobs/{id}/logs': get(of(large, '/logs')),
    'GET /jobs/{id}/logs/runs': get(of(withPods, '/logs/runs')),
    'GET /jobs/{id}/events': get(of(large, '/events')),
    'GET /jobs/{id}/attempts': get(of(large, '/attempts')),
    'GET /jobs/{id}/pods': get(of(withPods, '/pods')),
    'GET /jobs/{id}/metrics': get(of(large, '/metrics')),
    'GET /jobs/compare, five': get(`/api/v1/jobs/compare?ids=${[1, 2, 3, 4, 5].map((n) => `large-${n}`).join()}`),
    'GET /jobs/{id}/outputs': get(of(large, '/outputs')),
    'GET /jobs/{id}/outputs/file': get(of(large, '/outputs/file?name=model')),
    'GET /events, from the beginning': get('/api/v1/events', { headers: { 'last-event-id': '1-1' }, take: 2 ** 21 }),
    'GET /summary, by text': get('/api/v1/summary?q=zz'),
    'GET /summary': get('/api/v1/summary'),
    'GET /filters': get('/api/v1/filters'),
    'GET /queue': get('/api/v1/queue'),
    'GET /teams': get('/api/v1/teams'),
    'GET /goodput, 20,000 jobs': get('/api/v1/goodput'),
    'GET /goodput, as CSV': get('/api/v1/goodput?format=csv'),
    'GET /proxy/clusters': get('/api/v1/proxy/clusters'),
    'GET /proxy/.../resources, 5,000 pods': get('/api/v1/proxy/clusters/member1/resources?namespace=*&limit=5000'),
    'POST /proxy/.../fence': post('/api/v1/proxy/clusters/member1/fence', { reason: 'x'.repeat(500) }),
    'DELETE /proxy/.../fence': { method: 'DELETE', path: '/api/v1/proxy/clusters/member1/fence' },
    'GET /algorithms': get('/api/v1/algorithms'),
    'GET /auth': get('/api/v1/auth'),
    'GET /me': get('/api/v1/me'),
    'GET /health': get('/health'),
    'GET /ready': get('/ready'),
    'GET /metrics': get('/metrics'),
    'GET /openapi.json': get('/openapi.json'),
    'POST /workdirs': post('/api/v1/workdirs', { sha256: 'a'.repeat(64), bytes: 1 }),
    'POST /jobs/{id}/cancel': post(of(large, '/cancel')),
    'POST /jobs/{id}/suspend': post(of(large, '/suspend')),
    'POST /jobs/{id}/resume': post(of(large, '/resume')),
    'POST /jobs/{id}/priority': post(of(large, '/priority'), { priority: 7 }),
    'DELETE /jobs/{id}': { method: 'DELETE', path: of('filled-2000') },
    'POST /actions, 1,000 ids': post('/api/v1/actions', { action: 'suspend', ids: filled }),
    // From here on jobs are made, which the dispatcher has to do with for a while.
    'POST /jobs/{id}/retry': post(of(large, '/retry')),
    'POST /actions, 1,000 retries': post('/api/v1/actions', { action: 'retry', ids: filled }),
    'POST /jobs, largest': submit({ customHyperparameters: names(30, undefined, 'x'.repeat(4000)) }),
  };
}

const asText = (body: string): Attack => ({ method: 'POST', path: '/api/v1/jobs', body });

function submissions(submit: (fields: object, query?: string) => Attack): Record<string, Attack> {
  const columns = Array.from({ length: 4096 }, () => ',');
  return {
    'POST /jobs, 70,000 names': submit({ customHyperparameters: names(70_000) }),
    'POST /jobs, names up to the limit': submit({ customHyperparameters: names(Math.floor(MAX_REQUEST_BYTES / 11)) }),
    'POST /jobs, 1,000 misspelt': submit({ hyperparameters: { xgboost: names(1000, (index) => `max_dept${index}`) } }),
    'POST /jobs, wrong columns': submit({
      inputDataConfig: Array.from({ length: 6 }, () => ({ channelName: 'train', csvColumns: columns })),
    }),
    'POST /jobs, long texts': submit({ customHyperparameters: names(900, undefined, '1'.repeat(250)) }),
    'POST /jobs, long numbers': asText(
      `{"n":[${'-12345678901234567890,'.repeat(Math.floor(MAX_REQUEST_BYTES / 22) - 1)}1]}`,
    ),
    'POST /jobs, a text without an end': asText(`1234567890123456"${'\\"'.repeat(MAX_REQUEST_BYTES / 2 - 10)}`),
    'POST /jobs, lists in lists': asText('['.repeat(MAX_REQUEST_BYTES)),
    'POST /jobs, a list of lists': submit({ targetClusters: Array.from({ length: 60_000 }, () => []) }),
    'POST /jobs, dry run of the largest': submit(
      { customHyperparameters: names(30, undefined, 'x'.repeat(4000)) },
      '?dryRun=true',
    ),
  };
}

const names = (many: number, name = (index: number) => `n${index}`, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: many }, (_, index) => [name(index), value]));

/** Documented routes to which none goes. */
export function withoutAttack(attacks: Readonly<Record<string, Attack>>): string[] {
  // Routes are described, not called: they need nothing to work with.
  const documented = allRoutes({} as ApiDependencies).map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const attacked = new Set(Object.values(attacks).map((attack) => routeOf(attack, documented)));
  return documented.filter((route) => !attacked.has(route));
}

/** Of the documented routes the one that it goes to. */
function routeOf({ method, path }: Attack, documented: readonly string[]): string | undefined {
  const asked = `${method} ${path.replace(/\?.*$/, '')}`;
  const fits = (route: string) => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(asked);
  return documented.find((route) => route === asked) ?? documented.find(fits);
}
