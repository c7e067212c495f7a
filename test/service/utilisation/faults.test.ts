import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createKarmada } from '../../../service/karmada/client.ts';
import { loadKubeconfig } from '../../../service/kube/kubeconfig.ts';
import type { FaultKind } from '../../../service/local/karmada/faults.ts';
import { startSimulatedKarmada } from '../../../service/local/karmada/simulated-karmada.ts';
import type { Store } from '../../../service/store/store.ts';
import { figuresIn, MAX_SERIES } from '../../../service/utilisation/answer.ts';
import { createUtilisation, type UtilisationRules } from '../../../service/utilisation/utilisation.ts';
import { eventually } from '../../patience.ts';
import { temporaryFile } from '../api/world.ts';
import { freshDatabase, type TestDatabase } from '../postgres.ts';
import { dispatched, newJob, SEEN_RUNNING } from '../some-jobs.ts';
import { behindService } from './world.ts';

// What may come back from behind the proxy, and what becomes of it.

const RULES = {
  service: { namespace: 'monitoring', name: 'prometheus', port: '9090', scheme: 'http' },
  path: '',
  intervalMs: 20,
  idlePercent: 5,
  idleAfterMs: 0,
} as const;
const TIMEOUT_MS = 2_000;
const MAX_BYTES = 2 * 1024 * 1024;

type Say = (response: ServerResponse) => void;
const json =
  (status: number, body: unknown): Say =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const vector = (result: unknown): Say => json(200, { status: 'success', data: { resultType: 'vector', result } });
const series = (object: string, figure: string, value: unknown, namespace = 'default') => ({
  metric: { namespace, mlp_job: object, mlp_figure: figure },
  value: [Date.now() / 1000, value],
});

async function running(database: TestDatabase, store: Store, cluster: string, objectName?: string): Promise<string> {
  const job = newJob();
  const { id } = await dispatched(store, [cluster], objectName === undefined ? job : { ...job, objectName });
  await database.query("update job set status = 'Running', reason = 'Running', cluster_states = $2 where id = $1", [
    id,
    JSON.stringify({ [cluster]: SEEN_RUNNING }),
  ]);
  return id;
}

async function setUp(first: Say) {
  const database = await freshDatabase();
  const store = database.store();
  const simulated = await startSimulatedKarmada({ speed: 0 });
  const kubeconfig = await temporaryFile('');
  await simulated.writeKubeconfig(kubeconfig.path);
  const karmada = createKarmada(await loadKubeconfig(kubeconfig.path), { maxBytes: MAX_BYTES });
  let say = first;
  const { queries } = await behindService(simulated.member('member1'), (response) => say(response));
  const look = (rules: Partial<UtilisationRules> = {}, leastKeptMs?: number) => {
    const options = { karmada, store, log: pino({ level: 'silent' }), timeoutMs: TIMEOUT_MS };
    const utilisation = createUtilisation({
      ...options,
      rules: { ...RULES, ...rules },
      ...(leastKeptMs !== undefined && { leastKeptMs }),
    });
    utilisation.start();
    return utilisation;
  };
  onTestFinished(async () => {
    await karmada.close();
    await simulated.close();
    await kubeconfig.remove();
  });
  return {
    database,
    store,
    simulated,
    queries,
    look,
    says(next: Say) {
      say = next;
    },
    whyNot: async (cluster = 'member1') => (await store.utilisation.ofClusters()).get(cluster)?.why,
    of: async (id: string) => (await store.jobs.get(id))?.utilisation,
  };
}

test('whatever goes wrong is told in words, takes nothing of what is known, and passes', async () => {
  const { database, store, simulated, look, says, whyNot, of } = await setUp(vector([]));
  const id = await running(database, store, 'member1');
  const good = vector([series(id, 'gpuPercent', '91.2'), series(id, 'gpus', '4'), series(id, 'cpuCores', '2')]);
  const wrong: [Say | FaultKind, RegExp][] = [
    [json(500, { status: 'error' }), /^It answers with an error$/],
    [json(503, { status: 'error' }), /^Nothing answers behind its Service monitoring\/prometheus:9090$/],
    [json(400, { status: 'error', errorType: 'bad_data', error: 'parse error' }), /does not take the query/],
    [json(200, { status: 'error' }), /no answer of a Prometheus/],
    [json(200, { status: 'success', data: { resultType: 'matrix', result: [] } }), /no answer of a Prometheus/],
    [json(200, ['hello']), /no answer of a Prometheus/],
    [(response) => response.end('<html>Sign in</html>'), /no answer of a Prometheus/],
    [endless, /longer than is read/],
    [vector(Array.from({ length: MAX_SERIES + 1 }, () => 0)), /40001 series, of which 40000 are read at most/],
    [() => undefined, /^No answer came from monitoring\/prometheus:9090 within 2 s$/],
    [{ kind: 'status', code: 403, message: 'services "prometheus:9090" is forbidden' }, /may not ask its Service/],
    [{ kind: 'refuse' }, /does not answer Karmada/],
    [{ kind: 'unknownCluster' }, /not joined to Karmada/],
  ];
  const utilisation = look();
  onTestFinished(() => utilisation.stop());
  for (const [fault, words] of wrong) {
    says(good);
    await eventually(whyNot, (why) => why === null);
    await eventually(
      () => of(id),
      (used) => used?.gpuPercent === 91,
    );
    const undo = 'kind' in fault ? simulated.faults.add({ ...fault, where: 'member1' }) : () => says(good);
    if (!('kind' in fault)) says(fault);
    await eventually(whyNot, (why) => words.test(why ?? ''));
    undo();
  }
}, 120_000);

