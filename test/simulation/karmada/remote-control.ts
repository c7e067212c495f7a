import { z } from 'zod';
import { RAY_JOB } from '../../../service/local/karmada/kinds.ts';
import type { SimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import { type ApiRequest, json, type Reply } from '../../../service/local/kube/exchange.ts';
import { type Listener, listen } from '../../../service/local/kube/listener.ts';
import { badRequest, notFound } from '../../../service/local/kube/status.ts';
import { type Bulk, createBulk } from './bulk.ts';

// For a simulation in a process of its own: what a test or bench in the same process does by calling it, over HTTP on a
// port apart from Karmada's, so that nothing of it can be mistaken for Karmada.

const scope = {
  where: z.string().min(1),
  method: z.string().optional(),
  matching: z.string().optional(),
  times: z.number().int().positive().optional(),
};
const ms = z.number().nonnegative();

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('hang'), ms: ms.optional(), ...scope }),
  z.strictObject({ kind: z.literal('refuse'), ...scope }),
  z.strictObject({ kind: z.literal('dialError'), message: z.string(), ...scope }),
  z.strictObject({
    kind: z.literal('status'),
    code: z.number().int(),
    message: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
    ...scope,
  }),
  z.strictObject({ kind: z.literal('unknownCluster'), ...scope }),
  z.strictObject({ kind: z.literal('lostAnswer'), ...scope }),
  z.strictObject({ kind: z.literal('truncate'), clean: z.boolean().optional(), ...scope }),
  z.strictObject({ kind: z.literal('garble'), as: z.enum(['html', 'noise', 'otherJson', 'empty']), ...scope }),
  z.strictObject({ kind: z.literal('delay'), ms, ...scope }),
  z.strictObject({ kind: z.literal('halfOpen'), ...scope }),
  z.strictObject({ kind: z.literal('emptyCache'), ...scope }),
]);

const clusterSchema = z.strictObject({ cluster: z.string().optional() });
const bulkSchema = z.strictObject({
  jobsPerCluster: z.number().int().positive(),
  namespace: z.string().default('bulk'),
  prefix: z.string().default('train'),
});
const statusSchema = z.strictObject({
  cluster: z.string(),
  namespace: z.string(),
  name: z.string(),
  status: z.looseObject({}),
});

type Command = (simulation: SimulatedKarmada, bulk: Bulk, body: string) => unknown;

/** By method and path; bodies and answers are JSON. */
const COMMANDS: Readonly<Record<string, Command>> = {
  'POST /faults': ({ faults }, _bulk, body) => void faults.add(parsed(faultSchema, body)),
  'DELETE /faults': ({ faults }) => faults.clear(),
  'GET /requests': ({ requests }) => ({ total: requests.count(), byCluster: requests.byCluster() }),
  'DELETE /requests': ({ requests }) => requests.clear(),
  'POST /watches/disconnect': (simulation, _bulk, body) => ({
    ended: simulation.disconnectWatches(parsed(clusterSchema, body).cluster),
  }),
  'POST /versions/expire': (simulation, _bulk, body) => simulation.expireVersions(parsed(clusterSchema, body).cluster),
  'POST /bulk': (_simulation, bulk, body) => ({ jobs: bulk.load(parsed(bulkSchema, body)) }),
  'POST /changes': (_simulation, bulk, body) =>
    bulk.changes(parsed(z.strictObject({ perSecond: z.number().nonnegative() }), body).perSecond),
  'GET /changes': (_simulation, bulk) => bulk.taken(),
  'POST /status': (simulation, _bulk, body) => {
    const { cluster, namespace, name, status } = parsed(statusSchema, body);
    const written = simulation.member(cluster).server.registry.setStatus(RAY_JOB, namespace, name, status);
    if (!written) throw notFound(RAY_JOB, name);
    return { at: performance.timeOrigin + performance.now() };
  },
  'POST /listening': (simulation, _bulk, body) =>
    parsed(z.strictObject({ listening: z.boolean() }), body).listening
      ? simulation.listenAgain()
      : simulation.stopListening(),
};

function parsed<T>(schema: z.ZodType<T>, body: string): T {
  const result = schema.safeParse(body === '' ? {} : JSON.parse(body));
  if (!result.success) throw badRequest(z.prettifyError(result.error));
  return result.data;
}

export async function startRemoteControl(simulation: SimulatedKarmada, port = 0): Promise<Listener> {
  const bulk = createBulk(simulation.members);

  async function answer({ method, path, body }: ApiRequest): Promise<Reply> {
    const command = COMMANDS[`${method} /${path.join('/')}`];
    if (!command) return json(404, { commands: Object.keys(COMMANDS) });
    return json(200, (await command(simulation, bulk, body)) ?? {});
  }

  const listener = await listen(async (request, wire) => wire.send(await answer(request)), { port });
  return {
    url: listener.url,
    async close() {
      bulk.stop();
      await listener.close();
    },
  };
}