/** 100 MB, if anybody took them. */
function endless(response: ServerResponse): void {
  const piece = Buffer.alloc(64 * 1024, ' ');
  let left = 1_600;
  const more = (): void => {
    while (left-- > 0) if (!response.write(piece)) return void response.once('drain', more);
    response.end();
  };
  response.on('error', () => undefined);
  more();
}

test('nothing is taken that is no number of a job that runs there, whatever the labels say', async () => {
  const { database, store, look, says, of } = await setUp(vector([]));
  const [id, elsewhere, again] = [
    await running(database, store, 'member1'),
    await running(database, store, 'member2'),
    await running(database, store, 'member1', 'third-0123abcd-12'),
  ];
  const odd = [
    ...['NaN', '+Inf', '-1', '101', '', 'x', 7, null, {}].map((value) => series(id, 'gpuPercent', value)),
    ...['0', '1e9', 'NaN'].map((value) => series(id, 'gpus', value)),
    ...['NaN', '-0.1'].map((value) => series(id, 'cpuCores', value)),
    ...['../x', 'A', '', `${'x'.repeat(64)}`, 7].map((object) => series(object as string, 'gpus', '1')),
    ...[series(id, 'gpus', '8', 'other'), series(elsewhere, 'gpus', '8'), series('nobody-00000000', 'gpus', '8')],
    ...[series(id, '__proto__', '1'), series(id, 'toString', '1'), { metric: null }, { value: [] }, null, 'x', []],
  ];
  says(
    vector([
      ...odd,
      series(id, 'cpuCores', '3.25'),
      series('third-0123abcd', 'gpus', '2'),
      series('third-0123abcd', 'idleGpus', '9'),
    ]),
  );
  const utilisation = look();
  onTestFinished(() => utilisation.stop());
  const used = await eventually(
    () => of(id),
    (used) => used != null,
  );
  expect(used).toMatchObject({ gpuPercent: null, gpus: 0, idleGpus: 0, cpuPercent: expect.any(Number) });
  // By the name of its object without the number of its attempt.
  expect(await of(again)).toMatchObject({ gpuPercent: null, gpus: 2, idleGpus: 2, cpuPercent: null });
  expect(await of(elsewhere)).toBeNull();

  // What is told no more is known no more.
  says(vector([series(id, 'cpuCores', '3')]));
  await eventually(
    () => of(again),
    (used) => used === null,
  );
  expect(await of(id)).toMatchObject({ gpus: 0 });
});

test('of a Prometheus that has gone what it told last is forgotten, and the job is not said to be better for it', async () => {
  const { database, store, look, says, of } = await setUp(vector([]));
  const id = await running(database, store, 'member1');
  says(vector([series(id, 'gpus', '1'), series(id, 'idleGpus', '1'), series(id, 'gpuPercent', '0')]));
  const utilisation = look({ idleAfterMs: 1 }, 0);
  onTestFinished(() => utilisation.stop());
  const told = async () => (await store.events.ofJob(id)).map(({ message }) => message);
  await eventually(told, (all) => all.includes('Its GPU is busy for 5 % of the time at most'));
  says(json(500, {}));
  await eventually(
    () => of(id),
    (used) => used === null,
  );
  await eventually(told, (all) => all.includes('Nothing tells any more whether its GPUs are used'));
  expect(await told()).not.toContain('Its GPUs are used again');
});

test('10,000 series are 2,500 jobs', () => {
  const figures = ['gpuPercent', 'gpus', 'idleGpus', 'cpuCores'];
  const result = Array.from({ length: 10_000 }, (_, place) =>
    series(`job-${String(Math.floor(place / 4)).padStart(8, '0')}`, figures[place % 4] ?? '', '1'),
  );
  const found = figuresIn({ status: 'success', data: { resultType: 'vector', result } });
  expect(found).toHaveLength(2_500);
  expect(found[7]).toEqual({
    namespace: 'default',
    object: 'job-00000007',
    gpuPercent: 1,
    gpus: 1,
    idleGpus: 1,
    cpuCores: 1,
  });
});

test('one replica asks, one query a member and interval; a member that hangs holds up no other', async () => {
  const { database, store, simulated, queries, look, whyNot, of } = await setUp(() => undefined);
  const [hanging, other] = [await running(database, store, 'member1'), await running(database, store, 'member2')];
  const answers = await behindService(simulated.member('member2'), (response) =>
    vector([series(other, 'cpuCores', '1')])(response),
  );
  const replicas = [look(), look(), look()];
  onTestFinished(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
  });
  await eventually(
    () => of(other),
    (used) => used != null,
  );
  await eventually(whyNot, (why) => why != null);
  expect(await of(hanging)).toBeNull();
  expect(new Set(queries).size).toBe(1);
  // A look asks both, and the next begins when it is over.
  expect(Math.abs(queries.length - answers.queries.length)).toBeLessThanOrEqual(1);
});

test('of a replica that holds the lease no more nothing is written', async () => {
  const { database, store, of } = await setUp(vector([]));
  const id = await running(database, store, 'member1');
  const figures = [{ namespace: 'default', object: id, gpuPercent: 1, gpus: 1, idleGpus: 0, cpuCores: 1 }];
  const [held] = await store.leases.hold(randomUUID(), ['utilisation'], 1, 60);
  const lapsed = { name: 'utilisation', holder: 'another', token: held?.token ?? 0n };
  await store.utilisation.save({ cluster: 'member1', figures }, [lapsed]);
  expect(await of(id)).toBeNull();
  await store.utilisation.save({ cluster: 'member1', figures }, held ? [held] : []);
  await store.utilisation.forgetOld(0, [lapsed]);
  expect(await of(id)).toMatchObject({ gpus: 1, gpuPercent: 1 });
});
